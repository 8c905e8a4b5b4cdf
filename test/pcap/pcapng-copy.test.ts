import { describe, expect, test } from "vitest";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import { copyBlock } from "../../src/pcap/pcapng-copy.ts";
import {
  bytesOf,
  COMMENT,
  IF_NAME,
  ISB_IFRECV,
  long,
  SectionBuilder,
  someBytes,
  tsresol,
} from "../support/capture-builder.ts";
import { RecordingSink, recordCapture } from "../support/capture-recorder.ts";

/** Copies a capture while it is read, as an export does. `told` gives the comments of each packet number. */
function copied(
  capture: Uint8Array,
  told: (packetNumber: number) => readonly string[],
  drop?: (comment: string) => boolean,
  pieceBytes = 50,
): Uint8Array {
  const blocks: Uint8Array[] = [];
  let littleEndian = true;
  const sink = Object.assign(new RecordingSink(), {
    onBlock(bytes: Uint8Array, start: number, _end: number, little: boolean) {
      littleEndian = little;
      blocks.push((copyBlock(bytes, start, little, [], drop) ?? new Uint8Array(0)).slice());
    },
  });
  const reader = openCaptureReader(0, sink, { ns: null });
  const take = () => {
    while (reader.next()) {
      const { bytes, packetNumber } = reader.view;
      blocks.push(
        (copyBlock(bytes, reader.recordStart, littleEndian, told(packetNumber), drop) ?? new Uint8Array(0)).slice(),
      );
    }
  };
  for (let at = 0; at < capture.length; at += pieceBytes) {
    reader.push(capture.slice(at, at + pieceBytes));
    take();
  }
  reader.end();
  take();
  return bytesOf(...blocks);
}

const le = new SectionBuilder(true);
const be = new SectionBuilder(false);
const capture = bytesOf(
  le.header([[COMMENT, "section"]]),
  le.description(1, 0, [[IF_NAME, "eth0"], tsresol(9)]),
  le.enhanced(0, 5n, someBytes(61)),
  le.other(0x1234, someBytes(12)),
  le.enhanced(0, 6n, someBytes(62), {
    options: [
      [COMMENT, "[ws.old] stale"],
      [2, someBytes(4)],
      [COMMENT, "theirs"],
    ],
  }),
  le.statistics(0, [long(true, ISB_IFRECV, 3n)]),
  be.header(),
  be.description(276),
  be.obsolete(0, 7n, someBytes(3)),
);

describe("copying a pcapng capture", () => {
  test.each([1, 37, 10_000])("without anything to add it is the same, byte for byte, in pieces of %i", (pieceBytes) => {
    expect(copied(capture, () => [], undefined, pieceBytes)).toEqual(capture);
  });

  test("comments are added in front, everything else stays", () => {
    const copy = copied(capture, (number) => [`note ${number}`, "zweite"]);
    const [before, after] = [recordCapture(capture), recordCapture(copy)];
    const withoutPlace = ({ packets }: typeof before) => packets.map(({ recordOffset, ...packet }) => packet);
    expect(withoutPlace(after)).toEqual(withoutPlace(before));
    expect(after.interfaces).toEqual(before.interfaces);
    expect(after.statistics).toEqual(before.statistics);
    expect(after.summary).toMatchObject({ malformed: 0, endedEarly: null });
    expect(after.comments.map(({ packetNumber, text }) => [packetNumber, text])).toEqual([
      [0, "section"],
      [1, "note 1"],
      [1, "zweite"],
      [2, "note 2"],
      [2, "zweite"],
      [2, "[ws.old] stale"],
      [2, "theirs"],
      [3, "note 3"],
      [3, "zweite"],
    ]);
  });

  test("comments of an earlier export are left out, other options stay", () => {
    const copy = copied(
      capture,
      () => [],
      (comment) => comment.startsWith("[ws."),
    );
    expect(recordCapture(copy).comments.map(({ text }) => text)).toEqual(["section", "theirs"]);
    expect(copy.length).toBe(capture.length - 4 - 16);
  });
});

test("a section's length becomes unspecified", () => {
  const header = le.header();
  const known = header.slice();
  new DataView(known.buffer).setBigInt64(16, 4096n, true);
  expect(copyBlock(known, 0, true, [])).toEqual(header);
});

test("a simple packet block cannot hold a comment", () => {
  const simple = le.simple(someBytes(8));
  expect(copyBlock(simple, 0, true, ["x"])).toBeNull();
  expect(copyBlock(simple, 0, true, [])).toEqual(simple);
});
