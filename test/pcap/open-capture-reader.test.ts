import { describe, expect, test } from "vitest";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { bytesOf, pcapFile, SectionBuilder, someBytes } from "../support/capture-builder.ts";
import { RecordingSink, recordCapture } from "../support/capture-recorder.ts";

const section = new SectionBuilder();
const pcap = pcapFile([{ seconds: 5, fraction: 1, data: someBytes(10) }]);
const pcapng = bytesOf(section.header(), section.description(), section.enhanced(0, 5_000_001n, someBytes(10)));

describe("the format is told from the first bytes", () => {
  test.each([
    ["pcap", pcap],
    ["pcapng", pcapng],
  ] as const)("%s, also byte by byte", (format, capture) => {
    for (const pieces of [[capture.length], [1], [3, 1, 7]]) {
      expect(recordCapture(capture, pieces)).toMatchObject({ summary: { format, packets: 1, endedEarly: null } });
    }
  });

  test.each([
    ["nothing", new Uint8Array(0), "empty", null],
    ["three bytes", Uint8Array.of(0xd4, 0xc3, 0xb2), "not-a-capture", null],
    ["text", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), "not-a-capture", null],
    ["snoop", new TextEncoder().encode("snoop\0\0\0"), "not-a-capture", null],
    [
      "pcapng's first word without a byte order",
      bytesOf(pcapng.slice(0, 8), new Uint8Array(20)),
      "not-a-capture",
      null,
    ],
    ["half a pcap header", pcap.slice(0, 20), "cut-in-header", "pcap"],
    ["half a section header", pcapng.slice(0, 10), "cut-in-header", null],
  ] as const)("%s", (_, bytes, code, format) => {
    for (const pieces of [[1], [1000]]) {
      const read = recordCapture(bytes, pieces);
      expect(read.packets).toEqual([]);
      expect(read.summary).toMatchObject({ format, packets: 0, endedEarly: { code, offset: 0 } });
      expect(read.summary.bytes).toBe(code === "not-a-capture" && bytes.length >= 4 ? 0 : bytes.length);
      expect(read.malformed).toEqual([expect.objectContaining({ code: `pcap.${code}`, action: "stopped" })]);
    }
  });
});

test("waits for bytes, says when it is done, and ignores what comes later", () => {
  const sink = new RecordingSink();
  const reader = openCaptureReader(0, sink, { ns: null });
  reader.push(pcap.slice(0, 30));
  expect([reader.next(), reader.done, reader.summary.endedEarly]).toEqual([false, false, null]);
  reader.push(pcap.slice(30));
  expect([reader.next(), reader.next(), reader.done]).toEqual([true, false, false]);
  reader.end();
  expect([reader.next(), reader.done]).toEqual([false, true]);
  reader.push(pcap);
  expect([reader.next(), reader.summary.packets, reader.summary.bytes]).toEqual([false, 1, pcap.length]);
  expect(sink.malformed).toEqual([]);
});

test("several captures count from one origin", () => {
  const origin = { ns: null as bigint | null };
  const later = openCaptureReader(0, new RecordingSink(), origin);
  later.push(pcap);
  expect([later.next(), later.view.timestampNs, origin.ns]).toEqual([true, 0, 5_000_001_000n]);
  const earlier = openCaptureReader(1, new RecordingSink(), origin);
  earlier.push(pcapFile([{ seconds: 3, fraction: 0, data: someBytes(1) }]));
  expect([earlier.next(), earlier.view.timestampNs, earlier.firstPacketNs]).toEqual([
    true,
    -2_000_001_000,
    3_000_000_000n,
  ]);
  expect(earlier.view.captureIndex).toBe(1);
});
