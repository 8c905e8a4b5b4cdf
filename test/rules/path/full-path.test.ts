import { expect, test } from "vitest";
import { relativeNs } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import { beat, connectionFacts, mark, quietBeat, stalled, tcp, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// A link that takes less than the server sends: what waits for its turn holds the acknowledgments up for many seconds.

const told = (advancedAfter: number) => {
  const events = stalled(20, "client").map((event) => ({
    ...event,
    sentNs: null,
    acknowledgedNs: mark(40).timestampNs,
    advancedNs: relativeNs(event.timestampNs + advancedAfter * 1e9),
  }));
  const slowest = { ping: mark(8), pong: mark(20), roundTripMs: 12_000 };
  const pings = beat({
    pings: 4,
    answered: 4,
    intervalMs: 21_000,
    roundTripMs: { min: 146, median: 10_000, p95: 12_000, max: 12_000 },
    slowest,
    lastPing: mark(39),
    lastPong: mark(39.5),
    lastAnsweredPing: mark(39),
  });
  const late = connectionFacts({
    tcp: tcp({ ending: "open", firstCloser: null, closedAt: null, events }),
    webSocket: webSocket({ closeFrames: [null, null], heartbeat: [quietBeat, pings] }),
    close: { verdict: "open", clientSees: null, serverSees: null },
  });
  return judge(one(late))
    .filter(({ ruleId, severity }) => ruleId !== "ws.ping.stopped" && severity !== "note")
    .map(({ ruleId, variant, causes }) => `${ruleId} ${variant} ${causes[0]?.id}`);
};

test("repetitions of a side that hears new data all along are those of a slow path, and no outage", () => {
  expect(told(-0.05)).toEqual(["ws.pong.late byPath slowPath"]);
});

test("a side that hears nothing new has a path that lets nothing through", () => {
  expect(told(-19)).toEqual(["tcp.path.blackhole survived pathInterrupted"]);
});
