import { join } from "node:path";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";
import { makeCapture, type Recipe } from "./make-capture.ts";

const RUNS = 3;
const WANTED_PERCENT = 10;

const plain = { segmentBytes: 1400, compressed: false, messageBytes: 120 };
const CASES: readonly (readonly [name: string, recipe: Recipe])[] = [
  ["200 connections, long", { ...plain, connections: 200, messages: 200_000, pingEvery: 20 }],
  ["4000 connections, short", { ...plain, connections: 4000, messages: 80_000, pingEvery: 4 }],
];

/** What the rules cost on top of decoding, in this process: best of some runs of each. */
export function rules(folder: string): void {
  for (const [name, recipe] of CASES) {
    const path = join(folder, "rules.pcap");
    makeCapture(path, recipe);
    const bytes = captureBytes(path);
    let decoding = Number.POSITIVE_INFINITY;
    let judging = Number.POSITIVE_INFINITY;
    let findings = 0;
    for (let run = 0; run < RUNS; run++) {
      const pipeline = new Pipeline({ ports: [], tap: null, seed: 1, rethrow: true });
      const began = performance.now();
      readPackets(bytes, (packet) => pipeline.onPacket(packet));
      pipeline.finish();
      const analysis = pipeline.analysis([], 0n, false);
      const decoded = performance.now();
      findings = judge(analysis).length;
      judging = Math.min(judging, performance.now() - decoded);
      decoding = Math.min(decoding, decoded - began);
    }
    const percent = ((judging / decoding) * 100).toFixed(1);
    console.log(
      `rules, ${name}: ${judging.toFixed(1)} ms after ${decoding.toFixed(0)} ms of decoding, ${findings} findings`,
    );
    console.log(`  ${percent} %, wanted < ${WANTED_PERCENT} %`);
  }
}
