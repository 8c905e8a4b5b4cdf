import { type RelativeNs, relativeNs } from "../base/brand.ts";

const TWO_32 = 4_294_967_296;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * Turns the 64-bit time stamps of one pcapng interface into nanoseconds since the analysis' origin, without a bigint a
 * packet: ticks are counted from the whole second before the origin, so that for `if_tsresol` down to 10^-9 every step
 * is an exact integer double for 104 days around it. Finer resolutions are rounded down to nanoseconds.
 */
export class TickClock {
  /** `align` has been called. */
  aligned = false;
  private readonly ticksPerSecond: bigint;
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
    this.offsetSeconds = offsetSeconds;
    this.nsPerTick = decimal && exponent <= 9 ? 10 ** (9 - exponent) : 0;
    this.ticksPerNs = decimal && exponent > 9 ? 10 ** (exponent - 9) : 0;
  }

  /** Smallest step. */
  get resolutionNs(): number {
    return 1e9 / Number(this.ticksPerSecond);
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
    const ticks = (high - this.baseHigh) * TWO_32 + (low - this.baseLow);
    return relativeNs((this.nsPerTick === 0 ? this.fineNs(ticks) : ticks * this.nsPerTick) + this.baseNs);
  }

  private fineNs(ticks: number): number {
    if (this.ticksPerNs !== 0) return Math.floor(ticks / this.ticksPerNs);
    // Dividing by a power of two is exact, so only the fraction of a second is rounded.
    const perSecond = Number(this.ticksPerSecond);
    const seconds = Math.floor(ticks / perSecond);
    return seconds * 1e9 + Math.floor(((ticks - seconds * perSecond) * 1e9) / perSecond);
  }
}
