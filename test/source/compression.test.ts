import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { decompress, recognise } from "../../src/source/compression.ts";
import type { CompressionFault } from "../../src/source/types.ts";
import { fzstdFrame, nativeFrame, unzstdBytes } from "../../src/source/unzstd.ts";

/** Chunks in one buffer that is used again, as files come. */
async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const piece = bytes.subarray(at, at + chunkBytes);
    buffer.fill(0xee);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
  }
}

interface Outcome {
  readonly bytes: Buffer;
  readonly fault: CompressionFault | null;
}

async function outcomeOf(
  read: (stored: AsyncIterable<Uint8Array>, onFault: (fault: CompressionFault) => void) => AsyncIterable<Uint8Array>,
  stored: Uint8Array,
  chunkBytes = 65_536,
): Promise<Outcome> {
  let fault: CompressionFault | null = null;
  const pieces: Uint8Array[] = [];
  const onFault = (told: CompressionFault) => {
    fault = told;
  };
  for await (const piece of read(chunked(stored, chunkBytes), onFault)) pieces.push(piece.slice());
  return { bytes: Buffer.concat(pieces), fault };
}

const gunzip = (stored: AsyncIterable<Uint8Array>, onFault: (fault: CompressionFault) => void) =>
  decompress("gzip", stored, onFault);

/** Half letters, half noise, so that it shrinks to about half. */
const content = Buffer.alloc(1_500_000);
for (let index = 0, noise = 1; index < content.length; index++) {
  noise ^= noise << 13;
  noise ^= noise >>> 17;
  noise ^= noise << 5;
  content[index] = index & 8 ? 65 + (index & 7) : noise & 0xff;
}

describe("gzip", () => {
  const stored = gzipSync(content);

  test.each([1, 1000, 65_536, 4_000_000])("in chunks of %i", async (chunkBytes) => {
    const small = chunkBytes === 1 ? content.subarray(0, 5000) : content;
    const outcome = await outcomeOf(gunzip, gzipSync(small), chunkBytes);
    expect(outcome.fault).toBeNull();
    expect(outcome.bytes.equals(small)).toBe(true);
  });

  test("several members one after another, zeros behind", async () => {
    const outcome = await outcomeOf(
      gunzip,
      Buffer.concat([stored, gzipSync("second"), gzipSync(""), gzipSync("third"), Buffer.alloc(9)]),
    );
    expect(outcome.fault).toBeNull();
    expect(outcome.bytes.equals(Buffer.concat([content, Buffer.from("secondthird")]))).toBe(true);
  });

  test.each([0.1, 0.5, 0.99])("cut off after %d of it: everything before comes", async (part) => {
    const cut = stored.subarray(0, Math.floor(stored.length * part));
    const { bytes, fault } = await outcomeOf(gunzip, cut);
    expect(fault).toBe("compression-cut");
    // gzip(1) prints what it can and fails, so its output is the measure.
    const theirs = partOf("gzip", cut);
    expect(bytes.length).toBeGreaterThanOrEqual(theirs.length);
    expect(bytes.equals(content.subarray(0, bytes.length))).toBe(true);
  });

  test("damaged in the middle: at most one piece before the damage is lost", async () => {
    const damaged = Buffer.from(stored);
    damaged.fill(0xff, 400_000, 400_100);
    const { bytes, fault } = await outcomeOf(gunzip, damaged);
    expect(fault).toBe("compression-damaged");
    const intact = commonLength(bytes, content);
    expect(intact).toBeGreaterThan((400_000 / stored.length) * content.length - 64 * 1024);
  });
});

