import { describe, expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { formatTime } from "../../src/base/time.ts";
import {
  bytesOf,
  MICROSECONDS,
  MODIFIED,
  NANOSECONDS,
  type PcapOptions,
  pcapFile,
  someBytes,
} from "../support/capture-builder.ts";
import { type Recording, recordCapture } from "../support/capture-recorder.ts";

const timesOf = ({ originNs, packets }: Recording): string[] =>
  packets.map((packet) => formatTime(originNs ?? 0n, packet.timestampNs));

const two = [
  { seconds: 1_700_000_000, fraction: 250, data: someBytes(60) },
  { seconds: 1_700_000_001, fraction: 999_999, data: someBytes(7, 1), originalLength: 1500 },
];

interface Variant {
  readonly name: string;
  readonly options: PcapOptions;
  readonly headerBytes: number;
  readonly times: readonly string[];
  readonly resolutionNs: number;
}

const microseconds = ["2023-11-14T22:13:20.000250000Z", "2023-11-14T22:13:21.999999000Z"];
const nanoseconds = ["2023-11-14T22:13:20.000000250Z", "2023-11-14T22:13:21.000999999Z"];
const variants: readonly Variant[] = [true, false].flatMap((little) => [
  {
    name: `microseconds, ${little ? "little" : "big"}-endian`,
    options: { little, magic: MICROSECONDS },
    headerBytes: 16,
    times: microseconds,
    resolutionNs: 1000,
  },
  {
    name: `nanoseconds, ${little ? "little" : "big"}-endian`,
    options: { little, magic: NANOSECONDS },
    headerBytes: 16,
    times: nanoseconds,
    resolutionNs: 1,
  },
  {
    name: `modified, ${little ? "little" : "big"}-endian`,
    options: { little, magic: MODIFIED, extra: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    headerBytes: 24,
    times: microseconds,
    resolutionNs: 1000,
  },
]);

describe("classic pcap", () => {
  test.each(variants)("$name", ({ options, headerBytes, times, resolutionNs }) => {
    const capture = pcapFile(two, { ...options, snapLength: 65_535, linkType: 113 });
    const read = recordCapture(capture);
    expect(timesOf(read)).toEqual(times);
    expect(
      read.packets.map(({ packetNumber, capturedLength, originalLength, linkType, recordOffset, data }) => [
        packetNumber,
        capturedLength,
        originalLength,
        linkType,
        recordOffset,
        data,
      ]),
    ).toEqual([
      [1, 60, 60, 113, 24, two[0]?.data],
      [2, 7, 1500, 113, 24 + headerBytes + 60, two[1]?.data],
    ]);
    expect(read.interfaces).toEqual([
      expect.objectContaining({ interfaceIndex: 0, linkType: 113, snapLength: 65_535, resolutionNs, name: null }),
    ]);
    expect(read.summary).toEqual({
      format: "pcap",
      bytes: capture.length,
      packets: 2,
      truncatedPackets: 1,
      malformed: 0,
      endedEarly: null,
    });
    expect(read.firstPacketNs).toBe(read.originNs);
  });

  test("a header alone is a capture without packets", () => {
    const read = recordCapture(pcapFile([]));
    expect(read.packets).toEqual([]);
    expect(read.summary).toMatchObject({ format: "pcap", bytes: 24, endedEarly: null, malformed: 0 });
  });

  test("times may go backwards and overflow their fraction", () => {
    const read = recordCapture(
      pcapFile([
        { seconds: 1000, fraction: 5, data: someBytes(1) },
        { seconds: 999, fraction: 999_999, data: someBytes(1) },
        { seconds: 999, fraction: 1_000_000, data: someBytes(1) },
      ]),
    );
    expect(timesOf(read)).toEqual([
      "1970-01-01T00:16:40.000005000Z",
      "1970-01-01T00:16:39.999999000Z",
      "1970-01-01T00:16:40.000000000Z",
    ]);
    expect(read.packets[1]?.timestampNs).toBe(-6000);
  });

  test("the last second that 32 bits hold", () => {
    const read = recordCapture(pcapFile([{ seconds: 0xffff_ffff, fraction: 999_999, data: someBytes(1) }]));
    expect(timesOf(read)).toEqual(["2106-02-07T06:28:15.999999000Z"]);
  });

  // libpcap's sf-pcap.c: the lengths changed places with version 2.3, and not every writer of 2.3 knew.
  test.each([
    { minor: 2, lengthsSwapped: true },
    { minor: 3, lengthsSwapped: true },
    { minor: 3, lengthsSwapped: false },
    { major: 543, minor: 0, lengthsSwapped: true },
  ])("version $major 2.$minor, lengths swapped: $lengthsSwapped", (options) => {
    const read = recordCapture(pcapFile(two, options));
    expect(read.packets.map(({ capturedLength, originalLength }) => [capturedLength, originalLength])).toEqual([
      [60, 60],
      [7, 1500],
    ]);
    expect(read.malformed).toEqual([]);
  });

  test.each([
    { major: 1, minor: 2 },
    { major: 2, minor: 5 },
    { major: 0, minor: 0 },
  ])("an unknown version $major.$minor is read and reported", (version) => {
    const read = recordCapture(pcapFile(two, version));
    expect(read.packets).toHaveLength(2);
    expect(read.malformed).toEqual([expect.objectContaining({ code: "pcap.version", action: "continued", offset: 4 })]);
  });

  test("reserved and frame-check bits beside the link type are ignored", () => {
    expect(recordCapture(pcapFile(two, { linkType: 0xf4ff_0001 })).packets[0]?.linkType).toBe(1);
  });

  test("a packet longer than the snapshot length, or than it was on the wire, is kept whole", () => {
    const read = recordCapture(
      pcapFile([{ seconds: 1, fraction: 0, data: someBytes(100), originalLength: 40 }], { snapLength: 20 }),
    );
    expect(read.packets[0]).toMatchObject({ capturedLength: 100, originalLength: 100 });
    expect(read.summary).toMatchObject({ truncatedPackets: 0, endedEarly: null });
  });

  test.each([1, 8, 15, 16, 17, 75])("the last record is cut after %i bytes", (keptBytes) => {
    const whole = pcapFile(two);
    const lastAt = 24 + 16 + 60;
    const cut = whole.slice(0, lastAt + Math.min(keptBytes, whole.length - lastAt - 1));
    const read = recordCapture(cut);
    expect(read.packets).toHaveLength(1);
    expect(read.summary).toMatchObject({
      bytes: cut.length,
      packets: 1,
      malformed: 1,
      endedEarly: { code: "cut-in-record", offset: lastAt },
    });
    expect(read.malformed).toEqual([
      expect.objectContaining({
        code: "pcap.cut-in-record",
        offset: lastAt,
        availableBytes: cut.length - lastAt,
        limitedBy: "capture-length",
        action: "stopped",
      }),
    ]);
  });

  test("a tail of zeros is no packets, however long it is; a few empty ones are", () => {
    const whole = pcapFile(two);
    const tail = (records: number): Uint8Array => Uint8Array.from([...whole, ...new Uint8Array(16 * records)]);
    expect(recordCapture(tail(5), [64]).packets).toHaveLength(7);
    const read = recordCapture(tail(limits.zeroRecords * 2), [4096]);
    expect(read.packets).toHaveLength(2 + limits.zeroRecords);
    expect(read.summary.endedEarly).toEqual({ code: "zeros", offset: whole.length });
  });

  test("a length beyond the limit stops reading, though bytes follow", () => {
    const absurd = { seconds: 2, fraction: 0, data: someBytes(50), capturedLength: limits.recordBytes + 1 };
    const read = recordCapture(pcapFile([...two, absurd, ...two]), [64]);
    expect(read.packets).toHaveLength(2);
    const offset = 24 + 16 + 60 + 16 + 7;
    expect(read.summary.endedEarly).toEqual({ code: "absurd-length", offset });
    expect(read.malformed).toEqual([
      expect.objectContaining({
        code: "pcap.absurd-length",
        offset,
        neededBytes: limits.recordBytes + 1,
        limitedBy: "limit",
      }),
    ]);
  });
});

test.each(variants)("files put one behind the other are one capture: $name", ({ options }) => {
  const [one, none] = [pcapFile(two, options), pcapFile([], options)];
  const many = bytesOf(one, ...Array.from({ length: 20_000 }, () => none), one);
  for (const cuts of [[], [24 + 16], [one.length + 7, one.length + 30]]) {
    const { packets, summary } = recordCapture(many, cuts);
    expect(packets).toHaveLength(4);
    expect(summary.endedEarly).toBeNull();
  }
});
