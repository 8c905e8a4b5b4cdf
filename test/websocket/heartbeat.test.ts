import { describe, expect, it } from "vitest";
import type { Direction } from "../../src/base/brand.ts";
import * as limits from "../../src/base/limits.ts";
import { type Beat, Heartbeat } from "../../src/websocket/heartbeat.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import { PING, PONG } from "../../src/websocket/types.ts";

/** [seconds, who sends, what, payload, packet]; the packet number is the place in the list, from 1, unless given. */
type Step = readonly [number, Direction, "ping" | "pong", string?, number?];

function beats(steps: readonly Step[], endSeconds: number, direction: Direction = 1): Beat {
  const heartbeat = new Heartbeat();
  const { frame } = new DecoderMemory();
  for (const [i, [seconds, from, what, payload = "", packet = i + 1]] of steps.entries()) {
    frame.direction = from;
    frame.opcode = what === "ping" ? PING : PONG;
    frame.masked = from === 0;
    frame.payload = Buffer.from(payload);
    frame.length = frame.payload.length;
    frame.payloadLength = frame.payload.length;
    frame.streamOffset = i * 100;
    frame.firstPacketNumber = packet;
    frame.lastPacketNumber = packet;
    frame.firstTimestampNs = seconds * 1e9;
    frame.lastTimestampNs = seconds * 1e9;
    heartbeat.onFrame(frame);
  }
  return heartbeat.summary(direction, endSeconds * 1e9);
}

