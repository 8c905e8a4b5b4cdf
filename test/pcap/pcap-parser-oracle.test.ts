import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pcapFile } from "../support/capture-builder.ts";
import { recordCapture } from "../support/capture-recorder.ts";

interface ParsedPacket {
  readonly header: {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  };
  readonly data: Buffer;
}

// The package has no types; this is the part of it that we use.
interface PcapParser {
  parse(stream: Readable): NodeJS.EventEmitter;
}
const parser = (await import("pcap-parser" as string)) as { default: PcapParser };

function parsed(capture: Uint8Array): Promise<ParsedPacket[]> {
  return new Promise((resolve, reject) => {
    const packets: ParsedPacket[] = [];
    parser.default
      .parse(Readable.from([Buffer.from(capture)]))
      .on("packet", (packet: ParsedPacket) => packets.push(packet))
      .on("error", reject)
      .on("end", () => resolve(packets));
  });
}

const record = fc.nat(200).chain((length) =>
  fc.record({
    seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
    fraction: fc.integer({ min: 0, max: 999_999 }),
    data: fc.uint8Array({ minLength: length, maxLength: length }),
    originalLength: fc.integer({ min: length, max: 70_000 }),
  }),
);

test("classic microsecond captures: the same packets as the pcap-parser package", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 15 }), fc.boolean(), async (records, little) => {
      const capture = pcapFile(records, { little });
      const { packets, originNs } = recordCapture(capture, [37]);
      const first = records[0];
      const theirs = (await parsed(capture)).map(({ header, data }) => ({
        // Relative to the first packet, since only that is exact over a century.
        ns:
          (header.timestampSeconds - (first?.seconds ?? 0)) * 1e9 +
          (header.timestampMicroseconds - (first?.fraction ?? 0)) * 1000,
        capturedLength: header.capturedLength,
        originalLength: header.originalLength,
        data: new Uint8Array(data),
      }));
      expect(
        packets.map(({ timestampNs, capturedLength, originalLength, data }) => ({
          ns: timestampNs,
          capturedLength,
          originalLength,
          data,
        })),
      ).toEqual(theirs);
      if (first !== undefined)
        expect(originNs).toBe(BigInt(first.seconds) * 1_000_000_000n + BigInt(first.fraction) * 1000n);
    }),
    { numRuns: 100 },
  );
});
