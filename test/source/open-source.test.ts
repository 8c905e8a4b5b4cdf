import { execFileSync } from "node:child_process";
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../../src/base/user-error.ts";
import { streamBytes } from "../../src/source/file-bytes.ts";
import { openSource, openSources } from "../../src/source/open-source.ts";
import type { ByteSource } from "../../src/source/types.ts";

const directory = mkdtempSync(join(tmpdir(), "wscap-source-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, bytes: Uint8Array | string): string => {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
};

/** Copies each chunk, as it is gone afterwards. */
async function contentOf(source: ByteSource, signal?: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.chunks(signal)) {
    expect(chunk.length).toBeGreaterThan(0);
    chunks.push(chunk.slice());
  }
  return Buffer.concat(chunks);
}

async function errorOf(promise: Promise<unknown>): Promise<{ exitCode: number; messageId: string; args: unknown }> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  const { exitCode, messageId, args } = error as UserError;
  return { exitCode, messageId, args };
}

const opened = async (path: string): Promise<Buffer> => contentOf(await openSource(path));

/** Three and a half chunks of bytes that do not repeat where chunks end. */
const content = Buffer.from(
  Uint8Array.from({ length: 3_670_016 }, (_, index) => (index % 251) ^ ((index >> 12) & 0xff)),
);

describe("files", () => {
  test("a file comes whole, in chunks, with its size for progress", async () => {
    const source = await openSource(file("plain", content));
    expect(source).toMatchObject({
      label: join(directory, "plain"),
      live: false,
      sizeBytes: content.length,
      readBytes: 0,
    });
    expect((await contentOf(source)).equals(content)).toBe(true);
    expect(source).toMatchObject({ compression: "none", readBytes: content.length, endedEarly: null });
  });

  test("a file of three bytes, too short for any magic number", async () => {
    expect(await opened(file("three", "abc"))).toEqual(Buffer.from("abc"));
  });

  test("several files, each in a share of the memory", async () => {
    const sources = await openSources([join(directory, "plain"), join(directory, "plain"), file("small", "x")]);
    let longest = 0;
    for await (const chunk of sources[1]?.chunks() ?? []) longest = Math.max(longest, chunk.length);
    expect(longest).toBe(Math.floor((256 * 1024) / 3));
  });

  test("a named pipe", async () => {
    const path = join(directory, "pipe");
    execFileSync("mkfifo", [path]);
    const source = await openSource(path);
    expect(source.sizeBytes).toBeNull();
    const reading = contentOf(source);
    const writer = openSync(path, "w");
    createReadStream(join(directory, "plain")).pipe((await import("node:fs")).createWriteStream("", { fd: writer }));
    expect((await reading).equals(content)).toBe(true);
  });
});

describe("what cannot be read is one UserError of exit code 3", () => {
  test.each([
    ["a missing file", () => join(directory, "missing"), "input.not-found"],
    ["a file under a file", () => join(file("solid", "x"), "below"), "input.not-found"],
    ["a directory", () => directory, "input.is-directory"],
    ["an empty file", () => file("empty", ""), "input.empty"],
    ["an empty gzip file", () => file("empty.gz", gzipSync("")), "input.empty"],
    ["gzip that ends in its header", () => file("cut.gz", gzipSync("abc").subarray(0, 8)), "input.compression-cut"],
    [
      "gzip with a wrong header",
      () => file("bad.gz", Uint8Array.of(0x1f, 0x8b, 9, 9, 9, 9)),
      "input.compression-damaged",
    ],
    ["a name that is too long", () => join(directory, "n".repeat(300)), "input.unreadable"],
  ] as const)("%s", async (_, path, messageId) => {
    const name = path();
    expect(await errorOf(opened(name))).toMatchObject({ exitCode: 3, messageId, args: { name } });
  });

  test.skipIf(process.getuid?.() === 0)("a file without permission", async () => {
    const path = file("locked", "x");
    chmodSync(path, 0);
    expect(await errorOf(opened(path))).toMatchObject({ messageId: "input.unreadable", args: { reason: "EACCES" } });
  });

  test("a directory that takes the place of the file", async () => {
    const path = file("replaced", "x");
    const source = await openSource(path);
    rmSync(path);
    expect(await errorOf(contentOf(source))).toMatchObject({ messageId: "input.not-found" });
    mkdirSync(path);
    expect(await errorOf(contentOf(source))).toMatchObject({ messageId: "input.is-directory" });
  });
});

describe("standard input", () => {
  /** What a process prints that reads `-` as its standard input. */
  function readByChild(input: Uint8Array): string {
    const script = `
      import { openSource } from ${JSON.stringify(join(import.meta.dirname, "../../src/source/open-source.ts"))};
      const source = await openSource("-");
      let length = 0;
      try { for await (const chunk of source.chunks()) length += chunk.length; }
      catch (error) { console.log(error.messageId); }
      console.log(length, source.compression, source.label, source.sizeBytes);`;
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    return execFileSync(process.execPath, args, { input, encoding: "utf8", cwd: join(import.meta.dirname, "../..") });
  }

  test("plain, compressed, and empty", () => {
    expect(readByChild(content)).toBe(`${content.length} none - null\n`);
    expect(readByChild(gzipSync(content))).toBe(`${content.length} gzip - null\n`);
    expect(readByChild(new Uint8Array(0))).toBe("input.empty\n0 none - null\n");
  });
});

describe("stopping", () => {
  test("a signal ends a file between two chunks, quietly", async () => {
    const controller = new AbortController();
    const source = await openSource(join(directory, "plain"));
    let chunks = 0;
    for await (const _ of source.chunks(controller.signal)) {
      chunks++;
      controller.abort();
    }
    expect(chunks).toBe(1);
  });

  test("and a compressed one, without calling it damaged", async () => {
    const controller = new AbortController();
    const source = await openSource(file("stop.gz", gzipSync(content)));
    for await (const _ of source.chunks(controller.signal)) controller.abort();
    expect(source.endedEarly).toBeNull();
  });

  test("and a stream that waits for bytes that never come", async () => {
    const controller = new AbortController();
    const waiting = new Readable({ read() {} });
    waiting.push("abc");
    const seen: string[] = [];
    setTimeout(() => controller.abort(), 20);
    for await (const chunk of streamBytes(waiting, controller.signal)) seen.push(Buffer.from(chunk).toString());
    expect([seen, waiting.destroyed]).toEqual([["abc"], true]);
  });

  test("a signal that came before the first byte", async () => {
    const source = await openSource(join(directory, "plain"));
    expect((await contentOf(source, AbortSignal.abort())).length).toBe(0);
  });
});
