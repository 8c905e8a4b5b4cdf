import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import * as limits from "../../base/limits.ts";

const STDOUT = 1;

/** Standard output as the place where the capture goes: written as its reader takes it, never waited for. */
export class OutputPipe {
  /** What its reader was too slow for, or its disk too small. */
  lostBytes = 0;
  /** null: an ordinary file, which never makes us wait for long. */
  private readonly stream: Socket | null;
  private gone = false;

  /** `onGone`: nobody reads any more. */
  constructor(onGone: () => void) {
    this.stream = openStdout();
    this.stream?.on("error", () => {
      this.gone = true;
      onGone();
    });
  }

  /** All of `blocks`, which are copied, or nothing of them. */
  write(blocks: Uint8Array): void {
    if (this.gone || blocks.length === 0) return;
    if (this.stream === null) this.writeFile(blocks);
    else if (this.stream.writableLength > limits.outputPipeBytes) this.lostBytes += blocks.length;
    else this.stream.write(Uint8Array.from(blocks));
  }

  /** Resolves when its reader has everything, or is gone. */
  finish(): Promise<void> {
    const { stream } = this;
    if (this.gone || stream === null) return Promise.resolve();
    return new Promise((resolve) => {
      stream.once("close", resolve);
      stream.end(() => stream.destroy());
    });
  }

  private writeFile(blocks: Uint8Array): void {
    try {
      for (let at = 0; at < blocks.length; ) at += writeSync(STDOUT, blocks, at);
    } catch {
      // A full disk: half a block would make the rest unreadable, so this is the end of it.
      this.gone = true;
      this.lostBytes += blocks.length;
    }
  }
}

function openStdout(): Socket | null {
  const target = fstatSync(STDOUT);
  if (target.isFile()) return null;
  // A pipe is opened anew: standard output itself may be shared with a program that wants it blocking.
  const flags = constants.O_WRONLY | constants.O_NONBLOCK;
  const fd = target.isFIFO() ? openSync(`/proc/self/fd/${STDOUT}`, flags) : STDOUT;
  return new Socket({ fd, readable: false, writable: true });
}