describe("pings of the server, pongs of the client", () => {
  it("measures round trips and the interval", () => {
    const beat = beats(
      [
        [0, 1, "ping", "a"],
        [0.02, 0, "pong", "a"],
        [10, 1, "ping", "b"],
        [10.04, 0, "pong", "b"],
        [20.5, 1, "ping", "c"],
        [20.53, 0, "pong", "c"],
      ],
      21,
    );
    expect(beat).toMatchObject({ pings: 3, answered: 3, skipped: 0, missing: 0, late: 0, pending: 0, unanswered: [] });
    expect(beat.roundTripMs).toEqual({
      min: expect.closeTo(20),
      median: expect.closeTo(30),
      p95: expect.closeTo(40),
      max: expect.closeTo(40),
    });
    expect(beat.intervalMs).toBe(10_000);
    expect(beat.lastPong).toEqual({ packet: 6, timestampNs: 20.53e9 });
    expect(beat.slowest).toMatchObject({ ping: { packet: 3 }, pong: { packet: 4 } });
  });

  it("knows no interval where pings came in one breath behind a pause", () => {
    const held = [7, 73.9, 73.90002, 73.90004].map((at): [number, 0 | 1, "ping", string] => [at, 1, "ping", `${at}`]);
    expect(beats(held, 80)).toMatchObject({ pings: 4, intervalMs: null, intervalJitterMs: null });
    expect(beats([...held, [84, 1, "ping", "e"], [94, 1, "ping", "f"]], 95).intervalMs).toBeGreaterThan(9999);
  });

  it("tells a wrong answer from a pong that nobody asked for", () => {
    const beat = beats(
      [
        [0, 1, "ping", "a"],
        [0.02, 0, "pong", "x"],
        [10, 1, "ping", "b"],
        [10.02, 0, "pong", "x"],
        [10.03, 0, "pong", "x"],
        [15, 0, "pong", "x"],
      ],
      21,
    );
    expect(beat).toMatchObject({ pings: 2, answered: 0, missing: 2, unsolicitedPongs: 4, wrongPongs: 2 });
  });

  it("takes no pong for an answer to a ping that was sent after it", () => {
    // The pong lay behind lost bytes and was decoded only when they were given up.
    const beat = beats(
      [
        [0, 1, "ping"],
        [0.02, 0, "pong"],
        [10, 1, "ping", "", 4],
        [5, 0, "pong", "", 3],
      ],
      20,
    );
    expect(beat).toMatchObject({ pings: 2, answered: 1, missing: 1, unsolicitedPongs: 1 });
  });

  it("gives a pong to the newest ping before it, though that was decoded later", () => {
    // The capture lacks the pong at 1 s, and the server's bytes from 2 s on waited behind others that it lacks.
    const beat = beats(
      [
        [0, 1, "ping", "", 1],
        [0.02, 0, "pong", "", 2],
        [1, 1, "ping", "", 3],
        [2.02, 0, "pong", "", 5],
        [3.02, 0, "pong", "", 7],
        [2, 1, "ping", "", 4],
        [3, 1, "ping", "", 6],
      ],
      5,
    );
    expect(beat).toMatchObject({ pings: 4, answered: 3, skipped: 1, missing: 0, late: 0, unsolicitedPongs: 0 });
    expect(beat.slowest?.roundTripMs).toBeCloseTo(20);
    expect(beat.lastAnsweredPing).toMatchObject({ packet: 6 });
  });

  it("takes a pong for the answer to a ping that is decoded after it but was sent before", () => {
    // The server's side of a midstream capture was understood later than the client's.
    const beat = beats(
      [
        [0.02, 0, "pong", "a", 2],
        [0, 1, "ping", "a", 1],
        [10, 1, "ping", "b", 3],
        [10.02, 0, "pong", "b", 4],
      ],
      10.03,
    );
    expect(beat).toMatchObject({ pings: 2, answered: 2, missing: 0, unsolicitedPongs: 0, lastPing: { packet: 3 } });
    expect(beat.roundTripMs).toMatchObject({ min: expect.closeTo(20), max: expect.closeTo(20) });
  });

  it("takes the answer although the capture's clock was set back before it", () => {
    const beat = beats(
      [
        [0, 1, "ping", "a"],
        [0.02, 0, "pong", "a"],
        [10, 1, "ping", "b"],
        [7.02, 0, "pong", "b"],
      ],
      20,
    );
    expect(beat).toMatchObject({ pings: 2, answered: 2, missing: 0, late: 0, unsolicitedPongs: 0 });
    expect(beat.roundTripMs).toMatchObject({ min: expect.closeTo(20), max: expect.closeTo(20) });
  });

  it("keeps the two directions apart", () => {
    const steps: Step[] = [
      [0, 0, "ping"],
      [1, 1, "ping"],
      [1.1, 1, "pong"],
    ];
    expect(beats(steps, 9, 0)).toMatchObject({ pings: 1, answered: 1 });
    expect(beats(steps, 9, 1)).toMatchObject({ pings: 1, answered: 0, missing: 1 });
  });

  it("calls a ping missing that had time, and names where it ends in the stream", () => {
    const beat = beats(
      [
        [0, 1, "ping"],
        [0.01, 0, "pong"],
        [10, 1, "ping"],
        [20, 1, "ping", "abc"],
      ],
      30,
    );
    expect(beat).toMatchObject({ pings: 3, answered: 1, missing: 2, pending: 0, lastAnsweredPing: { packet: 1 } });
    expect(beat.unanswered).toEqual([
      { packet: 3, timestampNs: 10e9, endOffset: 202 },
      { packet: 4, timestampNs: 20e9, endOffset: 305 },
    ]);
  });

  it("leaves a ping pending that is younger than a second, or than the longest round trip", () => {
    expect(beats([[0, 1, "ping"]], 0.9)).toMatchObject({ missing: 0, pending: 1, unanswered: [] });
    const slow: Step[] = [
      [0, 1, "ping"],
      [4, 0, "pong"],
      [10, 1, "ping"],
    ];
    expect(beats(slow, 13)).toMatchObject({ missing: 0, pending: 1 });
    expect(beats(slow, 14)).toMatchObject({ missing: 1, pending: 0 });
  });

  it("RFC 6455 §5.5.3: a pong to the latest ping answers for the ones before it", () => {
    const beat = beats(
      [
        [0, 1, "ping", "1"],
        [1, 1, "ping", "2"],
        [2, 1, "ping", "3"],
        [2.1, 0, "pong", "3"],
      ],
      60,
    );
    expect(beat).toMatchObject({ pings: 3, answered: 1, skipped: 2, missing: 0, pending: 0, late: 0, unanswered: [] });
    expect(beat.roundTripMs?.max).toBeCloseTo(100);
  });

  it("a pong to an older ping leaves the newer one waiting, and is late", () => {
    const beat = beats(
      [
        [0, 1, "ping", "1"],
        [10, 1, "ping", "2"],
        [12, 0, "pong", "1"],
      ],
      60,
    );
    expect(beat).toMatchObject({ answered: 1, skipped: 0, missing: 1, late: 1 });
    expect(beat.unanswered[0]?.packet).toBe(2);
  });

  it("a client that wakes up and answers three like pings in a row: all answered, two of them late", () => {
    const beat = beats(
      [
        [0, 1, "ping"],
        [10, 1, "ping"],
        [20, 1, "ping"],
        [25, 0, "pong"],
        [25.001, 0, "pong"],
        [25.002, 0, "pong"],
        [30, 1, "ping"],
        [30.001, 0, "pong"],
      ],
      40,
    );
    expect(beat).toMatchObject({ pings: 4, answered: 4, skipped: 0, missing: 0, late: 2, unsolicitedPongs: 0 });
    expect(beat.slowest).toMatchObject({ ping: { packet: 1 }, pong: { packet: 4 } });
    expect(beat.roundTripMs?.max).toBeCloseTo(25_000);
    expect(beat.roundTripMs?.min).toBeCloseTo(1);
  });

  it("an answer out of order is taken back from the skipped ones", () => {
    const beat = beats(
      [
        [0, 1, "ping", "1"],
        [1, 1, "ping", "2"],
        [2, 0, "pong", "2"],
        [3, 0, "pong", "1"],
      ],
      10,
    );
    expect(beat).toMatchObject({ answered: 2, skipped: 0, unsolicitedPongs: 0, late: 1 });
    expect(beat.slowest).toMatchObject({ ping: { packet: 1 }, roundTripMs: 3000 });
  });

  it("counts pongs that answer nothing, which are legal", () => {
    const beat = beats(
      [
        [0, 0, "pong", "hello"],
        [1, 1, "ping", "x"],
        [1.1, 0, "pong", "y"],
        [1.2, 0, "pong", "x"],
      ],
      10,
    );
    expect(beat).toMatchObject({ pings: 1, answered: 1, unsolicitedPongs: 2 });
  });

  it("says nothing about what was not sent", () => {
    expect(beats([], 10)).toMatchObject({
      pings: 0,
      intervalMs: null,
      roundTripMs: null,
      slowest: null,
      lastPing: null,
    });
  });

  it("holds a bounded number of waiting pings, and counts the ones let go as missing", () => {
    const many: Step[] = Array.from({ length: limits.pendingPings + 50 }, (_, i) => [i, 1, "ping", `${i}`] as const);
    const beat = beats(many, many.length + 10);
    expect(beat.missing).toBe(many.length);
    expect(beat.unanswered).toHaveLength(limits.unansweredPings);
    expect(beat.unanswered.at(-1)?.packet).toBe(many.length);
  });

  it("keeps figures right past the number of samples", () => {
    const steps: Step[] = Array.from({ length: 2 * 6000 }, (_, i) =>
      i % 2 === 0 ? ([i, 1, "ping"] as const) : ([i - 0.95, 0, "pong"] as const),
    );
    const beat = beats(steps, 20_000);
    expect(beat).toMatchObject({ pings: 6000, answered: 6000, intervalMs: 2000, intervalJitterMs: 0 });
    expect(beat.roundTripMs?.median).toBeCloseTo(50);
  });
});
