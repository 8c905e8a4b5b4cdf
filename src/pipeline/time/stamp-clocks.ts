import { formatAddress } from "../../base/address.ts";
import type { PacketView } from "../../base/packet-view.ts";
import { STAMP_RATES, stampRateOf } from "../../tcp/stamp-rates.ts";
import { PacketDecoder } from "../../wire/packet-decoder.ts";
import { ABSENT, timestampEchoReply, timestampValue } from "../../wire/tcp-options.ts";
import { RST, type SegmentView, SYN, type WireSink } from "../../wire/types.ts";

const SECOND_NS = 1e9;
/** Before that a clock's rate cannot be told from its steps. */
const LEAST_KNOWN_NS = 1e9;
const MOST_CLOCKS = 4096;
/** Of systems that are in use; and the slowest of all. */
const USUAL_RATE = 1000;
const SLOWEST_RATE = 2;

/** The clock by which one end stamps its segments, as far as it was looked at. */
interface StampClock {
  readonly firstValue: number;
  readonly firstNs: number;
  lastValue: number;
  lastNs: number;
  /** Ticks a second; null: not known yet. */
  rate: number | null;
}

/** What one segment says about the time since its sender's clock was last looked at. */
export interface StampReading {
  /** Sender and receiver; and the other way round. */
  readonly key: string;
  readonly peerKey: string;
  /** The same without ports: Linux stamps all connections of two hosts alike. */
  readonly hostsKey: string;
  readonly value: number;
  /** What it had heard of its peer's clock. */
  readonly echoed: number;
  readonly begins: boolean;
  readonly atNs: number;
  /** Time that passed by the capture's clock and not by the sender's; null: the sender's is not known. */
  readonly lackNs: number | null;
  /** The capture's time since the sender's clock was last looked at. */
  readonly sinceNs: number;
}

const nothing = (): void => undefined;

/**
 * The clocks by which hosts stamp their segments (RFC 7323 §4.1), which nobody sets: looked at now and then, they tell how
 * much time has passed whatever the capture's clock says.
 */
export class StampClocks {
  private readonly clocks = new Map<string, StampClock>();
  private found: StampReading | null = null;
  private readonly decoder: PacketDecoder;

  constructor() {
    const sink: WireSink = {
      onSegment: (segment, packet) => {
        this.found = this.readingOf(segment, packet);
      },
      onIcmpError: nothing,
      onDatagram: nothing,
      onArp: nothing,
      onOther: nothing,
      onMalformed: nothing,
    };
    this.decoder = new PacketDecoder(sink);
  }

  /** A question about two ends can be answered. */
  get areKnown(): boolean {
    return this.clocks.size >= 2;
  }

  /** null: no segment, or one without a stamp. */
  read(packet: PacketView): StampReading | null {
    this.found = null;
    this.decoder.decode(packet);
    return this.found;
  }

  /** From now on time is counted from there. */
  note(reading: StampReading): void {
    if (reading.begins) this.clocks.delete(reading.key);
    this.noteAs(reading.key, reading);
    this.noteAs(reading.hostsKey, reading);
  }

  private noteAs(key: string, { value, atNs }: StampReading): void {
    const { clocks } = this;
    const known = clocks.get(key);
    if (known === undefined || ((value - known.lastValue) | 0) < 0) {
      if (known === undefined && clocks.size >= MOST_CLOCKS) this.forgetFirst();
      clocks.set(key, { firstValue: value, firstNs: atNs, lastValue: value, lastNs: atNs, rate: null });
      return;
    }
    known.lastValue = value;
    known.lastNs = atNs;
    const knownNs = atNs - known.firstNs;
    if (known.rate === null && knownNs >= LEAST_KNOWN_NS)
      known.rate = stampRateOf((value - known.firstValue) | 0, knownNs);
  }

  private forgetFirst(): void {
    for (const key of this.clocks.keys()) {
      this.clocks.delete(key);
      return;
    }
  }

  /** The sender's clock shows an earlier time than it did, by just what the capture's clock does. */
  fellBy({ key, hostsKey, value, atNs }: StampReading, ns: number): boolean {
    return [key, hostsKey].some((one) => {
      const known = this.clocks.get(one);
      if (known === undefined) return false;
      const ticks = (value - known.lastValue) | 0;
      const movedNs = atNs - known.lastNs - ns;
      return ticks < 0 && movedNs < 0 && STAMP_RATES.some((rate) => isNear((ticks * SECOND_NS) / rate, movedNs));
    });
  }

  private readingOf(segment: SegmentView, packet: PacketView): StampReading | null {
    const stamp = timestampValue(segment);
    if (stamp === ABSENT || (segment.flags & RST) !== 0) return null;
    const source = formatAddress(segment.bytes, segment.sourceAddressStart, segment.ipVersion);
    const destination = formatAddress(segment.bytes, segment.destinationAddressStart, segment.ipVersion);
    const [from, to] = [`${source} ${segment.sourcePort}`, `${destination} ${segment.destinationPort}`];
    const key = `${from} ${to}`;
    const hostsKey = `${source} ${destination}`;
    const begins = (segment.flags & SYN) !== 0;
    const hosts = this.clocks.get(hostsKey);
    const known = (begins ? undefined : this.clocks.get(key)) ?? hosts;
    const value = stamp | 0;
    const atNs = packet.timestampNs as number;
    const sinceNs = known === undefined ? 0 : atNs - known.lastNs;
    const rate = known?.rate ?? hosts?.rate ?? null;
    const lackNs = known === undefined ? null : lackOf(known, value, atNs, rate);
    const echoed = timestampEchoReply(segment) | 0;
    return { key, peerKey: `${to} ${from}`, hostsKey, value, echoed, begins, atNs, lackNs, sinceNs };
  }
}

function lackOf(known: StampClock, value: number, atNs: number, rate: number | null): number | null {
  const ticks = (value - known.lastValue) | 0;
  const sinceNs = atNs - known.lastNs;
  if (rate !== null) return sinceNs - ticks * (SECOND_NS / rate);
  // Its rate shows only now: it agrees with the capture's clock from its first look to this one.
  const knownNs = atNs - known.firstNs;
  if (knownNs >= LEAST_KNOWN_NS && stampRateOf((value - known.firstValue) | 0, knownNs) !== null) return 0;
  // By no rate was half of the time lived through.
  const isLittle = ticks >= 0 && ticks * (SECOND_NS / SLOWEST_RATE) < sinceNs / 2;
  return isLittle ? sinceNs - ticks * (SECOND_NS / USUAL_RATE) : null;
}

const isNear = (ns: number, wantedNs: number): boolean =>
  Math.abs(ns - wantedNs) <= SECOND_NS / 2 + Math.abs(wantedNs) / 50;
