import { fstatSync, writeSync } from "node:fs";

type Done = (error?: Error | null) => void;

/** A stream of Node's over a file descriptor, as far as it is changed here. */
interface FileStream {
  readonly fd: number;
  _write(chunk: Uint8Array | string, encoding: BufferEncoding, done: Done): void;
}

/**
 * Lets a stream into a file write all of a piece, or fail. Node writes with one call and does not look at how much of it
 * was taken: on a disk that fills up a report would end in its middle, as if it had been written.
 */
export function writeWhole(stream: FileStream): void {
  if (!isFile(stream.fd)) return;
  stream._write = (chunk, encoding, done) => {
    try {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
      // What a full disk took only a part of, it refuses the rest of.
      for (let at = 0; at < bytes.length; ) at += writeSync(stream.fd, bytes, at);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
