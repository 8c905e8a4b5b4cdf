import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TickClock } from "../../src/pcap/tick-clock.ts";

const split = (ticks: bigint): [number, number] => [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
const floor = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
const NS = 1_000_000_000n;
const YEARS_200 = 6_000_000_000n;

/** Nanoseconds by bigint, as the draft defines them. */
const exactNs = (ticks: bigint, perSecond: bigint, offset: bigint): bigint =>
  floor(ticks * NS, perSecond) + offset * NS;

const resolutions = [0, 1, 3, 6, 7, 9, 10, 12, 15, 0x80, 0x88, 0x8a, 0x94, 0x9e, 0xa0];
const perSecondOf = (resolution: number): bigint => (resolution < 0x80 ? 10n : 2n) ** BigInt(resolution & 0x7f);

describe.each(resolutions)("if_tsresol %i", (resolution) => {
  const perSecond = perSecondOf(resolution);
  test("is exact within 100 days of any origin, whichever interface set it", () => {
    const lastSecond = 2n ** 64n / perSecond < YEARS_200 ? 2n ** 64n / perSecond - 1n : YEARS_200;
    fc.assert(
      fc.property(
        fc.bigInt(0n, lastSecond * perSecond),
        fc.integer({ min: -8_640_000, max: 8_640_000 }),
        fc.bigInt(0n, 999_999_999n),
        fc.bigInt(-100_000n, 100_000n),
        (ticks, secondsAway, fraction, offset) => {
          const clock = new TickClock(resolution, offset);
          const ns = exactNs(ticks, perSecond, offset);
          expect(clock.epochNs(...split(ticks))).toBe(ns);
          const origin = (ns / NS + BigInt(secondsAway)) * NS + fraction;
          clock.align(origin);
          expect(clock.sinceOrigin(...split(ticks))).toBe(Number(ns - origin));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("no resolution, offset or time makes NaN or infinity", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.bigInt(0n, 2n ** 64n - 1n),
      (resolution, offset, first, second) => {
        const clock = new TickClock(resolution, offset);
        clock.align(clock.epochNs(...split(first)));
        expect(Number.isFinite(clock.sinceOrigin(...split(second)))).toBe(true);
        expect(Number.isFinite(clock.resolutionNs)).toBe(true);
      },
    ),
  );
});

test("sets its first packet to 0 and keeps the step between packets", () => {
  const clock = new TickClock(9, 0n);
  const first = 1_700_000_000_123_456_789n;
  clock.align(clock.epochNs(...split(first)));
  expect(clock.sinceOrigin(...split(first))).toBe(0);
  expect(clock.sinceOrigin(...split(first + 1n))).toBe(1);
  expect(clock.sinceOrigin(...split(first - 1n))).toBe(-1);
});
