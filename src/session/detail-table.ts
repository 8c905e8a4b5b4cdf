import type { Direction } from "../base/brand.ts";
import { firstIndex } from "../base/first-index.ts";
import * as limits from "../base/limits.ts";
import type { ConnectionFacts } from "../store/types.ts";
import type { BlobStore } from "./blob-store.ts";
import { type BodyInfo, type ConnectionDetail, type DetailRow, ROW, type RowKind } from "./detail-types.ts";

/** Bits of a packet row below its TCP flags. */
export const MARK = { retransmission: 1 << 8, duplicate: 1 << 9, outOfOrder: 1 << 10, keepAlive: 1 << 11 } as const;
/** Bits of a frame row beside its opcode. */
export const HEAD = { fin: 1 << 4, masked: 1 << 5, compressed: 1 << 6, resynchronised: 1 << 7, rsvShift: 8 } as const;

const SYN_FIN_RST = 7;
const CLOSE = 8;
const NONE = -1;
const OTHER = 255;

interface Columns {
  kinds: Uint8Array;
  legs: Uint8Array;
  directions: Uint8Array;
  packets: Uint32Array;
  bits: Uint32Array;
  times: Float64Array;
  lengths: Float64Array;
  /** Packet: sequence number, acknowledgment number. Frame: stream offset, first packet. HTTP and ICMP: index. */
  firsts: Float64Array;
  seconds: Float64Array;
  /** Packet: offsets of its layers. Frame: masking key. */
  thirds: Float64Array;
  /** Blob index, or -1. */
  blobs: Int32Array;
}

const columnsOf = (rows: number): Columns => ({
  kinds: new Uint8Array(rows),
  legs: new Uint8Array(rows),
  directions: new Uint8Array(rows),
  packets: new Uint32Array(rows),
  bits: new Uint32Array(rows),
  times: new Float64Array(rows),
  lengths: new Float64Array(rows),
  firsts: new Float64Array(rows),
  seconds: new Float64Array(rows),
  thirds: new Float64Array(rows),
  blobs: new Int32Array(rows),
});

/** A row as its columns; reused by who fills it. */
export interface RawRow {
  kind: RowKind;
  leg: number;
  direction: Direction;
  packet: number;
  timeNs: number;
  bits: number;
  length: number;
  first: number;
  second: number;
  third: number;
  blob: number;
}

const IP_SCALE = 2 ** 16;
const TCP_SCALE = 2 ** 32;
const WINDOW_SHIFT = 16;

/** Three offsets and the window in one double would not fit: offsets here, the window in the high bits of `bits`. */
export const packLayers = (ip: number, tcp: number, payload: number): number =>
  ip < 0 || payload >= IP_SCALE ? NONE : ip + tcp * IP_SCALE + payload * TCP_SCALE;
export const packWindow = (window: number): number => window << WINDOW_SHIFT;

/** Rows as columns: 600,000 of them take 35 MB where objects would take ten times that. */
export class DetailTable implements ConnectionDetail {
  length = 0;
  dropped = 0;
  readonly legs: readonly ConnectionFacts[];
  readonly bodies: BlobStore;
  readonly packets: BlobStore;
  private columns = columnsOf(1024);
  private readonly bodyInfos: BodyInfo[] = [];
  /** Order of the capture, once rows that were found late are in. */
  private order: Uint32Array | null = null;

  constructor(legs: readonly ConnectionFacts[], bodies: BlobStore, packets: BlobStore) {
    this.legs = legs;
    this.bodies = bodies;
    this.packets = packets;
  }

  /** Index of the new row, -1 when there is no room for it: bare packets leave room for what says more. */
  add(row: RawRow): number {
    const plain = row.kind === ROW.packet && (row.bits & SYN_FIN_RST) === 0;
    if (this.length >= (plain ? limits.detailRows * 0.75 : limits.detailRows)) {
      this.dropped++;
      return NONE;
    }
    if (this.length === this.columns.kinds.length) this.grow();
    const { columns } = this;
    const at = this.length++;
    columns.kinds[at] = row.kind;
    columns.legs[at] = row.leg;
    columns.directions[at] = row.direction;
    columns.packets[at] = row.packet;
    columns.bits[at] = row.bits;
    columns.times[at] = row.timeNs;
    columns.lengths[at] = row.length;
    columns.firsts[at] = row.first;
    columns.seconds[at] = row.second;
    columns.thirds[at] = row.third;
    columns.blobs[at] = row.blob;
    return at;
  }

  /** `leg` -1: of a connection that was not asked for; it goes when the rows are sorted. */
  setLeg(at: number, leg: number): void {
    this.columns.legs[at] = leg < 0 ? OTHER : leg;
  }

  addBits(at: number, bits: number): void {
    this.columns.bits[at] = (this.columns.bits[at] ?? 0) | bits;
  }

  setBody(at: number, info: BodyInfo): void {
    this.bodyInfos[info.blob] = info;
    this.columns.blobs[at] = info.blob;
  }

