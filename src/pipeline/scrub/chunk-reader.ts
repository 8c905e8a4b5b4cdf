const SIZE_LINE = /^([0-9a-f]{1,8})[^\r\n]*\r\n$/i;
/** Far longer than any chunk extension. */
const LONGEST_LINE = 4096;
const CRLF_BYTES = 2;

/** Takes chunks out of their framing (RFC 9112 §7.1), as they come. What turns out not to be chunks is taken as it is. */
export class ChunkReader {
  private readonly onData: (offset: number, text: string) => void;
  private state: "size" | "data" | "rest" | "done" = "size";
  private line = "";
  private lineAt = 0;
  /** Of the chunk; and line ends still to be passed. */
  private left = 0;
  private skip = 0;

  constructor(onData: (offset: number, text: string) => void) {
    this.onData = onData;
  }

  add(offset: number, text: string): void {
    for (let at = 0; at < text.length; ) at += this.take(offset + at, text, at);
  }

  /** A size that was cut off may as well be data. */
  end(): void {
    if (this.state === "size" && this.line !== "") this.onData(this.lineAt, this.line);
    this.state = "done";
  }

  /** Returns how many characters it has taken. */
  private take(offset: number, text: string, at: number): number {
    const here = text.length - at;
    if (this.state === "done") return here;
    if (this.state === "size") return this.readSize(offset, text, at);
    const taken = this.state === "rest" ? here : Math.min(this.left, here);
    this.onData(offset, text.slice(at, at + taken));
    this.left -= taken;
    if (this.state === "data" && this.left === 0) {
      this.state = "size";
      this.skip = CRLF_BYTES;
    }
    return taken;
  }

  private readSize(offset: number, text: string, at: number): number {
    if (this.skip > 0) {
      const skipped = Math.min(this.skip, text.length - at);
      this.skip -= skipped;
      return skipped;
    }
    if (this.line === "") this.lineAt = offset;
    const lineEnd = text.indexOf("\n", at);
    const end = Math.min(lineEnd < 0 ? text.length : lineEnd + 1, at + LONGEST_LINE);
    this.line += text.slice(at, end);
    const isWhole = this.line.endsWith("\n");
    if (!isWhole && this.line.length < LONGEST_LINE) return end - at;
    const size = SIZE_LINE.exec(this.line)?.[1];
    if (size === undefined) {
      this.onData(this.lineAt, this.line);
      this.state = "rest";
    } else {
      this.left = Number.parseInt(size, 16);
      this.state = this.left === 0 ? "done" : "data";
    }
    this.line = "";
    return end - at;
  }
}
