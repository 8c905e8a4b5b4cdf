import { expect, test } from "vitest";
import { stallsOf } from "../../src/rules/stall.ts";
import { connectionFacts, stalled, tcp } from "../support/facts-builder.ts";

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
