import { constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { limits } from "../../base/limits.ts";

const STDOUT = "/proc/self/fd/1";

/** Standard output as the place where the capture goes: written as its reader takes it, never waited for. */
export class OutputPipe {
  private readonly stream: Socket;
  private gone = false;
  /** What its reader was too slow for. */
  lostBytes = 0;

  /** `onGone`: nobody reads any more. Throws what the file system says (a socket cannot be opened so). */
  constructor(onGone: () => void) {
    // Opened anew: standard output itself may be shared with a program that wants it blocking.
    const fd = openSync(STDOUT, constants.O_WRONLY | constants.O_NONBLOCK);
    this.stream = new Socket({ fd, readable: false, writable: true });
    this.stream.on("error", () => {
      this.gone = true;
      onGone();
    });
  }

  /** All of `blocks`, which are copied, or nothing of them. */
  write(blocks: Uint8Array): void {
    if (this.gone || blocks.length === 0) return;
    if (this.stream.writableLength > limits.outputPipeBytes) this.lostBytes += blocks.length;
    else this.stream.write(Uint8Array.from(blocks));
  }

  /** Resolves when its reader has everything, or is gone. */
  finish(): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.once("close", resolve);
      this.stream.end(() => this.stream.destroy());
    });
  }
}
