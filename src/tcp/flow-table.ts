import { i32be, viewOf } from "../base/bytes.ts";
import type { SegmentView } from "../wire/types.ts";
import type { TcpConnection } from "./connection.ts";

const V6_WORDS = 8;

/**
 * 4-tuple → current connection. An open-addressing table of indexes, keyed by integers: no string, no allocation for a
 * packet of a known connection. The seed keeps hostile captures from piling up collisions.
 * Both directions of a connection meet in one entry: the key is ordered, `low` first.
 */
export class FlowTable {
  /** Set by `find`: 0 when the segment's source is the key's low end, else 1. */
  index: 0 | 1 = 0;
  /** Whose capture the packets come from: two captures of one connection, taken at its two ends, stay apart. */
  vantage = 0;
  private slots = new Int32Array(4096).fill(-1);
  private mask = 4095;
  private flows: (TcpConnection | null)[] = [];
  private readonly seed: number;
  // The ordered key of the last `find`, for `add`.
  private readonly key = new Int32Array(V6_WORDS + 1);
  private keyVersion: 4 | 6 = 4;
  private slot = 0;

  constructor(seed: number) {
    this.seed = seed | 0;
  }

  get size(): number {
    return this.flows.length;
  }

  /** The connection of this 4-tuple, or null; leaves the place for `add`. */
  find(segment: SegmentView): TcpConnection | null {
    return segment.ipVersion === 4 ? this.find4(segment) : this.find6(segment);
  }

  /** Makes `connection` the current one of the 4-tuple last looked for. */
  add(connection: TcpConnection): void {
    const known = this.slots[this.slot] as number;
    if (known >= 0) {
      // `find` met this one and left the ordered key as it was: the successor takes its predecessor's.
      takeKey(connection, this.flows[known] as TcpConnection);
      this.flows[known] = connection;
      return;
    }
    connection.key0 = this.key[0] as number;
    connection.key1 = this.key[1] as number;
    connection.key2 = this.key[2] as number;
    if (this.keyVersion === 6) connection.key = this.key.slice();
    this.slots[this.slot] = this.flows.length;
    this.flows.push(connection);
    if (this.flows.length * 2 > this.slots.length) this.grow();
  }

  private find4(segment: SegmentView): TcpConnection | null {
    const { bytes } = segment;
    const view = viewOf(bytes);
    const source = view.getInt32(segment.sourceAddressStart);
    const destination = view.getInt32(segment.destinationAddressStart);
    const fromLow = source < destination || (source === destination && segment.sourcePort <= segment.destinationPort);
    const low = fromLow ? source : destination;
    const high = fromLow ? destination : source;
    const ports = fromLow
      ? (segment.sourcePort << 16) | segment.destinationPort
      : (segment.destinationPort << 16) | segment.sourcePort;
    this.index = fromLow ? 0 : 1;
    let hash = Math.imul(low ^ this.seed ^ this.vantage, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ high, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13) ^ ports, 0xc2b2ae3d);
    hash ^= hash >>> 16;
    const { slots, flows, mask, vantage } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slots[slot] as number;
      if (at < 0) {
        this.slot = slot;
        break;
      }
      const flow = flows[at] as TcpConnection;
      if (
        flow.key2 === ports &&
        flow.key1 === high &&
        flow.key0 === low &&
        flow.ipVersion === 4 &&
        flow.vantage === vantage
      ) {
        this.slot = slot;
        return flow;
      }
    }
    this.keyVersion = 4;
    this.key[0] = low;
    this.key[1] = high;
    this.key[2] = ports;
    return null;
  }

  private find6(segment: SegmentView): TcpConnection | null {
    const { bytes, sourceAddressStart: source, destinationAddressStart: destination } = segment;
    let order = 0;
    for (let word = 0; word < 16 && order === 0; word += 4) {
      const a = i32be(bytes, source + word);
      const b = i32be(bytes, destination + word);
      order = a < b ? -1 : a > b ? 1 : 0;
    }
    const fromLow = order < 0 || (order === 0 && segment.sourcePort <= segment.destinationPort);
    const { key } = this;
    for (let word = 0; word < 4; word++) {
      key[word] = i32be(bytes, (fromLow ? source : destination) + word * 4);
      key[word + 4] = i32be(bytes, (fromLow ? destination : source) + word * 4);
    }
    key[8] = fromLow
      ? (segment.sourcePort << 16) | segment.destinationPort
      : (segment.destinationPort << 16) | segment.sourcePort;
    this.index = fromLow ? 0 : 1;
    this.keyVersion = 6;
    for (let slot = this.hashOf(key, V6_WORDS + 1, this.vantage) & this.mask; ; slot = (slot + 1) & this.mask) {
      this.slot = slot;
      const at = this.slots[slot] as number;
      if (at < 0) return null;
      const flow = this.flows[at] as TcpConnection;
      if (flow.vantage === this.vantage && sameKey(flow.key, key)) return flow;
    }
  }

  private hashOf(key: Int32Array, words: number, vantage: number): number {
    let hash = this.seed ^ vantage;
    for (let word = 0; word < words; word++) {
      hash = Math.imul(hash ^ (hash >>> 15) ^ (key[word] as number), 0x85ebca77);
    }
    return hash ^ (hash >>> 16);
  }

  private hash4({ key0, key1, key2, vantage }: TcpConnection): number {
    let hash = Math.imul(key0 ^ this.seed ^ vantage, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ key1, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13) ^ key2, 0xc2b2ae3d);
    return hash ^ (hash >>> 16);
  }

  private grow(): void {
    this.rebuild(this.slots.length * 2);
  }

  /** Forgets the connections for which `keep` says no. Their facts live on elsewhere. */
  prune(keep: (connection: TcpConnection) => boolean): void {
    this.flows = this.flows.filter((flow) => flow !== null && keep(flow));
    this.rebuild(this.slots.length);
  }

  private rebuild(slotCount: number): void {
    this.slots = new Int32Array(slotCount).fill(-1);
    this.mask = slotCount - 1;
    for (let at = 0; at < this.flows.length; at++) {
      const flow = this.flows[at] as TcpConnection;
      const hash = flow.ipVersion === 4 ? this.hash4(flow) : this.hashOf(flow.key, flow.key.length, flow.vantage);
      let slot = hash & this.mask;
      while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = at;
    }
  }
}

function takeKey(connection: TcpConnection, { key, key0, key1, key2 }: TcpConnection): void {
  connection.key = key;
  connection.key0 = key0;
  connection.key1 = key1;
  connection.key2 = key2;
}

function sameKey(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== V6_WORDS + 1) return false;
  for (let word = 0; word <= V6_WORDS; word++) if (a[word] !== b[word]) return false;
  return true;
}
