import { expect, test } from "vitest";
import { relativeNs } from "../../../src/base/brand.ts";
import { stallsOf } from "../../../src/rules/reading/stall.ts";
import { connectionFacts, mark, stalled, tcp } from "../../support/facts-builder.ts";

const stalls = (events: ReturnType<typeof stalled>) => stallsOf(connectionFacts({ tcp: tcp({ events }) }));

test("one segment that is sent again at growing distances stands still", () => {
  expect(stalls(stalled(30))).toMatchObject([{ from: "server", repeats: 6 }]);
});

test("a segment may have grown when it is sent again (RFC 9293 §3.8.1)", () => {
  expect(stalls(stalled(30).map((event, i) => ({ ...event, value: 2 + 10 * i })))).toHaveLength(1);
});

test("segments of the same length that were lost one after the other do not", () => {
  expect(stalls(stalled(30).map((event, i) => ({ ...event, streamOffset: 138 + 90_014 * i })))).toEqual([]);
});

test("it lasts from the first transmission to the acknowledgment, and at most to the end of the connection", () => {
  const waited = stalled(30).map((event) => ({
    ...event,
    sentNs: relativeNs(29.9e9),
    acknowledgedNs: relativeNs(38e9),
  }));
  const msOf = (events: typeof waited, closedAt: number) =>
    stallsOf(connectionFacts({ tcp: tcp({ events, closedAt: mark(closedAt) }) })).map(({ ms }) => Math.round(ms));
  expect(msOf(waited, 50)).toEqual([8100]);
  expect(msOf(waited, 33)).toEqual([3100]);
  // Never acknowledged: until it was sent for the last time.
  expect(
    msOf(
      waited.map((event) => ({ ...event, acknowledgedNs: null as never })),
      50,
    ),
  ).toEqual([7100]);
});
