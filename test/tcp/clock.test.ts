import { describe, expect, test } from "vitest";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

interface Situation {
  /** When the capture's clock is set forward, and by how much. */
  readonly step?: readonly [atMs: number, byMs: number];
  /** Ticks a second of both ends' stamps. */
  readonly rate?: number;
  /** The client's host is suspended for this long: so are its stamps. */
  readonly asleep?: readonly [fromMs: number, forMs: number];
  /** What of the conversation the capture missed. */
  readonly missed?: (atMs: number, from: "C" | "S") => boolean;
  /** The pause before the server's FIN, truly. */
  readonly pauseMs?: number;
  readonly stamps?: boolean;
}

const stampOption = (value: number, echo: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, 0x0101080a);
  view.setUint32(4, value >>> 0);
  view.setUint32(8, echo >>> 0);
  return new Uint8Array(view.buffer);
};

/** A message of the server every 500 ms for 20 s, then a pause, then its FIN; each end stamps by a clock of its own. */
function conversation({ step, rate = 1000, asleep, missed, pauseMs = 500, stamps = true }: Situation): Timed[] {
  const packets: Timed[] = [];
  const last = { C: 0, S: 0 };
  const clockOf = { C: 0xffffe000, S: 77_000 };
  let ipId = 1;
  const say = (from: "C" | "S", atMs: number, packet: object) => {
    const sleptMs = from === "C" && asleep && atMs > asleep[0] ? Math.min(asleep[1], atMs - asleep[0]) : 0;
    const value = (clockOf[from] + Math.floor(((atMs - sleptMs) * rate) / 1000)) >>> 0;
    const options = stamps ? { options: stampOption(value, last[from === "C" ? "S" : "C"]) } : {};
    last[from] = value;
    if (missed?.(atMs, from) === true) return;
    packets.push({
      atMs: atMs + (step !== undefined && atMs >= step[0] ? step[1] : 0),
      bytes: tcpPacket({
        from: from === "C" ? "10.0.0.1:40000" : "10.0.0.2:8080",
        to: from === "C" ? "10.0.0.2:8080" : "10.0.0.1:40000",
        window: 500,
        ipId: ipId++,
        ...options,
        ...packet,
      }),
    });
  };
  say("C", 0, { flags: "S", seq: 100 });
  say("S", 1, { flags: "SA", seq: 500, ack: 101 });
  say("C", 2, { flags: "A", seq: 101, ack: 501 });
  let seq = 501;
  say("C", 3, { flags: "PA", seq: 101, ack: seq, payload: "GET /" });
  for (let atMs = 500; atMs <= 20_000; atMs += 500) {
    say("S", atMs, { flags: "PA", seq, ack: 106, payload: "telemetry" });
    seq += 9;
    say("C", atMs + 1, { flags: "A", seq: 106, ack: seq });
  }
  const endMs = 20_001 + pauseMs;
  say("S", endMs, { flags: "FA", seq, ack: 106 });
  say("C", endMs + 1, { flags: "FA", seq: 106, ack: seq + 1 });
  say("S", endMs + 2, { flags: "A", seq: seq + 1, ack: 107 });
  return packets;
}

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

  test("packets that the capture missed", () => {
    expect(seen({ pauseMs: 500, missed: (atMs) => atMs > 5000 && atMs < 15_000 }).steps).toEqual([]);
  });

  test("ends that do not stamp", () => {
    expect(seen({ step: [20_100, 60_000], stamps: false }).steps).toEqual([]);
  });
});
