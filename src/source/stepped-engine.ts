import { once } from "node:events";
import type { Transform } from "node:stream";

/**
 * A decompressing stream driven one small piece at a time, so that what is decompressed and not yet taken stays small
 * whatever the ratio, and what came before damage is not lost with it.
 */
export class SteppedEngine {
  /** Why it stopped working; null while it works. */
  failure: NodeJS.ErrnoException | null = null;
  private readonly engine: Transform;
  private output: Uint8Array[] = [];
  private wake: () => void = () => undefined;

  constructor(engine: Transform) {
    this.engine = engine;
    engine.on("data", (chunk: Uint8Array) => this.output.push(chunk));
    engine.on("error", (error) => {
      this.failure = error;
      // A piece that fails is never called back.
      this.wake();
    });
  }

  /** Hands over a piece, which must not change meanwhile, and returns what came out of it. */
  async write(piece: Uint8Array): Promise<Uint8Array[]> {
    if (this.failure === null) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.engine.write(piece, () => resolve());
      });
    }
    return this.take();
  }

  /** No more input: the rest of the output, or a failure when the input was cut. */
  async end(): Promise<Uint8Array[]> {
    if (this.failure === null) {
      const closed = once(this.engine, "close").catch(() => undefined);
      this.engine.end();
      await closed;
    }
    return this.take();
  }

  close(): void {
    this.engine.destroy();
  }

  private take(): Uint8Array[] {
    const { output } = this;
    this.output = [];
    return output;
  }
}
