import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import {
  bytesOf,
  COMMENT,
  ISB_OSDROP,
  long,
  MODIFIED,
  NANOSECONDS,
  pcapFile,
  SectionBuilder,
  someBytes,
  tsresol,
} from "../support/capture-builder.ts";
import { recordCapture } from "../support/capture-recorder.ts";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";

const records = fc.array(
  fc.record({
    seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
    fraction: fc.integer({ min: 0, max: 0xffff_ffff }),
    data: fc.uint8Array({ maxLength: 120 }),
    originalLength: fc.integer({ min: 0, max: 70_000 }),
  }),
  { maxLength: 12 },
);

const pcap = fc
  .record({ records, little: fc.boolean(), magic: fc.constantFrom(0xa1b2c3d4, NANOSECONDS, MODIFIED) })
  .map(({ records, little, magic }) =>
    pcapFile(records, { little, magic, ...(magic === MODIFIED ? { extra: someBytes(8) } : {}) }),
  );

const blockOf = (section: SectionBuilder, little: boolean) =>
  fc.oneof(
    fc
      .tuple(
        fc.nat(2),
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.uint8Array({ maxLength: 90 }),
        fc.array(fc.string(), { maxLength: 2 }),
      )
      .map(([id, ticks, data, comments]) =>
        section.enhanced(id, ticks, data, { options: comments.map((text) => [COMMENT, text] as const) }),
      ),
    fc.uint8Array({ maxLength: 40 }).map((data) => section.simple(data, data.length + 3)),
    fc.uint8Array({ maxLength: 40 }).map((data) => section.obsolete(1, 77n, data)),
    fc.constant(section.description(1, 30, [tsresol(9), [COMMENT, "interface"]])),
    fc.constant(section.statistics(0, [long(little, ISB_OSDROP, 4n)])),
    fc.constant(section.names([[1, bytesOf(Uint8Array.of(1, 2, 3, 4), new TextEncoder().encode("name\0"))]])),
    fc.constant(section.secrets(1, someBytes(10))),
    fc.tuple(fc.nat(200), fc.uint8Array({ maxLength: 40 })).map(([type, body]) => section.other(type, body)),
  );

const oneSection = fc.boolean().chain((little) => {
  const section = new SectionBuilder(little);
  return fc
    .array(blockOf(section, little), { maxLength: 12 })
    .map((blocks) => bytesOf(section.header(), section.description(1), ...blocks));
});
const pcapng = fc.array(oneSection, { minLength: 1, maxLength: 3 }).map((sections) => bytesOf(...sections));

/** Whole, cut anywhere, with one bit turned over, or with anything behind it. */
const harmed = (capture: fc.Arbitrary<Uint8Array>) =>
  capture.chain((bytes) =>
    fc.oneof(
      fc.constant(bytes),
      fc.nat(bytes.length).map((length) => bytes.slice(0, length)),
      fc.nat(Math.max(0, bytes.length * 8 - 1)).map((bit) => {
        const turned = bytes.slice();
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return turned;
      }),
      fc.uint8Array({ maxLength: 60 }).map((rest) => bytesOf(bytes, rest)),
    ),
  );

const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });

describe("any chunking tells the same", () => {
  test.each([
    ["pcap", harmed(pcap)],
    ["pcapng", harmed(pcapng)],
  ] as const)("%s, whole or harmed", (_, captures) => {
    fc.assert(
      fc.property(captures, pieces, (capture, pieceLengths) => {
        expect(recordCapture(capture, pieceLengths)).toEqual(recordCapture(capture));
      }),
      { numRuns: 500 },
    );
  });

  test.skipIf(corpusMissing !== null)(`captures of others, byte by byte${corpusMissing ?? ""}`, () => {
    const small = manifest
      .filter(({ file }) => !/gz$|zst$/.test(file))
      .map(({ file }) => readFileSync(corpusPath(file)));
    for (const capture of small.filter(({ length }) => length < 20_000)) {
      const bytes = new Uint8Array(capture);
      expect(recordCapture(bytes, [1])).toEqual(recordCapture(bytes));
    }
  });
});

describe("anything at all", () => {
  const starts = [
    pcapFile([]),
    pcapFile([], { little: false, magic: NANOSECONDS }),
    bytesOf(new SectionBuilder(true).header(), new SectionBuilder(true).description(1)),
    bytesOf(new SectionBuilder(false).header(), new SectionBuilder(false).description(1)),
    new Uint8Array(0),
  ];

  test("is read to an end, in order, within its bytes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 600 }),
        pieces,
        (start, random, pieceLengths) => {
          const capture = bytesOf(start, random);
          const { packets, summary, malformed } = recordCapture(capture, pieceLengths);
          expect(summary.packets).toBe(packets.length);
          expect(summary.malformed).toBe(malformed.length);
          expect(summary.bytes).toBeLessThanOrEqual(capture.length);
          let last = 0;
          for (const packet of packets) {
            expect(packet.packetNumber).toBeGreaterThan(last);
            last = packet.packetNumber;
            expect(Number.isFinite(packet.timestampNs)).toBe(true);
            expect(packet.data.length).toBe(packet.capturedLength);
            expect(packet.capturedLength).toBeLessThanOrEqual(Math.min(packet.originalLength, limits.recordBytes));
            expect(packet.recordOffset + packet.capturedLength).toBeLessThanOrEqual(capture.length);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
