/** The microphone, as it is: nothing is cleaned up or levelled, because that would change the voice. */
import workletUrl from "./worklet/index?worker&url";

/** Nothing can be heard; the message is for the person. */
export class NoMicrophone extends Error {}

export interface Listening {
  /** Samples a second. */
  rate: number;
  stop(): void;
}

const WORDS: Readonly<Record<string, string>> = {
  NotFoundError: "No microphone was found. Plug one in and try again, or choose a file.",
  NotAllowedError: "The browser does not let this page use the microphone. Allow it in the address bar and try again, or choose a file.",
  NotReadableError: "The microphone is in use elsewhere. Close what uses it and try again, or choose a file.",
};

/** Hands on blocks of samples until it is stopped; `lost` when the microphone goes away. Must begin with a click. */
export async function listen(hear: (block: Float32Array) => void, lost: () => void): Promise<Listening> {
  // browsers hide it on addresses that are not secure
  if (!("mediaDevices" in navigator)) {
    throw new NoMicrophone("Browsers record on secure addresses (https) alone. Choose a file instead.");
  }
  const stream = await asked();
  const context = new AudioContext();
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  try {
    await context.audioWorklet.addModule(workletUrl);
    await context.resume();
  } catch (error) {
    stop();
    throw error;
  }
  const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
  capture.port.addEventListener("message", (event) => hear(event.data as Float32Array));
  capture.port.start();
  context.createMediaStreamSource(stream).connect(capture);
  stream.getAudioTracks()[0]?.addEventListener("ended", lost);
  return { rate: context.sampleRate, stop };
}

async function asked(): Promise<MediaStream> {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new NoMicrophone(WORDS[name] ?? "The microphone cannot be used. Try again, or choose a file.");
  }
}
