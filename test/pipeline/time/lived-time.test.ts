import { describe, expect, test } from "vitest";
import { openCaptureReader } from "../../../src/pcap/open-capture-reader.ts";
import { PacketsOf } from "../../../src/pcap/packets-of.ts";
import { TimeOrder } from "../../../src/pcap/time-order.ts";
import { LivedTime } from "../../../src/pipeline/time/lived-time.ts";
import { pcapFile } from "../../support/capture-builder.ts";
import { RecordingSink } from "../../support/capture-recorder.ts";
import type { Timed } from "../../support/run-tracker.ts";
import { conversation, STAMPS_AT_START, stampedAt } from "../../support/stamped-conversation.ts";

/** Packets of one file, read in pieces: their numbers and times, and what became of its clock. */
function lived(packets: readonly Timed[], pieceBytes = 700) {
  const bytes = pcapFile(
    packets.map(({ atMs, bytes: data }) => ({
      seconds: 100 + Math.floor(atMs / 1000),
      fraction: Math.round((atMs % 1000) * 1000),
      data,
    })),
  );
  const origin = { ns: null as bigint | null };
  const reader = openCaptureReader(0, new RecordingSink(), origin);
  const order = new LivedTime(new TimeOrder(new PacketsOf(reader), true));
  const numbers: number[] = [];
  const timesMs: number[] = [];
  for (let at = 0; order.needs() >= 0; at += pieceBytes) {
    for (let packet = order.next(); packet !== null; packet = order.next()) {
      numbers.push(packet.packetNumber);
      timesMs.push(packet.timestampNs / 1e6);
    }
    if (at >= bytes.length) reader.end();
    else reader.push(bytes.slice(at, at + pieceBytes));
  }
  const steps = order.stepsForward.map(({ at, ns }) => [at.packet as number, Math.round(ns / 1e8) / 10]);
  return { numbers, timesMs, steps, stepBack: order.stepBack };
}

const inOrder = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
/** Nothing is further than this from when it was said. */
const farthestMs = (timesMs: readonly number[], truly: readonly Timed[]): number =>
  Math.max(...timesMs.map((ms, index) => Math.abs(ms - (truly[index]?.atMs ?? 0))));

describe("a clock that is set forward", () => {
  const truly = conversation({});

  test.each([
    ["between two messages", 10_200],
    ["between a message and its acknowledgment", 10_500.5],
    ["just before the end", 20_100],
    ["before any rate is known", 2.5],
  ])("%s: what follows goes on without it", (_, atMs) => {
    const packets = conversation({ step: [atMs, 3_600_000] });
    const { numbers, timesMs, steps } = lived(packets);
    const first = packets.findIndex((packet) => packet.atMs >= 3_600_000) + 1;
    expect(steps).toEqual([[first, 3600]]);
    expect(numbers).toEqual(inOrder(packets.length));
    expect(farthestMs(timesMs, truly)).toBeLessThan(5);
  });

  test("ARP before the connection: both ends are looked at all the same", () => {
    const bytes = new Uint8Array(42);
    bytes.set([8, 6], 12);
    const packets = conversation({ step: [2.5, 3_600_000] });
    const first = packets.findIndex((packet) => packet.atMs >= 3_600_000) + 1;
    expect(lived([{ atMs: 0, bytes }, { atMs: 0, bytes }, ...packets]).steps).toEqual([[first + 2, 3600]]);
  });

  test("twice", () => {
    const packets = conversation({ step: [8200, 30_000] }).map((packet) =>
      packet.atMs > 30_000 + 15_200 ? { ...packet, atMs: packet.atMs + 60_000 } : packet,
    );
    const { timesMs, steps } = lived(packets);
    expect(steps.map(([, seconds]) => seconds)).toEqual([30, 60]);
    expect(farthestMs(timesMs, truly)).toBeLessThan(5);
  });

  test("read byte by byte it is the same", () => {
    const packets = conversation({ step: [10_200, 60_000] });
    expect(lived(packets, 1)).toEqual(lived(packets, 1_000_000));
  });
});

