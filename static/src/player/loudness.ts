/** How loud an audio element plays. An element only goes down from its file; what must go up passes a gain node. */

const raised = new WeakMap<HTMLAudioElement, GainNode>();
let context: AudioContext | null = null;

/** Play at `amplitude` times the file's level. The server's gains leave room for the peaks, so nothing clips. */
export function setAmplitude(audio: HTMLAudioElement, amplitude: number): void {
  audio.volume = Math.min(1, amplitude);
  const node = raised.get(audio);
  if (node) node.gain.value = Math.max(1, amplitude);
  else if (amplitude > 1.02) raise(audio, amplitude);
}

/** Send the element through a gain node: it cannot be taken out again, so only when needed, and only where it sounds. */
function raise(audio: HTMLAudioElement, amplitude: number): void {
  context ??= new AudioContext();
  const running = context;
  // without a click the browser would keep it, and so the song, silent
  void running.resume().then(() => {
    if (running.state !== "running" || raised.has(audio)) return;
    const node = running.createGain();
    node.gain.value = amplitude;
    running.createMediaElementSource(audio).connect(node).connect(running.destination);
    raised.set(audio, node);
  });
}
