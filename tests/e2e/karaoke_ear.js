// Listens to whatever a page sends to its loudspeaker through Web Audio.
(() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (this.context instanceof AudioContext && to === this.context.destination) {
      const analyser = this.context.createAnalyser();
      Object.assign(analyser, { fftSize: 8192, smoothingTimeConstant: 0 });
      connect.call(this, analyser);
      window.ear = analyser;
    }
    return connect.call(this, to, ...rest);
  };

  const spectrum = () => {
    const bins = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(bins);
    return bins;
  };
  const hertz = () => ear.context.sampleRate / ear.fftSize;

  /** The loudest pitch between two, in Hz, and its level in dB. */
  window.loudest = (low, high) => {
    const bins = spectrum();
    let best = Math.ceil(low / hertz());
    for (let bin = best; bin * hertz() <= high; bin += 1) if (bins[bin] > bins[best]) best = bin;
    const [a, b, c] = [bins[best - 1], bins[best], bins[best + 1]];
    const between = Number.isFinite(a + b + c) && a + c - 2 * b ? (a - c) / (2 * (a + c - 2 * b)) : 0;
    return { hertz: (best + between) * hertz(), level: b };
  };

  /**
   * The lowest level that a pitch fell to during so many milliseconds, in dB; while the stage plays, that is: on a busy
   * machine it may have to wait for the stems.
   */
  window.lowest = async (low, high, milliseconds) => {
    const until = performance.now() + milliseconds;
    const stage = document.querySelector("[data-karaoke]");
    let level = Infinity;
    let since = ear.context.currentTime - 1;
    while (performance.now() < until) {
      if (stage.dataset.status !== "playing") since = ear.context.currentTime;
      if (ear.context.currentTime - since > 0.5) level = Math.min(level, loudest(low, high).level);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return level;
  };

  /** How much a pitch rises in a second. */
  window.rise = async (low, high, milliseconds) => {
    const [from, at] = [loudest(low, high).hertz, ear.context.currentTime];
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return (loudest(low, high).hertz - from) / (ear.context.currentTime - at);
  };
})();
