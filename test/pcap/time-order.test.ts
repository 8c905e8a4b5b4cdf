import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { PacketsOf } from "../../src/pcap/packets-of.ts";
import { TimeOrder } from "../../src/pcap/time-order.ts";
import { pcapFile, someBytes } from "../support/capture-builder.ts";
import { RecordingSink } from "../support/capture-recorder.ts";

type Told = readonly [packetNumber: number, milliseconds: number];

/** Packets of these times in one file, read in pieces; each holds its place in the file as its length. */
function inTime(timesMs: readonly number[], { mends = true, pieceBytes = 500 } = {}) {
  const bytes = pcapFile(
    timesMs.map((ms, index) => ({
      seconds: 100 + Math.floor(ms / 1000),
      fraction: (ms % 1000) * 1000,
      data: someBytes(20 + (index % 50)),
    })),
  );
  const origin = { ns: null as bigint | null };
  const reader = openCaptureReader(0, new RecordingSink(), origin);
  const order = new TimeOrder(new PacketsOf(reader), mends);
  const told: Told[] = [];
  for (let at = 0; order.needs() >= 0; at += pieceBytes) {
    for (let packet = order.next(); packet !== null; packet = order.next()) {
      expect(packet.capturedLength).toBe(20 + ((packet.packetNumber - 1) % 50));
      expect(packet.bytes[packet.start]).toBe(1);
      told.push([
        packet.packetNumber,
        Math.round((packet.timestampNs + Number((origin.ns ?? 0n) - 100_000_000_000n)) / 1e6),
      ]);
    }
    if (at >= bytes.length) reader.end();
    else reader.push(bytes.slice(at, at + pieceBytes));
  }
  return { told, stepBack: order.stepBack };
}

const steady = (count: number, everyMs = 5): number[] => Array.from({ length: count }, (_, index) => index * everyMs);

describe("packets in the order of their times", () => {
  test("what is a little out of order is put right, and keeps the number that it has in the file", () => {
    expect(inTime([5, 3, 8, 8, 6, 900])).toEqual({
      told: [
        [2, 3],
        [1, 5],
        [5, 6],
        [3, 8],
        [4, 8],
        [6, 900],
      ],
      stepBack: null,
    });
  });

  test("disorder at the beginning goes on behind it: none of it is handed on in the wrong order", () => {
    const all = steady(3000).map((ms, index) => (index > 900 && index % 7 === 0 ? ms - 8 : ms));
    const { told } = inTime(all);
    const backwards = told.filter(([, ms], index) => ms < (told[index - 1]?.[1] ?? 0));
    expect([told.length, backwards]).toEqual([3000, []]);
  });

  test("disorder that begins late is put right from its second packet on", () => {
    const late = steady(3000).map((ms, index) => (index > 2000 && index % 7 === 0 ? ms - 8 : ms));
    const { told, stepBack } = inTime(late);
    const backwards = told.filter(([, ms], index) => ms < (told[index - 1]?.[1] ?? 0));
    expect([told.length, backwards.length, stepBack]).toEqual([3000, 1, null]);
  });

  test("a clock that was set back: time goes on from there, and it is told where", () => {
    const { told, stepBack } = inTime([0, 10_000, 20_000, 30_000, 5_000, 15_000, 25_000, 35_000, 45_000]);
    expect(told.map(([, ms]) => ms)).toEqual([0, 10_000, 20_000, 30_000, 30_000, 40_000, 50_000, 60_000, 70_000]);
    expect(stepBack).toMatchObject({ at: { packet: 5 }, ns: 25e9, isMended: true });
  });

  test("a few stragglers set no clock: they stay where they are", () => {
    expect(inTime([10_000, 20_000, 12_000, 20_001, 20_002, 20_003, 20_004, 20_005])).toEqual({
      told: [
        [1, 10_000],
        [2, 20_000],
        [3, 12_000],
        [4, 20_001],
        [5, 20_002],
        [6, 20_003],
        [7, 20_004],
        [8, 20_005],
      ],
      stepBack: null,
    });
  });

  test("where the order is to be kept, a step is noted only", () => {
    const { told, stepBack } = inTime([5000, 4999, 8000, 1000], { mends: false });
    expect(told.map(([packet]) => packet)).toEqual([1, 2, 3, 4]);
    expect(stepBack).toMatchObject({ at: { packet: 4 }, ns: 7e9, isMended: false });
  });

  test("every packet comes once, whatever the times and however it is read; jitter below the window is sorted", () => {
    const jitter = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 80 });
    const wild = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 80 });
    const pieces = fc.integer({ min: 30, max: 2000 });
    fc.assert(
      fc.property(jitter, pieces, (offsets, pieceBytes) => {
        const times = offsets.map((offset, index) => 2 * index + offset);
        const expected = times.map((ms, index): Told => [index + 1, ms]).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
        expect(inTime(times, { pieceBytes }).told).toEqual(expected);
      }),
    );
    fc.assert(
      fc.property(wild, pieces, (times, pieceBytes) => {
        const numbers = inTime(times, { pieceBytes }).told.map(([packet]) => packet);
        expect(numbers.sort((a, b) => a - b)).toEqual(times.map((_, index) => index + 1));
      }),
    );
  });
});
