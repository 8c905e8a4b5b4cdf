import type { PacketNumber, RelativeNs } from "../../base/brand.ts";
import * as limits from "../../base/limits.ts";
import { msToNs } from "../../base/time.ts";

/** One fragment, in bytes that are copied before `add` returns. */
export interface Fragment {
  /** Addresses, identification and, for IPv4, protocol (RFC 791 §3.2, RFC 8200 §4.5). */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The IP header that the whole datagram gets when this is its first fragment. */
  readonly headerStart: number;
  readonly headerLength: number;
  readonly protocol: number;
  readonly payloadStart: number;
  readonly payloadLength: number;
  /** Where the payload belongs in the datagram's payload. */
  readonly offset: number;
  readonly isLast: boolean;
  readonly packetNumber: PacketNumber;
  readonly timestampNs: RelativeNs;
}

/** A datagram in reassembly, or one that was completed and is kept a while to recognise copies of its fragments. */
export interface Datagram {
  readonly headerLength: number;
  readonly firstPacket: PacketNumber;
  readonly firstNs: RelativeNs;
  /** Room for the IP header, then the payload as far as it is known. */
  bytes: Uint8Array;
  /** The protocol that the first fragment names; -1 until it is seen. */
  protocol: number;
  /** -1 until the last fragment is seen. */
  payloadLength: number;
  /** End of the furthest fragment seen. */
  reach: number;
  /** What is missing: start, end, start, end … in ascending order, as in RFC 815. */
  holes: number[];
  /** The complete datagram whose fragments these are once more, as far as one can tell yet. */
  original: Datagram | null;
}

export type Added = "held" | "duplicate" | "complete" | "too-long" | "contradicts-end";
export type GivenUp = "timeout" | "limit" | "capture-end";

/** Largest IP datagram; a fragment that reaches beyond it is an attack (the "ping of death"). */
const DATAGRAM_BYTES = 65_535;

/**
 * Puts fragmented datagrams together again. Where fragments overlap, the first copy of each byte wins. Bounded by
 * `limits.fragment…`: the oldest datagram goes first, and `onGivenUp` hears of each that stayed incomplete.
 */
export class FragmentStore {
  readonly #datagrams = new Map<string, Datagram>();
  readonly #onGivenUp: (datagram: Datagram, why: GivenUp) => void;
  #heldBytes = 0;

  constructor(onGivenUp: (datagram: Datagram, why: GivenUp) => void) {
    this.#onGivenUp = onGivenUp;
  }

  add(fragment: Fragment): Added {
    this.#dropOlderThan(fragment.timestampNs - msToNs(limits.fragmentTimeoutMs));
    if (fragment.headerLength + fragment.offset + fragment.payloadLength > DATAGRAM_BYTES) return "too-long";
    const datagram = this.#datagramFor(fragment);
    const became = this.#put(datagram, fragment);
    if (became === "complete") this.#forgetOriginal(datagram);
    return became === "held" && datagram.original !== null ? "duplicate" : became;
  }

  find(key: string): Datagram | undefined {
    return this.#datagrams.get(key);
  }

  /** No more fragments will come. */
  end(): void {
    for (const [key, datagram] of this.#datagrams) this.#giveUp(key, datagram, "capture-end");
  }

  /**
   * The datagram that this fragment belongs to. After a complete one the same fragment may come again, because the
   * capture saw the packet twice, or a new datagram may use the identification again: which of both shows later.
   */
  #datagramFor(fragment: Fragment): Datagram {
    const { key } = fragment;
    const known = this.#datagrams.get(key);
    if (known === undefined) return this.#start(fragment, null);
    if (isComplete(known)) {
      this.#datagrams.delete(key);
      if (holdsSameBytes(known, fragment)) return this.#start(fragment, known);
      this.#heldBytes -= known.bytes.length;
      return this.#start(fragment, null);
    }
    if (known.original === null || holdsSameBytes(known.original, fragment)) return known;
    if (fragment.timestampNs - known.firstNs > msToNs(limits.fragmentCopyMs)) {
      this.#remove(key, known);
      return this.#start(fragment, null);
    }
    this.#forgetOriginal(known);
    return known;
  }

