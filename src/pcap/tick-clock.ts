import { type RelativeNs, relativeNs } from "../base/brand.ts";

const TWO_32 = 4_294_967_296;
const NS_PER_SECOND = 1_000_000_000n;

/** 10^9 = 2^9 · 5^9: only the odd part is multiplied, so that the product stays exact. */
const ODD_NS = 5 ** 9;
const EVEN_NS = 2 ** 9;

/**
 * Turns the 64-bit time stamps of one pcapng interface into nanoseconds since the analysis' origin, without a bigint a
 * packet: ticks are counted from the whole second before the origin. Exact, rounded down to a nanosecond, for 104 days
 * around the origin and resolutions of 10^-15, 2^-32 or coarser; finite for any.
 */
export class TickClock {
  /** `align` has been called. */
  aligned = false;
  private readonly ticksPerSecond: bigint;
  private readonly perSecond: number;
  private readonly offsetSeconds: bigint;
  /** One of the two is 0: ticks of a whole number of nanoseconds, or a whole number of ticks a nanosecond. */
  private readonly nsPerTick: number;
  private readonly ticksPerNs: number;
  private baseHigh = 0;
  private baseLow = 0;
  private baseNs = 0;

  /**
   * `resolution` as in if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s; `offsetSeconds` as in if_tsoffset
   * (draft-ietf-opsawg-pcapng §4.2).
   */
  constructor(resolution: number, offsetSeconds: bigint) {
    const exponent = resolution & 0x7f;
    const decimal = resolution < 0x80;
    this.ticksPerSecond = (decimal ? 10n : 2n) ** BigInt(exponent);
    this.perSecond = Number(this.ticksPerSecond);
    this.offsetSeconds = offsetSeconds;
    this.nsPerTick = decimal && exponent <= 9 ? 10 ** (9 - exponent) : 0;
    this.ticksPerNs = decimal && exponent > 9 ? 10 ** (exponent - 9) : 0;
  }

  /** Smallest step. */
  get resolutionNs(): number {
    return 1e9 / this.perSecond;
  }

  /** Epoch nanoseconds: for the first packet of a capture only. */
  epochNs(high: number, low: number): bigint {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return (ticks * NS_PER_SECOND) / this.ticksPerSecond + this.offsetSeconds * NS_PER_SECOND;
  }

  align(originNs: bigint): void {
    const second = originNs / NS_PER_SECOND;
    const base = (second - this.offsetSeconds) * this.ticksPerSecond;
    this.baseHigh = Number(base >> 32n);
    this.baseLow = Number(base & 0xffff_ffffn);
    this.baseNs = Number(second * NS_PER_SECOND - originNs);
    this.aligned = true;
  }

  sinceOrigin(high: number, low: number): RelativeNs {
    const ticksHigh = (high - this.baseHigh) * TWO_32;
    const ticksLow = low - this.baseLow;
    const ns = this.nsPerTick === 0 ? this.fineNs(ticksHigh, ticksLow) : (ticksHigh + ticksLow) * this.nsPerTick;
    return relativeNs(ns + this.baseNs);
  }

  /** Steps that are not whole nanoseconds: more ticks than a double counts, so whole seconds are taken out first. */
  private fineNs(ticksHigh: number, ticksLow: number): number {
    const perSecond = this.perSecond;
    const rest = ticksHigh % perSecond;
    const ticks = rest + ticksLow;
    const carry = Math.floor(ticks / perSecond);
    const seconds = Math.round((ticksHigh - rest) / perSecond) + carry;
    const fraction = ticks - carry * perSecond;
    const fractionNs = this.ticksPerNs === 0 ? (fraction * ODD_NS) / (perSecond / EVEN_NS) : fraction / this.ticksPerNs;
    return seconds * 1e9 + Math.floor(fractionNs);
  }
}
