import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { compileSchema } from "../support/json-schema.ts";
import { program, wscap } from "../support/run-cli.ts";
import { steppedCopy } from "../support/stepped-copy.ts";
import { captureOf, certificateOf, converse } from "../support/tls-conversation.ts";

interface Frame {
  readonly connection: number;
  readonly packet: number;
  readonly time: string;
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

describe("a capture whose clock was set forward", () => {
  test("its frames have the times of the file, and its timers are what they were", async () => {
    const path = "captures/frozen-client.pcap";
    const [atPacket, seconds] = [23, 3600];
    const copy = steppedCopy(path, atPacket, seconds);
    const told = await framesOf(path);
    const behind = (packet: number) => (packet >= atPacket ? seconds * 1000 : 0);
    expect((await framesOf(copy)).map(({ time }) => Date.parse(time))).toEqual(
      told.map(({ time, packet }) => Date.parse(time) + behind(packet)),
    );
    const titleOf = async (file: string) => (await wscap(["report", file])).stdout.split("\n\n")[0];
    expect(await titleOf(copy)).toBe(await titleOf(path));
    expect((await wscap(["report", copy])).stdout).toContain("set forward by 60 min");
  });
});

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

/** So many captures of the same packets, each with a block of its own at the end that nobody knows: one capture is read once. */
function differing(count: number, directory: string): string[] {
  const bytes = readFileSync("captures/trouble.pcapng");
  return Array.from({ length: count }, (_, index) => {
    const name = join(directory, `${index}.pcapng`);
    writeFileSync(name, Buffer.concat([bytes, Buffer.from(Uint32Array.of(0x0bad, 16, index, 16).buffer)]));
    return name;
  });
}

test("| head ends quietly", async () => {
  const directory = mkdtempSync(join(tmpdir(), "wscap-head-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const child = spawn(process.execPath, [program, "frames", ...differing(40, directory)], {
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

describe("an empty table is explained beside it", () => {
  test.each([
    ["captures/forbidden-403.pcap", "en", "No WebSocket frame in what was read"],
    ["captures/forbidden-403.pcap", "zh-CN", "没有 WebSocket 帧"],
    ["captures/clean-close.pcap", "en", ""],
  ])("%s (%s)", async (capture, language, told) => {
    const { code, stderr } = await wscap(["frames", "--lang", language, capture]);
    expect(code).toBe(0);
    const said = stderr.split("\n").filter((line) => !/hidden|隐藏/.test(line));
    expect(said.join("")).toContain(told);
    if (told === "") expect(said.join("")).toBe("");
  });

  test("TLS without its keys: how many connections, and what would open them", async () => {
    const { pieces, keyLog } = await converse(certificateOf("ec"));
    const directory = mkdtempSync(join(tmpdir(), "wscap-frames-"));
    try {
      const [capture, keys] = [join(directory, "tls.pcap"), join(directory, "keys.log")];
      writeFileSync(capture, captureOf(pieces));
      const sealed = await wscap(["frames", "--format", "ndjson", capture]);
      expect([sealed.code, sealed.stdout]).toEqual([0, ""]);
      expect(sealed.stderr).toContain("1 TLS connection stays encrypted: WebSocket frames in it need --keylog <file>");
      writeFileSync(keys, keyLog.replace(/^SERVER_TRAFFIC_SECRET_0.*\n/m, ""));
      expect((await wscap(["frames", "--keylog", keys, capture])).stderr).toContain("the keys given do not open it");
      writeFileSync(keys, keyLog);
      expect((await wscap(["frames", "--keylog", keys, capture])).stderr).not.toContain("TLS");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
