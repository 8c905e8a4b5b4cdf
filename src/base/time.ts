import type { RelativeNs } from "./brand.ts";

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
  const ms = Number(seconds) * 1000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return "1970-01-01T00:00:00.000000000Z";
  return `${new Date(ms).toISOString().slice(0, -5)}.${fraction.toString().padStart(9, "0")}Z`;
}

export const nsToMs = (ns: number): number => ns / 1e6;
export const msToNs = (ms: number): RelativeNs => (ms * 1e6) as RelativeNs;
