import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { OddTimes } from "../../../src/pcap/odd-times.ts";
import { openCaptureReader } from "../../../src/pcap/open-capture-reader.ts";
import { PacketsOf } from "../../../src/pcap/packets-of.ts";
import { TimeOrder } from "../../../src/pcap/time-order.ts";
import { FileTime } from "../../../src/pipeline/time/file-time.ts";
import { LivedTime } from "../../../src/pipeline/time/lived-time.ts";
import { pcapFile } from "../../support/capture-builder.ts";
import { RecordingSink } from "../../support/capture-recorder.ts";
import { conversation } from "../../support/stamped-conversation.ts";

type Packets = Pick<FileTime, "next" | "needs" | "stepsForward" | "stepBack">;

/** Packets at these times, read in pieces: what comes out, and what became of the file's clock. */
function read(
  atMs: readonly number[],
  data: readonly Uint8Array[],
  pieceBytes: number,
  over: (merge: PacketsOf) => Packets,
) {
  const bytes = pcapFile(
    atMs.map((ms, index) => ({
      seconds: 100_000 + Math.floor(ms / 1000),
      fraction: Math.round((ms - 1000 * Math.floor(ms / 1000)) * 1000) % 1e6,
      data: data[index] as Uint8Array,
    })),
  );
  const reader = openCaptureReader(0, new RecordingSink(), { ns: null });
  const packets = over(new PacketsOf(reader));
  const told: (readonly [number: number, ns: number, aheadNs: number])[] = [];
  for (let at = 0; packets.needs() >= 0; at += pieceBytes) {
    for (let packet = packets.next(); packet !== null; packet = packets.next())
      told.push([packet.packetNumber, packet.timestampNs, packet.clockAheadNs]);
    if (at >= bytes.length) reader.end();
    else reader.push(bytes.slice(at, at + pieceBytes));
  }
  return { told, stepsForward: packets.stepsForward, stepBack: packets.stepBack };
}

const stages = (merge: PacketsOf): Packets => new LivedTime(new TimeOrder(new OddTimes(merge), true));
/** Each packet again and again until the next one: longer than the beginning in which disorder is looked for. */
const long = conversation({})
  .flatMap(({ atMs, bytes }) => Array.from({ length: 25 }, (_, again) => ({ atMs: atMs + 19 * again, bytes })))
  .sort((a, b) => a.atMs - b.atMs);

afterEach(() => void vi.restoreAllMocks());

/** From one packet on, or of one alone, times are others. */
const disturbance = fc.record({
  share: fc.double({ min: 0.4, max: 1, noNaN: true }),
  ms: fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -90_000, max: 90_000 })),
  lasts: fc.boolean(),
});

test("what passes the stages by is what they would have told", () => {
  expect(long.length).toBeGreaterThan(1200);
  fc.assert(
    fc.property(
      fc.array(disturbance, { maxLength: 6 }),
      fc.integer({ min: 500, max: 40_000 }),
      (disturbances, piece) => {
        const atMs = long.map(({ atMs: truly }, index) =>
          disturbances.reduce((ms, { share, ms: by, lasts }) => {
            const from = Math.floor(share * long.length);
            return index === from || (lasts && index > from) ? ms + by : ms;
          }, truly),
        );
        const data = long.map(({ bytes }) => bytes);
        expect(read(atMs, data, piece, (merge) => new FileTime(merge))).toEqual(read(atMs, data, piece, stages));
      },
    ),
    { numRuns: 100 },
  );
});

test("nearly all pass them by", () => {
  const asked = vi.spyOn(LivedTime.prototype, "next");
  const dense = long.map((_, index) => index);
  const data = long.map(({ bytes }) => bytes);
  expect(read(dense, data, 10_000, (merge) => new FileTime(merge)).told).toHaveLength(long.length);
  // The beginning goes through them all, and then some packets every 100 ms.
  expect(asked.mock.calls.length).toBeLessThan(1100 + 0.1 * long.length);
});
