const BATCH_CHARACTERS = 64 * 1024;

/** Gathers lines into large writes and says when to wait for the reader at the other end. */
export class BatchWriter {
  private readonly stream: NodeJS.WritableStream;
  private pending = "";
  private full = false;

  constructor(stream: NodeJS.WritableStream) {
    this.stream = stream;
  }

  add(text: string): void {
    this.pending += text;
    if (this.pending.length >= BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.pending === "") return;
    this.full = !this.stream.write(this.pending);
    this.pending = "";
  }

  /** Resolves when the stream takes more; undefined: it does already. */
  drained(): Promise<void> | undefined {
    if (!this.full) return undefined;
    this.full = false;
    return new Promise((resolve) => {
      this.stream.once("drain", resolve);
    });
  }
}
