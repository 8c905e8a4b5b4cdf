import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  enhancedPacketBlock,
  interfaceDescriptionBlock,
  interfaceStatisticsBlock,
  sectionHeaderBlock,
} from "../../src/pcap/pcapng-writer.ts";
import { bytesOf, someBytes } from "../support/capture-builder.ts";
import { recordCapture } from "../support/capture-recorder.ts";
import { tsharkMissing } from "../support/tshark.ts";

const START = 1_700_000_000_123_456_789n;

const packetArbitrary = fc.record({
  interfaceId: fc.integer({ min: 0, max: 1 }),
  afterNs: fc.integer({ min: 0, max: 2 ** 52 }),
  data: fc.uint8Array({ maxLength: 70 }),
  cutBytes: fc.integer({ min: 0, max: 9000 }),
  // A NUL ends a text for readers, so writers have no business with one.
  comments: fc.array(
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "·")),
    { maxLength: 3 },
  ),
  flags: fc.option(fc.integer({ min: 0, max: 0xffff_ffff }), { nil: undefined }),
});

test("reading what was written gives it back", () => {
  fc.assert(
    fc.property(
      fc.array(packetArbitrary, { maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      (packets, pieceBytes) => {
        const interfaces = [
          {
            linkType: 1,
            snapLength: 65_535,
            name: "eth0",
            description: "dé",
            filter: "port 80",
            operatingSystem: "Linux",
          },
          { linkType: 276, snapLength: 0, name: null, description: null, filter: null, operatingSystem: null },
        ];
        const blocks = [
          sectionHeaderBlock({ application: "wscap", operatingSystem: "Linux", comments: ["whole"] }),
          ...interfaces.map((info) => interfaceDescriptionBlock(info)),
          ...packets.map(({ interfaceId, afterNs, data, cutBytes, comments, flags }) =>
            enhancedPacketBlock({
              interfaceId,
              timeNs: START + BigInt(afterNs),
              // In the middle of something larger, as the reader's own view is.
              bytes: bytesOf(someBytes(5), data, someBytes(5)),
              start: 5,
              capturedLength: data.length,
              originalLength: data.length + cutBytes,
              comments,
              ...(flags === undefined ? {} : { flags }),
            }),
          ),
          interfaceStatisticsBlock(1, START, { received: 7, droppedByInterface: null, droppedByKernel: 2 ** 40 }),
        ];
        const read = recordCapture(bytesOf(...blocks), [pieceBytes]);
        expect(read.summary).toMatchObject({ packets: packets.length, malformed: 0, endedEarly: null });
        expect(read.interfaces).toEqual(
          interfaces.map((info, interfaceIndex) => ({ ...info, captureIndex: 0, interfaceIndex, resolutionNs: 1 })),
        );
        expect(
          read.packets.map(({ interfaceIndex, timestampNs, data, originalLength }) => ({
            interfaceId: interfaceIndex,
            timeNs: (read.originNs ?? 0n) + BigInt(timestampNs),
            data,
            cutBytes: originalLength - data.length,
          })),
        ).toEqual(
          packets.map(({ interfaceId, afterNs, data, cutBytes }) => ({
            interfaceId,
            timeNs: START + BigInt(afterNs),
            data,
            cutBytes,
          })),
        );
        expect(read.comments.map(({ packetNumber, text }) => [packetNumber, text])).toEqual([
          [0, "whole"],
          ...packets.flatMap(({ comments }, index) => comments.map((text) => [index + 1, text])),
        ]);
        expect(read.statistics).toEqual([
          {
            captureIndex: 0,
            interfaceIndex: 1,
            received: 7,
            droppedByInterface: null,
            droppedByKernel: 2 ** 40,
            capturedUntilNs: null,
          },
        ]);
      },
    ),
  );
});

test("a text that an option cannot hold is cut between two characters", () => {
  const comments = ["€".repeat(30_000)];
  const read = recordCapture(bytesOf(sectionHeaderBlock({ application: "wscap", comments })));
  expect(read.comments[0]?.text).toBe("€".repeat(21_845));
});

test("times before 1970 become 1970", () => {
  const packet = { interfaceId: 0, bytes: someBytes(4), start: 0, capturedLength: 4, originalLength: 4 };
  const blocks = [
    sectionHeaderBlock({ application: "wscap" }),
    interfaceDescriptionBlock({ linkType: 1, snapLength: 0 }),
    enhancedPacketBlock({ ...packet, timeNs: -5n }),
  ];
  expect(recordCapture(bytesOf(...blocks)).originNs).toBe(0n);
});

describe.skipIf(tsharkMissing !== null)(
  `tshark reads it as meant${tsharkMissing === null ? "" : ` (skipped: ${tsharkMissing})`}`,
  () => {
    test("times to the nanosecond, lengths, interfaces and comments", () => {
      const directory = mkdtempSync(join(tmpdir(), "wscap-writer-"));
      try {
        const path = join(directory, "written.pcapng");
        const packet = { bytes: someBytes(60), start: 0, capturedLength: 60, originalLength: 1500 };
        writeFileSync(
          path,
          bytesOf(
            sectionHeaderBlock({ application: "wscap test", comments: ["about the whole"] }),
            interfaceDescriptionBlock({ linkType: 1, snapLength: 60, name: "eth0", filter: "port 8080" }),
            interfaceDescriptionBlock({ linkType: 101, snapLength: 0, name: "tun0" }),
            enhancedPacketBlock({
              ...packet,
              interfaceId: 0,
              timeNs: START,
              comments: ["[ws.pong.missing] erste", "zwei ✓"],
            }),
            enhancedPacketBlock({ ...packet, interfaceId: 1, timeNs: START + 1n, flags: 2 }),
            interfaceStatisticsBlock(0, START + 1n, { received: 9, droppedByInterface: 1, droppedByKernel: 0 }),
          ),
        );
        const fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_name", "frame.comment"];
        const shown = execFileSync(
          "tshark",
          ["-n", "-r", path, "-T", "fields", "-E", "separator=|", ...fields.flatMap((field) => ["-e", field])],
          { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
        );
        expect(shown.trimEnd().split("\n")).toEqual([
          "1700000000.123456789|1500|60|eth0|[ws.pong.missing] erste,zwei ✓",
          "1700000000.123456790|1500|60|tun0|",
        ]);
        const info = execFileSync("capinfos", [path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        for (const line of [
          "Capture application: wscap test",
          "Capture comment:     about the whole",
          "Number of packets:   2",
          "Name = eth0",
          "Filter string = port 8080",
          "Time precision = nanoseconds (9)",
          "Number of stat entries = 1",
        ]) {
          expect(info).toContain(line);
        }
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
  },
);
