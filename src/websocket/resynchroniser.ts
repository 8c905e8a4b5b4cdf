import type { Direction } from "../base/brand.ts";
import { limits } from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { headerBytes, headerFaults, lengthIn } from "./frame-header.ts";
import { IMPLAUSIBLE, PLAUSIBLE, TOO_SHORT, tested, testHeader } from "./plausible-header.ts";
import type { ByteStore } from "./unmask.ts";

/** A place where a frame may start, and the chain of headers that follows from it. Offsets are the stream's. */
interface Candidate {
  readonly start: number;
  lastHeader: number;
  next: number;
  headers: number;
  score: number;
  /** A fragmented message is open; null: not known. */
  open: boolean | null;
}

interface Piece {
  readonly start: number;
  readonly at: Position;
}

/** Points for a header, for one at a packet's start, for a payload that reads as text, for ending where a packet ends. */
const ENOUGH = 3;

/**
 * Looks for frame boundaries where none is known: after bytes that the capture does not hold, or when the capture began
 * in mid-stream. Senders mostly start frames at packets' starts, so that counts as evidence; at least two boundaries in
 * a row must fit. Each byte is tested once as a start and each candidate follows its own chain, so work stays linear;
 * what is held is bounded, and is read again once the boundary is found.
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
  private heldStart = 0;
  private heldBytes = 0;
  private scanned = 0;
  private packetStart = -1;
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
    if (at.packetNumber !== this.lastPacketNumber) this.packetStart = offset;
    this.lastPacketNumber = at.packetNumber;
    this.searchedBytes += end - start;
    const most = limits.resynchroniseBytes >> 1;
    for (let from = start; from < end; from += most) {
      const to = Math.min(end, from + most);
      if (!this.hold(bytes, from, to, at, offset + from - start)) return false;
      const found = this.follow(to === end) ?? this.scan(to === end);
      if (found === null) continue;
      this.boundary =
        found.start >= this.heldStart
          ? found.start
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
      starts.push({ start: packetStart, lastHeader: packetStart, next: packetStart, headers: 0, score: 0, open: null });
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
    this.store = null;
    this.heldBytes = 0;
    this.pieces = [];
    this.candidates = [];
  }

  private hold(bytes: Uint8Array, start: number, end: number, at: Position, offset: number): boolean {
    const length = end - start;
    if (this.heldBytes + length > limits.resynchroniseBytes) this.forget(length);
    const needed = this.heldBytes + length;
    if (this.store === null || this.store.bytes.length < needed) {
      const store =
        this.store === null ? this.buffers.take(needed) : this.buffers.grow(this.store, this.heldBytes, needed);
      if (store === null) {
        this.reset();
        return false;
      }
      this.store = store;
    }
    this.store.bytes.set(bytes.subarray(start, end), this.heldBytes);
    this.heldBytes += length;
    this.pieces.push({ start: offset, at: { packetNumber: at.packetNumber, timestampNs: at.timestampNs } });
    return true;
  }

  /** Makes room by letting the oldest bytes go. Headers not tested yet are in the last 13 bytes, which stay. */
  private forget(needed: number): void {
    const { store } = this;
    if (store === null) return;
    const keep = Math.min(this.heldBytes, limits.resynchroniseBytes - needed);
    const drop = this.heldBytes - keep;
    store.bytes.copyWithin(0, drop, this.heldBytes);
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
      const start = this.scanned;
      const candidate: Candidate = { start, lastHeader: start, next: start, headers: 0, score: 0, open: null };
      const chain = this.advance(candidate, packetEnds);
      if (chain === PLAUSIBLE) return candidate;
      if (chain === TOO_SHORT) this.remember(candidate);
    }
    return null;
  }

  /** Follows the chain as far as bytes are held. PLAUSIBLE: evidence enough; TOO_SHORT: go on later. */
  private advance(candidate: Candidate, packetEnds: boolean): 0 | 1 | 2 {
    const bytes = (this.store as ByteStore).bytes;
    for (;;) {
      const at = candidate.next - this.heldStart;
      const ends = packetEnds && at === this.heldBytes && candidate.next > candidate.start;
      if (candidate.score + (ends ? 1 : 0) >= ENOUGH && (ends || candidate.headers >= 2)) return PLAUSIBLE;
      if (at >= this.heldBytes) return TOO_SHORT;
      const state = testHeader(bytes, at, this.heldBytes, this.direction, this.compression);
      if (state !== PLAUSIBLE) return state;
      const { opcode, fin } = tested;
      if (opcode < 8) {
        if (candidate.open !== null && candidate.open !== (opcode === 0)) return IMPLAUSIBLE;
        candidate.open = !fin;
      }
      candidate.headers++;
      if (!tested.weak) candidate.score += candidate.next === this.packetStart ? 2 : 1;
      if (tested.looksLikeText) candidate.score++;
      candidate.lastHeader = candidate.next;
      candidate.next += tested.headerLength + tested.length;
    }
  }

  private remember(candidate: Candidate): void {
    if (this.candidates.length < limits.resynchroniseCandidates) {
      this.candidates.push(candidate);
      return;
    }
    const weaker = this.candidates.findIndex((other) => other.score < candidate.score);
    if (weaker >= 0) this.candidates.splice(weaker, 1, candidate);
  }
}