/** What a command makes of damaged input, whatever its exit code. */
function partOf(program: string, input: Uint8Array): Buffer {
  try {
    return execFileSync(program, ["-dc"], { input, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "ignore"] });
  } catch (error) {
    return (error as { stdout: Buffer }).stdout;
  }
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** The program's own output where it is installed; else these tests are skipped, with the reason. */
const zstdMissing = ((): string | null => {
  try {
    execFileSync("zstd", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    if (process.env["WSCAP_REQUIRE_ALL"] === "1") throw new Error("zstd is not installed");
    return "zstd is not installed";
  }
})();

const zstd = (bytes: Uint8Array, ...args: string[]): Buffer =>
  execFileSync("zstd", ["-q", "-c", ...args], { input: bytes, maxBuffer: 1 << 28 });

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Window of 128 KiB. */
const SMALL_WINDOW = 7 << 3;
const RAW = 0;
const RUN = 1;

const LETTERS = [..."abcdefghijklmnopqrst"].map((letter) => letter.charCodeAt(0));

/** RFC 8878 §3.1.1.2 */
function block(type: number, size: number, body: readonly number[], last: boolean): number[] {
  const header = (size << 3) | (type << 1) | (last ? 1 : 0);
  return [header & 0xff, (header >> 8) & 0xff, header >> 16, ...body];
}

const frame = (window: number, ...blocks: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([...MAGIC, 0, window, ...blocks.flat()]);

const GOOD = block(RAW, 20, LETTERS, false);

describe.each([
  ["the fzstd package", fzstdFrame],
  ["Node's own, from 22.15 on", nativeFrame],
] as const)("zstd by %s", (_, startFrame) => {
  const unzstd = (stored: AsyncIterable<Uint8Array>, onFault: (fault: CompressionFault) => void) =>
    unzstdBytes(stored, onFault, startFrame ?? fzstdFrame);
  const runs = test.skipIf(startFrame === null);
  const runsWithProgram = test.skipIf(startFrame === null || zstdMissing !== null);

  runsWithProgram.each([
    ["-3", 65_536],
    ["-19", 65_536],
    ["-1", 7777],
    ["-3", 4_000_000],
  ] as const)("zstd %s, in chunks of %i", async (level, chunkBytes) => {
    const outcome = await outcomeOf(unzstd, zstd(content, level), chunkBytes);
    expect(outcome.fault).toBeNull();
    expect(outcome.bytes.equals(content)).toBe(true);
  });

  runsWithProgram("with a checksum and without, byte by byte", async () => {
    for (const args of [["--check"], ["--no-check"]]) {
      const small = content.subarray(0, 3000);
      expect(await outcomeOf(unzstd, zstd(small, ...args), 1)).toEqual({ bytes: small, fault: null });
    }
  });

  runsWithProgram("cut off: everything before comes", async () => {
    const stored = zstd(content, "-3");
    for (const part of [0.2, 0.7, 0.999]) {
      const cut = stored.subarray(0, Math.floor(stored.length * part));
      const { bytes, fault } = await outcomeOf(unzstd, cut);
      expect(fault).toBe("compression-cut");
      expect(bytes.equals(content.subarray(0, bytes.length))).toBe(true);
      expect(bytes.length).toBeGreaterThanOrEqual(partOf("zstd", cut).length);
    }
  });

  runs("several frames one after another, with skippable ones between", async () => {
    const skippable = Uint8Array.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const stored = Buffer.concat([
      skippable,
      frame(SMALL_WINDOW, block(RAW, 3, [97, 98, 99], true)),
      skippable,
      frame(SMALL_WINDOW, block(RUN, 4, [120], false), block(RAW, 0, [], false), block(RAW, 1, [121], true)),
      frame(SMALL_WINDOW, block(RAW, 0, [], true)),
    ]);
    for (const chunkBytes of [1, 5, 1000]) {
      expect(await outcomeOf(unzstd, stored, chunkBytes)).toEqual({ bytes: Buffer.from("abcxxxxy"), fault: null });
    }
  });

  runs.each([
    [
      "something else behind a frame",
      [...frame(SMALL_WINDOW, block(RAW, 20, LETTERS, true)), 1, 2, 3, 4, 5],
      "compression-damaged",
    ],
    ["a reserved block type", [...frame(SMALL_WINDOW, GOOD), ...block(3, 1, [1], true)], "compression-damaged"],
    [
      "a run longer than a block may be",
      [...frame(SMALL_WINDOW, GOOD), ...block(RUN, 131_073, [1], true)],
      "compression-damaged",
    ],
    ["half a block", [...frame(SMALL_WINDOW, GOOD), 0x50], "compression-cut"],
    ["half a magic number", [...frame(SMALL_WINDOW, block(RAW, 20, LETTERS, true)), 0x28], "compression-cut"],
    [
      "a second frame with a dictionary",
      [...frame(SMALL_WINDOW, block(RAW, 20, LETTERS, true)), ...MAGIC, 1, SMALL_WINDOW, 9],
      "compression-damaged",
    ],
    [
      "a second frame with a window of 2 GiB",
      [...frame(SMALL_WINDOW, block(RAW, 20, LETTERS, true)), ...MAGIC, 0, 21 << 3],
      "compression-window",
    ],
    [
      "a single segment of a claimed terabyte",
      [...frame(SMALL_WINDOW, block(RAW, 20, LETTERS, true)), ...MAGIC, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0],
      "compression-window",
    ],
  ] as const)("%s", async (_name, stored, fault) => {
    expect(await outcomeOf(unzstd, Uint8Array.from(stored), 3)).toEqual({ bytes: Buffer.from(LETTERS), fault });
  });

  runs("a block that is damaged, after one that is not", async () => {
    const compressed = block(2, 4, [0xff, 0xff, 0xff, 0xff], true);
    const outcome = await outcomeOf(unzstd, frame(SMALL_WINDOW, GOOD, compressed));
    expect(outcome).toEqual({ bytes: Buffer.from(LETTERS), fault: "compression-damaged" });
  });
});

describe("a decompression bomb stays small", () => {
  const bombs = {
    gzip: () => gzipSync(Buffer.alloc(300 * 1024 * 1024)),
    zstd: () =>
      frame(
        SMALL_WINDOW,
        ...Array.from({ length: 2400 }, () => block(RUN, 131_072, [0], false)),
        block(RAW, 0, [], true),
      ),
  };
  test.each(["gzip", "zstd"] as const)("%s, 300 MiB from little", async (compression) => {
    const stored = bombs[compression]();
    expect(stored.length).toBeLessThan(310_000);
    const before = process.memoryUsage.rss();
    let peak = 0;
    let length = 0;
    for await (const chunk of decompress(compression, chunked(stored, 65_536), () => expect.unreachable())) {
      expect(chunk.length).toBeLessThanOrEqual(256 * 1024);
      length += chunk.length;
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    expect(length).toBe(300 * 1024 * 1024);
    expect(peak - before).toBeLessThan(128 * 1024 * 1024);
  });

  test("zstd frames of a byte, each with a large window", async () => {
    const one = frame(13 << 3, block(RAW, 1, [97], true));
    const stored = Buffer.concat(Array.from({ length: 1000 }, () => one));
    const outcome = await outcomeOf((input, onFault) => decompress("zstd", input, onFault), stored);
    expect(outcome.fault).toBe("compression-window");
  });

  test("the largest window that is taken", async () => {
    const windowLog = Math.log2(limits.zstdWindowBytes);
    const stored = frame((windowLog - 10) << 3, block(RAW, 1, [97], true));
    const outcome = await outcomeOf((input, onFault) => decompress("zstd", input, onFault), stored);
    expect(outcome).toEqual({ bytes: Buffer.from("a"), fault: null });
  });
});

describe("the compression is told from the first bytes", () => {
  test.each([
    ["none", [0xd4, 0xc3, 0xb2, 0xa1, 2, 0]],
    ["none", [0x1f]],
    ["none", []],
    ["gzip", [0x1f, 0x8b, 8, 0, 0]],
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd, 0]],
    ["zstd", [0x5f, 0x2a, 0x4d, 0x18, 0]],
    ["none", [0x60, 0x2a, 0x4d, 0x18, 0]],
  ] as const)("%s: %j, whole and byte by byte", async (expected, bytes) => {
    for (const chunkBytes of [1, 3, 100]) {
      const { compression, stored } = await recognise(chunked(Uint8Array.from(bytes), chunkBytes));
      const seen: number[] = [];
      for await (const chunk of stored) seen.push(...chunk);
      expect([compression, seen]).toEqual([expected, [...bytes]]);
    }
  });
});
