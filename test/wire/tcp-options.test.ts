import { describe, expect, test } from "vitest";
import {
  ABSENT,
  fastOpenCookieLength,
  maximumSegmentSize,
  sackBlockCount,
  sackBlocksStart,
  sackPermitted,
  timestampEchoReply,
  timestampValue,
  windowScale,
} from "../../src/wire/tcp-options.ts";
import type { SegmentView } from "../../src/wire/types.ts";
import { emptySegment } from "../../src/wire/views.ts";
import { hex } from "../support/packet-builder.ts";

/** A segment with these options and bytes around them that must not be read. */
function withOptions(text: string): SegmentView {
  const options = hex(text);
  const bytes = new Uint8Array(options.length + 40).fill(2);
  bytes.set(options, 20);
  return { ...emptySegment(), bytes, optionsStart: 20, optionsLength: options.length };
}

const read = (segment: SegmentView) => ({
  mss: maximumSegmentSize(segment),
  scale: windowScale(segment),
  sackPermitted: sackPermitted(segment),
  value: timestampValue(segment),
  echo: timestampEchoReply(segment),
  sackBlocks: sackBlockCount(segment),
  cookie: fastOpenCookieLength(segment),
});

const nothing = {
  mss: ABSENT,
  scale: ABSENT,
  sackPermitted: false,
  value: ABSENT,
  echo: ABSENT,
  sackBlocks: 0,
  cookie: ABSENT,
};

describe("options that are there", () => {
  test.each([
    ["none", "", nothing],
    [
      "a SYN of Linux",
      "0204 05b4 0402 080a ffffffff 00000000 01 0303 07",
      { ...nothing, mss: 1460, scale: 7, sackPermitted: true, value: 0xffffffff, echo: 0 },
    ],
    ["timestamps as recommended", "0101 080a 80000001 00000002", { ...nothing, value: 0x80000001, echo: 2 }],
    ["timestamps first", "080a 00000003 00000004 0101", { ...nothing, value: 3, echo: 4 }],
    ["two SACK blocks", "0101 0512 00000001 00000002 00000003 00000004", { ...nothing, sackBlocks: 2 }],
    ["a window scale above 14", "0303 ff", { ...nothing, scale: 14 }],
    ["a request for a Fast Open cookie", "2202", { ...nothing, cookie: 0 }],
    ["a Fast Open cookie", "220a 0102030405060708", { ...nothing, cookie: 8 }],
    ["an experimental Fast Open cookie", "fe0c f989 0102030405060708", { ...nothing, cookie: 8 }],
    ["another experiment", "fe04 f98a", nothing],
    ["an unknown option before", "fd05 000000 0204 0200", { ...nothing, mss: 512 }],
    ["the first of two", "0204 0001 0204 0002", { ...nothing, mss: 1 }],
  ])("%s", (_, options, expected) => {
    expect(read(withOptions(options))).toEqual(expected);
  });

  test("the first SACK block is where it starts", () => {
    const segment = withOptions("0101 050a 00000001 00000002");
    expect(sackBlocksStart(segment)).toBe(segment.optionsStart + 4);
    expect(sackBlocksStart(withOptions("0101 0509 000000010000"))).toBe(ABSENT);
  });
});

describe("options that lie about their length", () => {
  test.each([
    ["a length of 0", "fd00 0204 05b4"],
    ["a length of 1", "fd01 0204 05b4"],
    ["a length beyond the options", "fd40 0204 05b4"],
    ["no length at all", "02"],
    ["data cut off", "0204 05"],
    ["nothing is read behind the end of the list", "00 0204 05b4"],
    ["a length that the kind cannot have", "0203 05 0302 0403 00 0809 00000001 000000 0507 0000000001"],
  ])("%s", (_, options) => {
    expect(read(withOptions(options))).toEqual(nothing);
  });
});
