import { CLIENT, type Direction } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { headerBytes, headerFaults, lengthIn } from "./frame-header.ts";
import { IMPLAUSIBLE, PLAUSIBLE, TOO_SHORT, tested, testHeader } from "./plausible-header.ts";
import type { ByteStore } from "./unmask.ts";

/** A place where a frame may start, and the chain of headers that follows from it. Offsets are the stream's. */
interface Candidate {
  start: number;
  /** It begins where a packet begins. */
  startsPacket: boolean;
  /** The first frame that is believed: any two bytes in front may point at a frame that is one. */
  boundary: number;
  lastHeader: number;
  next: number;
  headers: number;
  /** How surprising the chain were where there are no frames, in bits. */
  bits: number;
  /** Of the last header. */
  key: number;
  length: number;
  /** A fragmented message is open; null: not known. */
  open: boolean | null;
}

interface Piece {
  readonly start: number;
  readonly at: Position;
}

/** A search ends at a false boundary once in 2^10 times. */
const DOUBT_BITS = 10;
/** A frame that ends where a packet ends: one of some hundred lengths. */
const PACKET_END_BITS = 7;
/** A header as long as the one before it: so are those of many servers, and so are patterns in data. */
const ALIKE_BITS = 1;
/** So much more than enough, and one header does without a second. */
const BEYOND_DOUBT_BITS = 16;
/** What a header in the middle of a packet must prove by itself to be believed as the first of a chain. */
const FIRST_BITS = 8;
/** Room is made for many small packets at once: moving all that is held for each of them took most of a busy capture. */
const ROOM_BYTES = limits.resynchroniseBytes >> 2;

const candidateAt = (start: number, startsPacket: boolean): Candidate => ({
  start,
  startsPacket,
  boundary: start,
  lastHeader: start,
  next: start,
  headers: 0,
  bits: 0,
  key: 0,
  length: -1,
  open: null,
});

/**
 * Looks for frame boundaries where none is known: after bytes that the capture does not hold, or when the capture began
 * in mid-stream. Among enough bytes of any kind some look like a header, and some of those like a chain of headers: what
 * a chain must prove grows with the number of places that were tried. Senders mostly start frames where packets start, and
 * those are few. Chains that meet are one: only the one with more evidence goes on, so that work stays linear in whatever
 * bytes. What is held is bounded, and is read again once the boundary is found.
 */
export class Resynchroniser {
  searchedBytes = 0;
  /** Bytes before the boundary. */
  skippedBytes = 0;
  /** Where the stream can be read from, once `add` said true. */
  boundary = 0;
  private readonly direction: Direction;
  private readonly compression: boolean;
  private readonly buffers: BufferPool;
  private store: ByteStore | null = null;
  /** For each held byte the bits of the strongest chain that has a header there, and one more; 0: none has. */
  private evidence: ByteStore | null = null;
  private heldStart = 0;
  private heldBytes = 0;
  private scanned = 0;
  private packetStart = -1;
  private packetsSearched = 0;
  private lastPacketNumber = -1;
  private pieces: Piece[] = [];
  private candidates: Candidate[] = [];

  constructor(direction: Direction, compression: boolean, buffers: BufferPool) {
    this.direction = direction;
    this.compression = compression;
    this.buffers = buffers;
  }

  /** Bytes at stream offset `offset`. True: `boundary` is known, and `replay` gives what lies behind it. */
  add(bytes: Uint8Array, start: number, end: number, at: Position, offset: number): boolean {
    if (this.heldBytes === 0) {
      this.heldStart = offset;
      this.scanned = offset;
    }
    if (at.packetNumber !== this.lastPacketNumber) {
      this.packetStart = offset;
      this.packetsSearched++;
    }
    this.lastPacketNumber = at.packetNumber;
    this.searchedBytes += end - start;
    const most = limits.resynchroniseBytes >> 1;
    for (let from = start; from < end; from += most) {
      const to = Math.min(end, from + most);
      if (!this.hold(bytes, from, to, at, offset + from - start)) return false;
      const found = this.follow(to === end) ?? this.scan(to === end);
      if (found === null) continue;
      this.boundary =
        found.boundary >= this.heldStart
          ? found.boundary
          : found.lastHeader >= this.heldStart
            ? found.lastHeader
            : found.next;
      this.skippedBytes = Math.max(0, this.searchedBytes - (offset + end - start - this.boundary));
      if (to < end) this.hold(bytes, to, end, at, offset + to - start);
      return true;
    }
    return false;
  }

