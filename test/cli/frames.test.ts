import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { compileSchema } from "../support/json-schema.ts";
import { program, wscap } from "../support/run-cli.ts";

interface Frame {
  readonly connection: number;
  readonly packet: number;
  readonly opcode: string;
  readonly fin: boolean;
  readonly compressed: boolean;
  readonly text: string | null;
}

const framesOf = async (...args: string[]): Promise<Frame[]> =>
  (await wscap(["frames", "--format", "ndjson", ...args])).stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("--format ndjson", () => {
  test("each line is what `wscap schema frame` says", async () => {
    const validate = compileSchema(JSON.parse((await wscap(["schema", "frame"])).stdout));
    const frames = await framesOf("captures/compressed-fragmented.pcap");
    expect(frames.length).toBeGreaterThan(10);
    for (const frame of frames) expect(validate(frame), JSON.stringify(validate.errors)).toBe(true);
  });

  test("the text of a compressed, fragmented message stands on its last frame, whole", async () => {
    const frames = await framesOf("captures/compressed-fragmented.pcap");
    const data = frames.filter((frame) => frame.opcode === "text" || frame.opcode === "continuation");
    expect(data.some((frame) => frame.compressed && !frame.fin)).toBe(true);
    for (const frame of data) {
      if (!frame.fin) expect(frame.text).toBeNull();
      else if (frame.text !== "") expect(() => JSON.parse(frame.text ?? "none")).not.toThrow();
    }
  });
});

test("| head ends quietly", async () => {
  const child = spawn(process.execPath, [program, "frames", ...Array(40).fill("captures/trouble.pcapng")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = await once(child, "close");
  expect([code, stderr]).toEqual([0, ""]);
});
