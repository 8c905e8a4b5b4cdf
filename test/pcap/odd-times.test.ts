import { describe, expect, test } from "vitest";
import { OddTimes } from "../../src/pcap/odd-times.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { PacketsOf } from "../../src/pcap/packets-of.ts";
import { TimeOrder } from "../../src/pcap/time-order.ts";
import { pcapFile, someBytes } from "../support/capture-builder.ts";
import { RecordingSink } from "../support/capture-recorder.ts";

/** Packets of these seconds in one file: their numbers and times as they are counted, and which of them are odd. */
function counted(seconds: readonly number[], pieceBytes = 50) {
  const bytes = pcapFile(
    seconds.map((at, index) => ({
      seconds: Math.floor(at),
      fraction: Math.round((at % 1) * 1e6),
      data: someBytes(20 + index),
    })),
  );
  const origin = { ns: null as bigint | null };
  const reader = openCaptureReader(0, new RecordingSink(), origin);
  const steady = new OddTimes(new PacketsOf(reader));
  const order = new TimeOrder(steady, true);
  const told: (readonly [number, number])[] = [];
  for (let at = 0; order.needs() >= 0; at += pieceBytes) {
    for (let packet = order.next(); packet !== null; packet = order.next()) {
      const ns = packet.timestampNs + Number(origin.ns ?? 0n);
      told.push([packet.packetNumber, Math.round(ns / 1e7) / 100]);
      expect(packet.capturedLength).toBe(20 + packet.packetNumber - 1);
      expect(Math.round((ns + packet.clockAheadNs) / 1e9)).toBe(Math.round(seconds[packet.packetNumber - 1] ?? 0));
    }
    if (at >= bytes.length) reader.end();
    else reader.push(bytes.slice(at, at + pieceBytes));
  }
  return {
    told,
    odd: steady.odd.map(({ at, ns }) => [at.packet as number, Math.round(ns / 1e9)]),
    stepBack: order.stepBack,
  };
}

const numbered = (seconds: readonly number[]) => seconds.map((at, index) => [index + 1, at]);

describe("one packet with a wild time", () => {
  test.each([
    ["2098", 4_050_000_000],
    ["1970", 0],
    ["a flipped bit of its seconds", 1001 + 16],
  ])("%s: it is counted at the time of the packet before, and sets no clock", (_, wild) => {
    const { told, odd, stepBack } = counted([1000, 1001, wild, 1001.5, 1004, 1005]);
    expect(told).toEqual(numbered([1000, 1001, 1001, 1001.5, 1004, 1005]));
    expect(odd).toEqual([[3, wild - 1001]]);
    expect(stepBack).toBeNull();
  });

  test("the last of a capture", () => {
    expect(counted([1000, 1001, 4_050_000_000])).toMatchObject({
      told: numbered([1000, 1001, 1001]),
      odd: [[3, 4_049_998_999]],
    });
  });

  test("between packets that are seldom", () => {
    expect(counted([1000, 1060, 4_050_000_000, 1120, 1180]).odd).toEqual([[3, 4_049_998_940]]);
  });
});

describe("no odd packet", () => {
  const untouched = (seconds: readonly number[]): void => {
    expect(counted(seconds)).toEqual({ told: numbered(seconds), odd: [], stepBack: null });
  };

  test("silences, one after the other", () => {
    untouched([1000, 1030, 1060, 1060.1, 1090, 1120]);
  });

  test("an hour of silence before the last packet", () => {
    untouched([1000, 1001, 4601]);
  });

  test("a clock that is set forward, or back while packets are seldom", () => {
    untouched([1000, 1001, 4601, 4602, 4603]);
    const { odd, stepBack } = counted([1000, 1060, 1020, 1080, 1140, 1200, 1260]);
    expect([odd, stepBack]).toEqual([[], null]);
  });

  test("a clock that is set back: that is a step", () => {
    const { odd, stepBack } = counted([1000, 1001, 971, 972, 973, 974]);
    expect(odd).toEqual([]);
    expect(stepBack).toMatchObject({ at: { packet: 3 }, ns: 30e9 });
  });

  test("more of them than chance makes: they stay as they are from some number on", () => {
    const { odd } = counted(Array.from({ length: 60 }, (_, index) => (index % 3 === 2 ? 90_000 : 1000 + index / 100)));
    expect(odd).toHaveLength(8);
  });
});
