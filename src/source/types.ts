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
   * Chunks of 64 KiB or more. A chunk is valid until the next one is asked for: files reuse one buffer.
   * Throws `UserError` (exit 3) for what cannot be read. A compressed stream that breaks off yields what it can and
   * then sets `endedEarly`.
   */
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Set when the stored bytes ended before the compressed stream did, or are damaged: a stable word. */
  readonly endedEarly: string | null;
}
