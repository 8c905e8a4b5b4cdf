const NOTHING = new Uint8Array(0);
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The bytes of a stream that are at hand: `bytes[at, end)`. Usually the chunk itself; only what straddles two chunks is
 * joined, in a carry buffer that is reused and grows with bytes that arrived, never with a claimed length.
 */
export class ByteWindow {
  bytes: Uint8Array = NOTHING;
  /** The same bytes: one read of 32 bits in either byte order is one machine instruction. */
  data: DataView = viewOf(NOTHING);
  at = 0;
  end = 0;
  /** Offset in the stream of `bytes[0]`. */
  base = 0;
  private carry: Uint8Array = NOTHING;
  private carryData: DataView = this.data;
  private inCarry = false;
  private rest: Uint8Array = NOTHING;
  private restAt = 0;
  private restBase = 0;

  /** Offset in the stream of the next byte. */
  get offset(): number {
    return this.base + this.at;
  }

  get availableBytes(): number {
    return this.end - this.at + (this.inCarry ? this.rest.length - this.restAt : 0);
  }

  /** The window must have answered `need` with false since the last chunk (or be new). */
  push(chunk: Uint8Array): void {
    // One class of array keeps the readers monomorphic: `Buffer` has another hidden class.
    const plain =
      chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.end > this.at) this.setRest(plain, this.base + this.end);
    else this.moveTo(plain, 0, this.base + this.end);
  }

  /** Makes `bytes[at, at + lengthBytes)` readable; false: more bytes must come, the chunk is not looked at again. */
  need(lengthBytes: number): boolean {
    if (this.end - this.at >= lengthBytes) return true;
    if (!this.inCarry) {
      if (this.at < this.end) this.startCarry();
      return false;
    }
    if (this.at === this.end) {
      this.moveTo(this.rest, this.restAt, this.restBase);
      return this.need(lengthBytes);
    }
    const wanted = lengthBytes - (this.end - this.at);
    const take = Math.min(wanted, this.rest.length - this.restAt);
    this.appendToCarry(this.rest.subarray(this.restAt, this.restAt + take));
    this.restAt += take;
    return take === wanted;
  }

  /** Forgets everything at hand; the offset stays. */
  discard(): void {
    this.base = this.offset;
    this.bytes = NOTHING;
    this.data = viewOf(NOTHING);
    this.carry = NOTHING;
    this.rest = NOTHING;
    this.restAt = 0;
    this.inCarry = false;
    this.at = 0;
    this.end = 0;
  }

  private moveTo(chunk: Uint8Array, at: number, base: number): void {
    this.bytes = chunk;
    this.data = viewOf(chunk);
    this.at = at;
    this.end = chunk.length;
    this.base = base;
    this.inCarry = false;
    this.rest = NOTHING;
    this.restAt = 0;
  }

  private setRest(chunk: Uint8Array, base: number): void {
    this.rest = chunk;
    this.restAt = 0;
    this.restBase = base;
  }

  private startCarry(): void {
    const tail = this.bytes.subarray(this.at, this.end);
    this.base = this.offset;
    this.at = 0;
    this.end = 0;
    this.inCarry = true;
    this.appendToCarry(tail);
  }

  private appendToCarry(piece: Uint8Array): void {
    const length = this.end + piece.length;
    if (this.carry.length < length) {
      const grown = new Uint8Array(Math.max(4096, length, Math.min(this.carry.length * 2, length + 1_048_576)));
      grown.set(this.carry.subarray(0, this.end));
      this.carry = grown;
      this.carryData = viewOf(grown);
    }
    this.carry.set(piece, this.end);
    this.bytes = this.carry;
    this.data = this.carryData;
    this.end = length;
  }
}
