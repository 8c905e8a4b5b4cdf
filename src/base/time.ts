import type { RelativeNs } from "./brand.ts";

/** Years 0000 to 9999: what RFC 3339 §5.6 can say. A time beyond, from a broken capture, is told as the nearest second. */
const EARLIEST_MS = -62_167_219_200_000;
const LATEST_MS = 253_402_300_799_000;
const NS_PER_SECOND = 1_000_000_000n;

/** RFC 3339 in UTC with nine fractional digits. `originNs` is epoch nanoseconds of the capture's origin. */
export function formatTime(originNs: bigint, relative: RelativeNs): string {
  const ns = originNs + BigInt(Math.round(relative));
  let seconds = ns / NS_PER_SECOND;
  let fraction = ns % NS_PER_SECOND;
  if (fraction < 0n) {
    fraction += NS_PER_SECOND;
    seconds -= 1n;
  }
  return `${secondText(Number(seconds) * 1000)}${fraction.toString().padStart(9, "0")}Z`;
}

/** Date and time up to the decimal point. */
const secondText = (ms: number): string =>
  new Date(Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS)).toISOString().slice(0, -4);

/** `formatTime` for many times of one capture: what stays the same within a second is made once. */
export class TimeFormatter {
  private readonly originSeconds: number;
  private readonly originNs: number;
  private second = Number.NaN;
  private prefix = "";

  constructor(originNs: bigint) {
    // Floored, so that the fraction is positive before 1970 too.
    const fraction = ((originNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
    this.originSeconds = Number((originNs - fraction) / NS_PER_SECOND);
    this.originNs = Number(fraction);
  }

  format(relative: number): string {
    const ns = this.originNs + Math.round(relative);
    const seconds = Math.floor(ns / 1e9);
    if (seconds !== this.second) {
      this.second = seconds;
      this.prefix = secondText((this.originSeconds + seconds) * 1000);
    }
    return `${this.prefix}${String(ns - seconds * 1e9).padStart(9, "0")}Z`;
  }
}

export const nsToMs = (ns: number): number => ns / 1e6;
export const msToNs = (ms: number): RelativeNs => (ms * 1e6) as RelativeNs;

/** Seconds after the capture's origin, with a sign: "+31.204". Files need not be in order: "-8.392". */
export const offsetText = (ns: number, digits = 3): string =>
  `${ns < 0 ? "-" : "+"}${Math.abs(ns / 1e9).toFixed(digits)}`;

/** Time of day in UTC to the millisecond, with the date where it is not that of `origin`; both are RFC 3339. */
export const clockText = (origin: string, time: string): string =>
  `${time.slice(0, 10) === origin.slice(0, 10) ? "" : `${time.slice(0, 10)} `}${time.slice(11, 23)}`;

/** Seconds from one RFC 3339 time to another, to the microsecond: for people, not for arithmetic. */
export function secondsBetween(from: string, to: string): number {
  const split = (time: string): [number, number] => [
    Date.parse(`${time.slice(0, 19)}Z`),
    Number(`0${time.slice(19, -1)}`),
  ];
  const [fromMs, fromFraction] = split(from);
  const [toMs, toFraction] = split(to);
  return (toMs - fromMs) / 1000 + toFraction - fromFraction;
}
