const RECORD_HEADER_BYTES = 16;
/** Link, IP and TCP headers with all their options, and some of what follows. */
const READ_BYTES = 128;
const LOW_BITS = 0x1f_ffff;

/** A number that tells one packet from another by what is in it (53 bits): of the record `bytes[start, end)`, without its time. */
export function packetKey(bytes: Uint8Array, start: number, end: number): number {
  const from = start + RECORD_HEADER_BYTES;
  const to = Math.min(end, from + READ_BYTES);
  let one = end - start;
  let other = 0x9e37_79b9;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    one = Math.imul(one ^ byte, 0x0100_0193);
    other = Math.imul(other + byte, 0x85eb_ca6b) ^ (other >>> 13);
  }
  return (one >>> 0) * (LOW_BITS + 1) + (other & LOW_BITS);
}

/** Packets of which something is still to come, the oldest first: how many of each key, and the newest stamp. */
export class OpenPackets {
  private readonly counts = new Map<number, { stamp: number; count: number }>();

  get size(): number {
    return this.counts.size;
  }

  add(key: number, stamp: number): void {
    const known = this.counts.get(key);
    if (known === undefined) this.counts.set(key, { stamp, count: 1 });
    else {
      known.count++;
      known.stamp = stamp;
    }
  }

  /** One of them has come: true; false: there is none. */
  take(key: number): boolean {
    const known = this.counts.get(key);
    if (known === undefined) return false;
    if (--known.count === 0) this.counts.delete(key);
    return true;
  }

  /** Those from before `stamp` will not come any more; whether there were any. */
  forget(stamp: number): boolean {
    const before = this.counts.size;
    for (const [key, known] of this.counts) {
      if (known.stamp >= stamp) break;
      this.counts.delete(key);
    }
    return this.counts.size < before;
  }

  clear(): void {
    this.counts.clear();
  }
}
