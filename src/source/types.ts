import type { CaptureFault } from "../base/capture-fault.ts";

/** Why a compressed stream yielded less than it ought to: cut off, damaged, or wanting more memory than it gets. */
export type CompressionFault = "compression-cut" | "compression-damaged" | "compression-window";

/** Capture bytes from somewhere: a file, standard input, a capture backend. Decompression has already happened. */
export interface ByteSource {
  /** The name a person gave: a path, "-" for standard input, or an interface. */
  readonly label: string;
  readonly live: boolean;
  /** Known once the first chunk has been yielded. */
  readonly compression: "none" | "gzip" | "zstd";
  /** Total size in bytes as stored (for progress), null when unknown. */
  readonly sizeBytes: number | null;
  /** Bytes read as stored so far. */
  readonly readBytes: number;
  /**
   * Never an empty chunk. A chunk is valid until the next one is asked for: files reuse one buffer. Throws `UserError`
   * (exit 3) for what cannot be read, and when not a single byte comes. A compressed stream that breaks off yields what
   * it can and then sets `endedEarly`. Ends quietly when `signal` says so; can be asked for once.
   */
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Set at the end: the compressed bytes broke off or are damaged, or a capture ended by itself. */
  readonly endedEarly: CompressionFault | CaptureFault | null;
}