  #forgetOriginal(datagram: Datagram): void {
    this.#heldBytes -= datagram.original?.bytes.length ?? 0;
    datagram.original = null;
  }

  #put(datagram: Datagram, fragment: Fragment): Added {
    const end = fragment.offset + fragment.payloadLength;
    if (contradictsEnd(datagram, end, fragment.isLast)) return "contradicts-end";
    this.#makeRoom(datagram, end);
    const isNew = fillHoles(datagram, fragment);
    if (datagram.holes.length > 2 * limits.fragmentHoles) {
      this.#giveUp(fragment.key, datagram, "limit");
      return "held";
    }
    datagram.reach = Math.max(datagram.reach, end);
    if (fragment.offset === 0 && datagram.protocol < 0) {
      const { bytes, headerStart, headerLength } = fragment;
      datagram.protocol = fragment.protocol;
      datagram.bytes.set(bytes.subarray(headerStart, headerStart + headerLength));
    }
    if (fragment.isLast && datagram.payloadLength < 0) {
      // The last hole reached from here to the largest possible end.
      datagram.payloadLength = end;
      datagram.holes.splice(-2);
    } else if (!isNew) return "duplicate";
    return isComplete(datagram) ? "complete" : "held";
  }

  #start(fragment: Fragment, original: Datagram | null): Datagram {
    if (this.#datagrams.size >= limits.fragmentDatagrams) this.#giveUpOldest();
    const datagram: Datagram = {
      headerLength: fragment.headerLength,
      firstPacket: fragment.packetNumber,
      firstNs: fragment.timestampNs,
      bytes: new Uint8Array(0),
      protocol: -1,
      payloadLength: -1,
      reach: 0,
      holes: [0, DATAGRAM_BYTES],
      original,
    };
    this.#datagrams.set(fragment.key, datagram);
    return datagram;
  }

  #makeRoom(datagram: Datagram, payloadEnd: number): void {
    const needed = datagram.headerLength + payloadEnd;
    const old = datagram.bytes;
    if (needed <= old.length) return;
    datagram.bytes = new Uint8Array(Math.min(DATAGRAM_BYTES, Math.max(needed, 2 * old.length, 2048)));
    datagram.bytes.set(old);
    this.#heldBytes += datagram.bytes.length - old.length;
    while (this.#heldBytes > limits.fragmentBytes && this.#giveUpOldest(datagram));
  }

  #giveUpOldest(except?: Datagram): boolean {
    for (const [key, datagram] of this.#datagrams) {
      if (datagram === except) continue;
      this.#giveUp(key, datagram, "limit");
      return true;
    }
    return false;
  }

  #dropOlderThan(oldestNs: number): void {
    for (const [key, datagram] of this.#datagrams) {
      if (datagram.firstNs >= oldestNs) return;
      this.#giveUp(key, datagram, "timeout");
    }
  }

  #giveUp(key: string, datagram: Datagram, why: GivenUp): void {
    const isMissed = !isComplete(datagram) && datagram.original === null;
    this.#remove(key, datagram);
    if (isMissed) this.#onGivenUp(datagram, why);
  }

  #remove(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#heldBytes -= datagram.bytes.length;
    this.#forgetOriginal(datagram);
  }
}

export function missingBytes(datagram: Datagram): number {
  let missing = 0;
  for (let i = 0; i < datagram.holes.length; i += 2) {
    missing += Math.min(datagram.holes[i + 1] ?? 0, datagram.reach) - Math.min(datagram.holes[i] ?? 0, datagram.reach);
  }
  return missing;
}

const isComplete = (datagram: Datagram): boolean => datagram.protocol >= 0 && datagram.holes.length === 0;

/** As real receivers do, a fragment that contradicts the end of the datagram known so far is not taken. */
function contradictsEnd(datagram: Datagram, end: number, isLast: boolean): boolean {
  if (datagram.payloadLength < 0) return isLast && end < datagram.reach;
  return isLast ? end !== datagram.payloadLength : end > datagram.payloadLength;
}

/** Whether these bytes are those of the datagram at this place: false where an overlap was decided against them. */
export function holdsSameBytes(datagram: Datagram, fragment: Fragment): boolean {
  const { bytes, payloadStart, payloadLength } = fragment;
  const target = datagram.headerLength + fragment.offset;
  if (datagram.payloadLength >= 0 && fragment.offset + payloadLength > datagram.payloadLength) return false;
  for (let i = 0; i < payloadLength; i += 1) if (bytes[payloadStart + i] !== datagram.bytes[target + i]) return false;
  return true;
}

/** Copies what was missing (RFC 815 §3); false when nothing was. */
function fillHoles(datagram: Datagram, fragment: Fragment): boolean {
  const { offset, payloadStart, payloadLength } = fragment;
  const end = offset + payloadLength;
  const rest: number[] = [];
  let filled = false;
  for (let i = 0; i < datagram.holes.length; i += 2) {
    const holeStart = datagram.holes[i] as number;
    const holeEnd = datagram.holes[i + 1] as number;
    const from = Math.max(holeStart, offset);
    const to = Math.min(holeEnd, end);
    if (from >= to) {
      rest.push(holeStart, holeEnd);
      continue;
    }
    const piece = fragment.bytes.subarray(payloadStart + from - offset, payloadStart + to - offset);
    datagram.bytes.set(piece, datagram.headerLength + from);
    filled = true;
    if (holeStart < from) rest.push(holeStart, from);
    if (to < holeEnd) rest.push(to, holeEnd);
  }
  datagram.holes = rest;
  return filled;
}
