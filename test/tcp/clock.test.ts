import { describe, expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { track } from "../support/run-tracker.ts";
import { conversation, type Situation } from "../support/stamped-conversation.ts";

function seen(situation: Situation) {
  const [connection] = track(conversation(situation)).connections;
  if (connection === undefined) throw new Error("no connection");
  const { clockSteps, idleBeforeCloseNs } = tcpFacts(connection, connection.lastPacketNs);
  return { steps: clockSteps.map(({ ms }) => Math.round(ms / 100) / 10), idleMs: (idleBeforeCloseNs ?? 0) / 1e6 };
}

describe("a clock that is set forward by a minute just before the end", () => {
  test.each([1000, 250, 100])("is told by stamps of %i ticks a second, and the idle time is the true one", (rate) => {
    const { steps, idleMs } = seen({ step: [20_100, 60_000], rate });
    expect(steps).toEqual([60]);
    expect(Math.abs(idleMs - 500)).toBeLessThan(60);
  });

  test("in the middle, between two messages", () => {
    expect(seen({ step: [10_200, 60_000] }).steps).toEqual([60]);
  });

  test("twice", () => {
    const twice = conversation({ step: [8200, 30_000] }).map((packet) =>
      packet.atMs > 30_000 + 15_200 ? { ...packet, atMs: packet.atMs + 60_000 } : packet,
    );
    const [connection] = track(twice).connections;
    expect(connection?.clockSteps.map(({ ns }) => Math.round(ns / 1e9))).toEqual([30, 60]);
  });
});

test("a silence that was one is known as such, where both ends stamp", () => {
  const agreed = (situation: Situation) => {
    const [connection] = track(conversation(situation)).connections;
    return connection === undefined ? null : tcpFacts(connection, connection.lastPacketNs).clockAgreed?.timestampNs;
  };
  expect(agreed({ pauseMs: 60_000 })).toBe(agreedAtFin(60_000));
  expect(agreed({ step: [20_100, 60_000] })).toBeUndefined();
});

/** When the FIN of the conversation came, since its first packet. */
function agreedAtFin(pauseMs: number): number | undefined {
  const [connection] = track(conversation({ pauseMs })).connections;
  return connection?.halves.map(({ fin }) => fin?.timestampNs ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)[0];
}

describe("no step", () => {
  test("a minute of silence indeed", () => {
    expect(seen({ pauseMs: 60_000 })).toEqual({ steps: [], idleMs: 60_001 });
  });

  test("a laptop that slept for a minute: the other end's stamps went on", () => {
    expect(seen({ pauseMs: 60_000, asleep: [20_100, 59_000] }).steps).toEqual([]);
  });

  test("a segment that waited on its way, as behind an address that was not known yet", () => {
    const packets = conversation({ pauseMs: 60_000 });
    const end = packets.length - 2;
    const [connection] = track(
      packets.map((packet, at) => (at < end ? packet : { ...packet, atMs: packet.atMs + 1200 })),
    ).connections;
    expect(connection?.clockSteps).toEqual([]);
  });

  test("packets that the capture missed", () => {
    expect(seen({ pauseMs: 500, missed: (atMs) => atMs > 5000 && atMs < 15_000 }).steps).toEqual([]);
  });

  test("ends that do not stamp", () => {
    expect(seen({ step: [20_100, 60_000], stamps: false }).steps).toEqual([]);
  });
});
