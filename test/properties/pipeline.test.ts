import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Analysis } from "../../src/store/types.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

const files = readdirSync("captures").filter((name) => /\.pcap(ng)?$/.test(name));

function analyse(bytes: Uint8Array, chunkBytes?: number): Analysis {
  // An exception inside a decoder must come out here: that is what these tests look for.
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 9, rethrow: true });
  readPackets(bytes, (packet) => pipeline.onPacket(packet), chunkBytes);
  pipeline.finish();
  return pipeline.analysis([], 0n, false);
}

const plain = (analysis: Analysis): string =>
  JSON.stringify({ analysis, findings: judge(analysis) }, (_key, value) =>
    value instanceof Uint8Array
      ? Buffer.from(value).toString("hex")
      : typeof value === "bigint"
        ? String(value)
        : value,
  );

describe.each(files)("%s", (name) => {
  const bytes = captureBytes(`captures/${name}`);

  test("says the same whatever pieces the file comes in", () => {
    const whole = plain(analyse(bytes));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (chunkBytes) => {
        expect(plain(analyse(bytes, chunkBytes))).toBe(whole);
      }),
      { numRuns: 5, examples: [[1]] },
    );
  });

  test("with flipped bits and bytes gone it never throws, and judging neither", () => {
    const harm = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(harm, fc.nat(bytes.length), (flips, cut) => {
        const damaged = bytes.slice(0, cut % 3 === 0 ? cut : bytes.length);
        for (const [at, value] of flips) if (at < damaged.length) damaged[at] = value;
        expect(() => judge(analyse(damaged))).not.toThrow();
      }),
      { numRuns: 40 },
    );
  });
});
