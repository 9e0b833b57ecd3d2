// Listens to what the page's audio elements play: when sound begins, and when each element sounds and falls silent.
// Elements and whatever the page builds with Web Audio meet in one context, so that what is heard is all in one place.
(() => {
  const FLOOR = 0.001; // −60 dBFS
  const ear = { clicked: 0, sounded: 0, changes: [], waits: [] };
  window.ear = ear;

  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const mix = context.createGain();
  mix.connect(analyser);
  mix.connect(context.destination);
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    return connect.call(this, this !== mix && target === context.destination ? mix : target, ...rest);
  };
  // the page gets this context, and the source that an element already has
  const sources = new Map();
  const sourceOf = AudioContext.prototype.createMediaElementSource;
  AudioContext.prototype.createMediaElementSource = function (element) {
    sources.get(element).disconnect(mix);
    return sources.get(element);
  };
  window.AudioContext = function () {
    return context;
  };

  const worklet = `registerProcessor("ear", class extends AudioWorkletProcessor {
    constructor() { super(); this.sounds = []; }
    process(inputs) {
      inputs.forEach((input, deck) => {
        let loudest = 0;
        for (const channel of input) for (const sample of channel) loudest = Math.max(loudest, Math.abs(sample));
        const sounds = loudest > ${FLOOR};
        if (sounds === Boolean(this.sounds[deck])) return;
        this.sounds[deck] = sounds;
        this.port.postMessage({ deck, sounds, at: currentTime });
      });
      return true;
    }
  });`;

  const samples = new Float32Array(analyser.fftSize);
  const loudest = () => {
    analyser.getFloatTimeDomainData(samples);
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  };
  const listen = () => {
    if (loudest() > FLOOR) ear.sounded = performance.now();
    else setTimeout(listen, 1);
  };
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-play], [data-player=toggle]") || loudest() > FLOOR) return;
    ear.clicked = event.timeStamp;
    ear.sounded = 0;
    listen();
  }, true);
  ear.silent = () => loudest() < FLOOR;
  ear.now = () => context.currentTime;
  /** Mean level over some seconds, in dBFS. */
  ear.level = async (seconds) => {
    const levels = [];
    const until = context.currentTime + seconds;
    while (context.currentTime < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      analyser.getFloatTimeDomainData(samples);
      levels.push(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    }
    return 10 * Math.log10(levels.reduce((sum, level) => sum + level, 0) / levels.length);
  };

  const inHand = ({ buffered, currentTime }) => {
    for (let span = 0; span < buffered.length; span += 1) {
      if (buffered.start(span) <= currentTime && currentTime < buffered.end(span)) return buffered.end(span) - currentTime;
    }
    return 0;
  };

  document.addEventListener("DOMContentLoaded", async () => {
    const decks = [...document.querySelectorAll("audio")];
    for (const audio of decks) {
      sources.set(audio, sourceOf.call(context, audio));
      connect.call(sources.get(audio), mix);
      // with something loaded it waits for the machine, not for the network
      audio.addEventListener("waiting", () => audio.seeking || ear.waits.push(inHand(audio)));
    }
    await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(worklet)}`);
    const node = new AudioWorkletNode(context, "ear", { numberOfInputs: decks.length });
    node.port.onmessage = ({ data }) => ear.changes.push(data);
    decks.forEach((audio, deck) => connect.call(sources.get(audio), node, 0, deck));
    ear.ready = true;
  });
})();
