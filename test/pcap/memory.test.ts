import { expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { block, bytesOf, pcapFile, SectionBuilder, someBytes } from "../support/capture-builder.ts";
import { RecordingSink } from "../support/capture-recorder.ts";

const section = new SectionBuilder();
const claiming = {
  pcap: (bytes: number) => pcapFile([{ seconds: 0, fraction: 0, data: someBytes(10), capturedLength: bytes }]),
  pcapng: (bytes: number) =>
    bytesOf(section.header(), section.description(), block(true, 6, someBytes(40), { total: bytes }).slice(0, -4)),
};

/** Bytes allocated outside the heap while `work` runs. */
function allocated(work: () => void): number {
  const before = process.memoryUsage().arrayBuffers;
  work();
  return process.memoryUsage().arrayBuffers - before;
}

test.each(Object.keys(claiming) as (keyof typeof claiming)[])(
  "%s: memory follows what arrived, not what is claimed",
  (format) => {
    for (const claimed of [0x7fff_fffc, limits.recordBytes]) {
      const capture = claiming[format](claimed);
      const reader = openCaptureReader(0, new RecordingSink(), { ns: null });
      const bytes = allocated(() => {
        reader.push(capture);
        expect(reader.next()).toBe(false);
      });
      expect(bytes).toBeLessThan(64 * 1024);
      expect(reader.done).toBe(claimed > limits.recordBytes);
    }
  },
);

test.each(Object.keys(claiming) as (keyof typeof claiming)[])(
  "%s: a record at the limit that comes in pieces is joined in bounded memory",
  (format) => {
    const head = claiming[format](limits.recordBytes);
    const reader = openCaptureReader(0, new RecordingSink(), { ns: null });
    const bytes = allocated(() => {
      reader.push(head);
      while (reader.next());
      for (let sent = 0; sent < limits.recordBytes - 65_536; sent += 65_536) {
        reader.push(someBytes(65_536));
        while (reader.next());
      }
    });
    // The joined record, the copy it grew from, and the pieces that wait for the collector.
    expect(bytes).toBeLessThan(8 * limits.recordBytes);
    expect(reader.done).toBe(false);
    reader.end();
    expect([reader.next(), reader.summary.endedEarly?.code]).toEqual([false, "cut-in-record"]);
  },
);