describe("no step", () => {
  const untouched = (packets: readonly Timed[]): void => {
    const { numbers, timesMs, steps } = lived(packets);
    expect(steps).toEqual([]);
    expect(numbers).toEqual(inOrder(packets.length));
    expect(farthestMs(timesMs, packets)).toBeLessThan(0.01);
  };

  test("a minute of silence indeed", () => {
    untouched(conversation({ pauseMs: 60_000 }));
  });

  test("a laptop that slept for a minute: the other end's stamps went on", () => {
    untouched(conversation({ pauseMs: 60_000, asleep: [20_100, 59_000] }));
  });

  test("ends that lack different times", () => {
    untouched(conversation({ pauseMs: 40_000, asleep: [20_100, 30_000], step: [25_000, 60_000] }));
  });

  test("packets that the capture missed", () => {
    untouched(conversation({ missed: (atMs) => atMs > 5000 && atMs < 15_000 }));
  });

  test("ends that do not stamp", () => {
    untouched(conversation({ step: [10_200, 60_000], stamps: false }));
  });

  test("only one end is heard after it", () => {
    untouched(conversation({ step: [10_200, 60_000], missed: (atMs, from) => atMs > 10_200 && from === "C" }));
  });

  test("both ends speak without having heard each other since: they may have been suspended together", () => {
    const spoken = conversation({}).filter(({ atMs }) => atMs <= 20_001);
    const { C, S } = STAMPS_AT_START;
    const client = stampedAt("C", 80_000, C + 20_500, S + 20_000);
    untouched([...spoken, client, stampedAt("S", 80_001, S + 20_501, C + 20_001)]);
    // What answers the client has heard it: so long was there no silence.
    const answer = stampedAt("S", 80_001, S + 20_501, C + 20_500);
    expect(lived([...spoken, client, answer]).steps).toEqual([[spoken.length + 1, 59.5]]);
  });

  test("a recorder that stood still stamps too late what piled up, and what comes then rightly", () => {
    untouched(
      conversation({}).map((p) => (p.atMs > 10_200 && p.atMs < 15_100 ? { ...p, atMs: 15_100 + p.atMs / 1e4 } : p)),
    );
  });
});

describe("time that runs backwards", () => {
  test("pieces in the wrong order: the hosts' own stamps go back as well", () => {
    const packets = conversation({});
    const half = packets.findIndex(({ atMs }) => atMs > 10_200);
    const { stepBack, steps } = lived([...packets.slice(half), ...packets.slice(0, half)]);
    expect(stepBack).toMatchObject({ at: { packet: packets.length - half + 1 }, stampsFell: true });
    expect(steps).toEqual([]);
  });

  test("after that no step is looked for: which silence is one cannot be told any more", () => {
    const stepped = conversation({}).map((p) => (p.atMs > 5200 ? { ...p, atMs: p.atMs + 60_000 } : p));
    const half = stepped.findIndex(({ atMs }) => atMs > 70_200);
    const { stepBack, steps } = lived([...stepped.slice(half), ...stepped.slice(0, half)]);
    expect(stepBack).toMatchObject({ stampsFell: true });
    expect(steps).toEqual([]);
  });

  test("a clock that was set back a little: stamps that go on slowly have not gone back", () => {
    const { C, S } = STAMPS_AT_START;
    const spoken = conversation({ rate: 100 }).filter(({ atMs }) => atMs <= 10_001);
    const { stepBack } = lived([
      ...spoken,
      stampedAt("C", 10_990, C + 1099, S + 1000),
      ...[10_991, 11_000, 11_001].map((atMs) =>
        stampedAt(atMs === 11_000 ? "S" : "C", atMs - 1100, (atMs === 11_000 ? S : C) + 1100, C + 1000),
      ),
    ]);
    expect(stepBack).toMatchObject({ ns: 1099e6, stampsFell: false });
  });

  test("a clock that was set back: the stamps go on", () => {
    const back = conversation({}).map((p) => (p.atMs > 10_200 ? { ...p, atMs: p.atMs - 5000 } : p));
    expect(lived(back).stepBack).toMatchObject({ isMended: true, stampsFell: false });
  });
});
