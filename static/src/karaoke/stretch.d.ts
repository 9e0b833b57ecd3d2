declare module "signalsmith-stretch" {
  export interface Change {
    /** When, by the context's clock. */
    output?: number;
    active?: boolean;
    /** Where in the samples, in seconds. */
    input?: number;
    rate?: number;
    semitones?: number;
  }

  export interface StretchNode extends AudioWorkletNode {
    schedule(change: Change): Promise<unknown>;
    addBuffers(channels: Float32Array[], transfer: ArrayBufferLike[]): Promise<number>;
    dropBuffers(toSeconds?: number): Promise<unknown>;
    latency(): Promise<number>;
    setUpdateInterval(seconds: number, told?: (seconds: number) => void): Promise<unknown>;
  }

  interface Create {
    (context: BaseAudioContext, options?: AudioWorkletNodeOptions): Promise<StretchNode>;
    /** The processor's script; without it one is made from a blob. */
    moduleUrl?: string;
  }

  const create: Create;
  export default create;
}