  /** Rows were added late (HTTP heads, ICMP): all are put in the order of their packets, heads before frames. */
  sort(): void {
    const { packets, kinds, legs } = this.columns;
    const rank = (at: number): number => (kinds[at] === ROW.packet ? 0 : kinds[at] === ROW.frame ? 2 : 1);
    const before = (a: number, b: number): number =>
      (packets[a] ?? 0) - (packets[b] ?? 0) || rank(a) - rank(b) || a - b;
    const [inOrder, late]: [number[], number[]] = [[], []];
    let last = 0;
    for (let at = 0; at < this.length; at++) {
      if (legs[at] === OTHER) continue;
      const packet = packets[at] ?? 0;
      if (packet < last || kinds[at] === ROW.request || kinds[at] === ROW.response || kinds[at] === ROW.icmp) {
        late.push(at);
      } else {
        inOrder.push(at);
        last = packet;
      }
    }
    late.sort(before);
    const order = new Uint32Array(inOrder.length + late.length);
    let lateAt = 0;
    let length = 0;
    for (const at of inOrder) {
      for (let next = late[lateAt]; next !== undefined && before(next, at) < 0; next = late[++lateAt])
        order[length++] = next;
      order[length++] = at;
    }
    for (const at of late.slice(lateAt)) order[length++] = at;
    this.order = order;
    this.length = length;
  }

  kindOf(index: number): RowKind {
    return this.columns.kinds[this.at(index)] as RowKind;
  }

  timeOf(index: number): number {
    return this.columns.times[this.at(index)] ?? 0;
  }

  packetOf(index: number): number {
    return this.columns.packets[this.at(index)] ?? 0;
  }

  isTurn(index: number): boolean {
    const at = this.at(index);
    const bits = this.columns.bits[at] ?? 0;
    const kind = this.columns.kinds[at];
    if (kind === ROW.packet) return (bits & SYN_FIN_RST) !== 0;
    return kind !== ROW.frame || (bits & 15) === CLOSE;
  }

  isPlain(index: number): boolean {
    const at = this.at(index);
    const { retransmission, keepAlive } = MARK;
    return (
      this.columns.kinds[at] === ROW.packet &&
      ((this.columns.bits[at] ?? 0) & (SYN_FIN_RST | retransmission | keepAlive)) === 0
    );
  }

  carriesData(index: number): boolean {
    const at = this.at(index);
    return this.columns.kinds[at] === ROW.packet && (this.columns.lengths[at] ?? 0) > 0;
  }

  indexOfPacket(packet: number): number {
    return firstIndex(this.length, (index) => this.packetOf(index) >= packet);
  }

  bodyPreview(blob: number): Uint8Array {
    return this.bodies.previewOf(blob);
  }

  bodyBytes(blob: number): Uint8Array | null {
    return this.bodies.get(blob);
  }

  packetBytes(blob: number): Uint8Array | null {
    return this.packets.get(blob);
  }

  /** Each column is read by its own code: one function for all of them takes several times as long. */
  row(index: number): DetailRow {
    const at = this.at(index);
    const { columns } = this;
    const kind = (columns.kinds[at] ?? 0) as RowKind;
    const flags = columns.bits[at] ?? 0;
    const leg = columns.legs[at] ?? 0;
    const direction = (columns.directions[at] ?? 0) as Direction;
    const packet = columns.packets[at] ?? 0;
    const timeNs = columns.times[at] ?? 0;
    const first = columns.firsts[at] ?? 0;
    if (kind === ROW.packet) {
      return {
        leg,
        direction,
        packet,
        timeNs,
        kind,
        flags: flags & 0xff,
        payloadBytes: columns.lengths[at] ?? 0,
        sequenceNumber: first,
        acknowledgmentNumber: columns.seconds[at] ?? 0,
        window: flags >>> WINDOW_SHIFT,
        retransmission: (flags & MARK.retransmission) !== 0,
        duplicate: (flags & MARK.duplicate) !== 0,
        outOfOrder: (flags & MARK.outOfOrder) !== 0,
        keepAlive: (flags & MARK.keepAlive) !== 0,
        layers: unpackLayers(columns.thirds[at] ?? 0),
        blob: columns.blobs[at] ?? 0,
      };
    }
    if (kind === ROW.frame) {
      return {
        leg,
        direction,
        packet,
        timeNs,
        kind,
        opcode: flags & 15,
        fin: (flags & HEAD.fin) !== 0,
        rsv: (flags >>> HEAD.rsvShift) & 7,
        masked: (flags & HEAD.masked) !== 0,
        compressed: (flags & HEAD.compressed) !== 0,
        resynchronised: (flags & HEAD.resynchronised) !== 0,
        maskingKey: columns.thirds[at] ?? 0,
        length: columns.lengths[at] ?? 0,
        firstPacket: columns.seconds[at] ?? 0,
        streamOffset: first,
        body: this.bodyInfos[columns.blobs[at] ?? 0] ?? null,
      };
    }
    return kind === ROW.icmp
      ? { leg, direction, packet, timeNs, kind, error: first }
      : { leg, direction, packet, timeNs, kind, exchange: first };
  }

  private at(index: number): number {
    return this.order === null ? index : (this.order[index] ?? 0);
  }

  private grow(): void {
    const larger = columnsOf(this.columns.kinds.length * 2);
    for (const name of Object.keys(larger) as (keyof Columns)[]) larger[name].set(this.columns[name]);
    this.columns = larger;
  }
}

function unpackLayers(packed: number): { ip: number; tcp: number; payload: number } | null {
  if (packed < 0) return null;
  const low = packed % TCP_SCALE;
  return { ip: low % IP_SCALE, tcp: Math.floor(low / IP_SCALE), payload: Math.floor(packed / TCP_SCALE) };
}