  /** Calls for each held stretch from the boundary on, in order, with its first byte's offset in the stream. */
  replay(read: (bytes: Uint8Array, start: number, end: number, at: Position, offset: number) => void): void {
    const { store, pieces } = this;
    if (store === null) return;
    const heldEnd = this.heldStart + this.heldBytes;
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i] as Piece;
      const from = Math.max(piece.start, this.boundary);
      const to = Math.min(pieces[i + 1]?.start ?? heldEnd, heldEnd);
      if (from < to) read(store.bytes, from - this.heldStart, to - this.heldStart, piece.at, from);
    }
  }

  /**
   * Bytes are missing behind what is held (cut by the snapshot length, mostly). True: a frame that began where a packet
   * begins ends exactly where they end, so `boundary` is known. Frames that reach past the gap are followed beyond it.
   */
  gap(lengthBytes: number): boolean {
    const heldEnd = this.heldStart + this.heldBytes;
    const { packetStart } = this;
    const starts = [...this.candidates];
    // A header of which the key is missing was too short to be one.
    if (packetStart >= this.heldStart && packetStart < heldEnd && starts.every(({ start }) => start !== packetStart))
      starts.push(candidateAt(packetStart, true));
    const alive: Candidate[] = [];
    for (const candidate of starts) {
      const end = this.endOf(candidate, heldEnd);
      if (end === heldEnd + lengthBytes && candidate.start === packetStart) {
        this.boundary = packetStart;
        this.skippedBytes = Math.max(0, this.searchedBytes - (heldEnd - packetStart));
        return true;
      }
      if (end >= heldEnd + lengthBytes) alive.push({ ...candidate, next: end });
    }
    this.reset();
    this.candidates = alive;
    return false;
  }

  /** Where the last frame of a chain ends, though part of its header may be missing; -1: cannot be said. */
  private endOf({ next }: Candidate, heldEnd: number): number {
    if (next >= heldEnd || this.store === null) return next;
    const { bytes } = this.store;
    const at = next - this.heldStart;
    const length = lengthIn(bytes, at, this.heldBytes);
    const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
    if (
      length < 0 ||
      headerFaults(this.direction, first, second >= 0x80, second & 0x7f, length, this.compression) !== 0
    )
      return -1;
    return next + headerBytes(second) + length;
  }

  /** Forgets what is held: what comes next does not follow on it. */
  reset(): void {
    if (this.store !== null) this.buffers.give(this.store);
    if (this.evidence !== null) this.buffers.give(this.evidence);
    this.store = null;
    this.evidence = null;
    this.heldBytes = 0;
    this.pieces = [];
    this.candidates = [];
  }

  private hold(bytes: Uint8Array, start: number, end: number, at: Position, offset: number): boolean {
    const length = end - start;
    if (this.heldBytes + length > limits.resynchroniseBytes) this.forget(length);
    const needed = this.heldBytes + length;
    const store = this.roomIn(this.store, needed);
    if (store !== null) this.store = store;
    const evidence = store && this.roomIn(this.evidence, needed);
    if (store === null || evidence === null) {
      this.reset();
      return false;
    }
    this.evidence = evidence;
    store.bytes.set(bytes.subarray(start, end), this.heldBytes);
    evidence.bytes.fill(0, this.heldBytes, needed);
    this.heldBytes = needed;
    this.pieces.push({ start: offset, at: { packetNumber: at.packetNumber, timestampNs: at.timestampNs } });
    return true;
  }

  private roomIn(store: ByteStore | null, neededBytes: number): ByteStore | null {
    if (store === null) return this.buffers.take(neededBytes);
    return store.bytes.length >= neededBytes ? store : this.buffers.grow(store, this.heldBytes, neededBytes);
  }

  /** Makes room by letting the oldest bytes go. Headers not tested yet are in the last 13 bytes, which stay. */
  private forget(needed: number): void {
    const { store, evidence } = this;
    if (store === null || evidence === null) return;
    const keep = Math.min(this.heldBytes, limits.resynchroniseBytes - Math.max(needed, ROOM_BYTES));
    const drop = this.heldBytes - keep;
    store.bytes.copyWithin(0, drop, this.heldBytes);
    evidence.bytes.copyWithin(0, drop, this.heldBytes);
    this.heldStart += drop;
    this.heldBytes = keep;
    const first = this.pieces.findLastIndex((piece) => piece.start <= this.heldStart);
    if (first > 0) this.pieces.splice(0, first);
  }

  private follow(packetEnds: boolean): Candidate | null {
    const alive: Candidate[] = [];
    for (const candidate of this.candidates) {
      const state = this.advance(candidate, packetEnds);
      if (state === PLAUSIBLE) return candidate;
      if (state === TOO_SHORT) alive.push(candidate);
    }
    this.candidates = alive;
    return null;
  }

  private scan(packetEnds: boolean): Candidate | null {
    const heldEnd = this.heldStart + this.heldBytes;
    const bytes = (this.store as ByteStore).bytes;
    for (; this.scanned < heldEnd; this.scanned++) {
      const at = this.scanned - this.heldStart;
      const state = testHeader(bytes, at, this.heldBytes, this.direction, this.compression);
      if (state === IMPLAUSIBLE) continue;
      if (state === TOO_SHORT) return null;
      const candidate = candidateAt(this.scanned, this.scanned === this.packetStart);
      const chain = this.advance(candidate, packetEnds);
      if (chain === PLAUSIBLE) return candidate;
      if (chain === TOO_SHORT) this.remember(candidate);
    }
    return null;
  }

  /**
   * Follows the chain as far as bytes are held. PLAUSIBLE: evidence enough; TOO_SHORT: go on later; IMPLAUSIBLE: it ends, or
   * goes on as a stronger one does.
   */
  private advance(candidate: Candidate, packetEnds: boolean): 0 | 1 | 2 {
    const bytesHeld = (this.store as ByteStore).bytes;
    const evidence = (this.evidence as ByteStore).bytes;
    for (;;) {
      const at = candidate.next - this.heldStart;
      const ends = packetEnds && at === this.heldBytes && candidate.next > candidate.start;
      const bits = candidate.bits + (ends ? PACKET_END_BITS : 0) - this.neededBits(candidate);
      if (bits >= 0 && (ends || candidate.headers >= 2 || bits >= BEYOND_DOUBT_BITS)) return PLAUSIBLE;
      if (at >= this.heldBytes) return TOO_SHORT;
      const state = testHeader(bytesHeld, at, this.heldBytes, this.direction, this.compression);
      if (state !== PLAUSIBLE) return state;
      const { opcode, fin, length, key } = tested;
      // Two zeros: where frames are, nobody sends a fragment of nothing; elsewhere zeros are everywhere.
      if (opcode === 0 && !fin && length === 0) return IMPLAUSIBLE;
      // What came before was no frame, or this is none: the chain begins here.
      if (opcode < 8 && candidate.open !== null && candidate.open !== (opcode === 0)) this.beginAnew(candidate);
      // What says nothing is no beginning: if frames follow, the next one is.
      if (tested.bits === 0 && candidate.headers === 0 && !candidate.startsPacket) return IMPLAUSIBLE;
      if (candidate.bits < (evidence[at] as number) && !candidate.startsPacket) return IMPLAUSIBLE;
      evidence[at] = Math.min(255, candidate.bits + 1);
      candidate.bits += this.newBits(candidate);
      if (candidate.headers > 0 && candidate.next === this.packetStart) candidate.bits += PACKET_END_BITS;
      candidate.headers++;
      candidate.key = key;
      candidate.length = length;
      candidate.lastHeader = candidate.next;
      candidate.next += tested.headerLength + length;
      if (opcode < 8) candidate.open = !fin;
      if (candidate.headers === 1 && !candidate.startsPacket && tested.bits < FIRST_BITS)
        candidate.boundary = candidate.next;
    }
  }

  private beginAnew(candidate: Candidate): void {
    candidate.start = candidate.next;
    candidate.boundary = candidate.next;
    candidate.startsPacket = candidate.next === this.packetStart;
    candidate.headers = 0;
    candidate.bits = 0;
  }

  /** Chains that prove less turn up by chance among so many starts. */
  private neededBits({ startsPacket }: Candidate): number {
    return DOUBT_BITS + Math.log2(startsPacket ? this.packetsSearched : this.searchedBytes);
  }

  /** What the header that was tested adds. Clients take a new key for each frame (RFC 6455 §5.3). */
  private newBits({ headers, key, length }: Candidate): number {
    if (headers === 0) return tested.bits;
    if (this.direction === CLIENT && key === tested.key) return 0;
    return length === tested.length ? Math.min(tested.bits, ALIKE_BITS) : tested.bits;
  }

  private remember(candidate: Candidate): void {
    if (this.candidates.length < limits.resynchroniseCandidates) {
      this.candidates.push(candidate);
      return;
    }
    const missing = (one: Candidate): number => this.neededBits(one) - one.bits;
    const weaker = this.candidates.findIndex((other) => missing(other) > missing(candidate));
    if (weaker >= 0) this.candidates.splice(weaker, 1, candidate);
  }
}
