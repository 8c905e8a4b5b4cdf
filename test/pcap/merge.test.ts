import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CaptureMerge } from "../../src/pcap/merge.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { PacketsOf } from "../../src/pcap/packets-of.ts";
import { pcapFile, someBytes } from "../support/capture-builder.ts";
import { RecordingSink } from "../support/capture-recorder.ts";

type Told = readonly [packetNumber: number, captureIndex: number, microseconds: number];

/** Merges captures whose packets have the given times, giving each `pieceBytes` at a time. */
function merged(times: readonly (readonly number[])[], pieceBytes = 100): { told: Told[]; needed: number[] } {
  const origin = { ns: null as bigint | null };
  const captures = times.map((list) =>
    pcapFile(list.map((fraction) => ({ seconds: 1, fraction, data: someBytes(30) }))),
  );
  const readers = captures.map((_, index) => openCaptureReader(index, new RecordingSink(), origin));
  const merge = new CaptureMerge(readers.map((reader) => new PacketsOf(reader)));
  const at = captures.map(() => 0);
  const told: Told[] = [];
  const needed: number[] = [];
  for (;;) {
    for (let packet = merge.next(); packet !== null; packet = merge.next()) {
      const ns = Number((origin.ns ?? 0n) - 1_000_000_000n) + packet.timestampNs;
      told.push([packet.packetNumber, packet.captureIndex, ns / 1000]);
    }
    const index = merge.needs();
    if (index < 0) return { told, needed };
    needed.push(index);
    const capture = captures[index] ?? new Uint8Array(0);
    const from = at[index] ?? 0;
    if (from >= capture.length) readers[index]?.end();
    else readers[index]?.push(capture.slice(from, from + pieceBytes));
    at[index] = from + pieceBytes;
  }
}

describe("several captures as one", () => {
  test("in time order, of equal times the first input first", () => {
    expect(
      merged([
        [1, 4, 4],
        [2, 4, 9],
        [0, 4],
      ]).told,
    ).toEqual([
      [1, 2, 0],
      [2, 0, 1],
      [3, 1, 2],
      [4, 0, 4],
      [5, 0, 4],
      [6, 1, 4],
      [7, 2, 4],
      [8, 1, 9],
    ]);
  });

  test("a capture whose times go backwards keeps its order", () => {
    expect(
      merged([
        [5, 3, 8],
        [4, 6],
      ]).told.map(([, capture, time]) => [capture, time]),
    ).toEqual([
      [1, 4],
      [0, 5],
      [0, 3],
      [1, 6],
      [0, 8],
    ]);
  });

  test("captures without packets, and none at all", () => {
    expect(merged([[], [1], []]).told).toEqual([[1, 1, 1]]);
    expect(merged([])).toEqual({ told: [], needed: [] });
  });

  test("a single capture is passed through", () => {
    expect(merged([[3, 1, 2]]).told).toEqual([
      [1, 0, 3],
      [2, 0, 1],
      [3, 0, 2],
    ]);
  });

  test("a capture that is damaged ends, the others go on", () => {
    const origin = { ns: null as bigint | null };
    const readers = [0, 1].map((index) => openCaptureReader(index, new RecordingSink(), origin));
    const merge = new CaptureMerge(readers.map((reader) => new PacketsOf(reader)));
    expect([merge.next(), merge.needs()]).toEqual([null, 0]);
    readers[0]?.push(new TextEncoder().encode("no capture"));
    expect([merge.next(), merge.needs()]).toEqual([null, 1]);
    readers[1]?.push(pcapFile([{ seconds: 1, fraction: 0, data: someBytes(5) }]));
    expect(merge.next()?.captureIndex).toBe(1);
    expect([merge.next(), merge.needs()]).toEqual([null, 1]);
    readers[1]?.end();
    expect([merge.next(), merge.needs()]).toEqual([null, -1]);
  });

  test("equals sorting by time and input, for any captures in order and any chunking", () => {
    const sorted = fc
      .array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
      .map((times) => times.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        fc.array(sorted, { minLength: 2, maxLength: 9 }),
        fc.integer({ min: 1, max: 200 }),
        (times, pieceBytes) => {
          const expected = times
            .flatMap((list, capture) => list.map((time) => [capture, time] as const))
            .sort((a, b) => a[1] - b[1] || a[0] - b[0])
            .map(([capture, time], index) => [index + 1, capture, time]);
          expect(merged(times, pieceBytes).told).toEqual(expected);
        },
      ),
    );
  });
});
