import type { Direction } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";
import type { BodyFraming } from "./body-framing.ts";
import { ChunkedFraming } from "./chunked.ts";
import type { MessageOwner } from "./message-owner.ts";

/** Finds the end of one body (RFC 9112 §6) and hands its content to the owner. */
export class BodyReader {
  readonly #direction: Direction;
  readonly #owner: MessageOwner;
  readonly #chunked = new ChunkedFraming();
  #lengthLeft = 0;
  kind: BodyFraming["kind"] = "length";
  /** broken: the chunked coding cannot be followed; from now on the kind is `unknown`. */
  state: "reading" | "complete" | "broken" = "complete";

  constructor(direction: Direction, owner: MessageOwner) {
    this.#direction = direction;
    this.#owner = owner;
  }

  begin(framing: BodyFraming): void {
    this.kind = framing.kind;
    this.state = "reading";
    if (framing.kind === "length") this.#take(framing.lengthBytes, 0);
    else if (framing.kind === "chunked") this.#chunked.reset();
  }

  /** Bytes known to be missing when the stream ends here; null: the end of the stream is no defect. */
  get missingBytes(): number | null {
    if (this.kind === "length") return this.#lengthLeft;
    return this.kind === "chunked" ? this.#chunked.dataLeft : null;
  }

  /** Reads on; returns the offset behind the last byte that belongs to the body. */
  read(bytes: Uint8Array, start: number, end: number, at: Position): number {
    if (this.kind === "chunked" && this.#chunked.state !== "data") return this.#readFraming(bytes, start, end);
    const left =
      this.kind === "length" ? this.#lengthLeft : this.kind === "chunked" ? this.#chunked.dataLeft : end - start;
    const next = Math.min(end, start + left);
    this.#owner.onBody(this.#direction, bytes, start, next, at);
    if (this.kind === "length") this.#take(left, next - start);
    else if (this.kind === "chunked") this.#chunked.tookData(next - start);
    return next;
  }

  /** Returns how many of the missing bytes lay behind the body's end. */
  gap(lengthBytes: number): number {
    const inBody = this.kind === "length" ? Math.min(lengthBytes, this.#lengthLeft) : lengthBytes;
    this.#owner.onBodyGap(this.#direction, inBody);
    if (this.kind === "length") this.#take(this.#lengthLeft, inBody);
    else if (this.kind === "chunked") {
      if (this.#chunked.state === "data" && lengthBytes <= this.#chunked.dataLeft) this.#chunked.tookData(lengthBytes);
      else this.#break();
    }
    return lengthBytes - inBody;
  }

  #take(left: number, taken: number): void {
    this.#lengthLeft = left - taken;
    if (this.#lengthLeft === 0) this.state = "complete";
  }

  #readFraming(bytes: Uint8Array, start: number, end: number): number {
    const next = this.#chunked.frame(bytes, start, end);
    if (this.#chunked.state === "end") this.state = "complete";
    else if (this.#chunked.state === "broken") this.#break();
    return next;
  }

  #break(): void {
    this.kind = "unknown";
    this.state = "broken";
  }
}
