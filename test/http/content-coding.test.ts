import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { contentOf } from "../../src/http/content-coding.ts";
import type { HttpBody } from "../../src/http/types.ts";

const body = (preview: Uint8Array, missing = 0): HttpBody => ({
  preview,
  bytes: preview.length + missing,
  complete: missing === 0,
});
const read = (coding: string | null, content: HttpBody): string | null => {
  const bytes = contentOf(coding === null ? [] : [{ name: "Content-Encoding", value: coding }], content);
  return bytes === null ? null : Buffer.from(bytes).toString("utf8");
};
const TEXT = '44{"message":"缺少 token"}';

describe("a body in a content coding", () => {
  test.each([
    ["gzip", gzipSync(TEXT)],
    ["X-GZIP", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["deflate", deflateRawSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
    ["identity", Buffer.from(TEXT)],
    [null, Buffer.from(TEXT)],
    ["gzip", Buffer.alloc(0)],
  ])("%s is undone", (coding, bytes) => {
    expect(read(coding, body(bytes))).toBe(bytes.length === 0 ? "" : TEXT);
  });

  test.each([
    ["cut off", "gzip", body(gzipSync(TEXT).subarray(0, 20), 10)],
    ["cut off and said to be whole", "gzip", body(gzipSync(TEXT).subarray(0, 20))],
    ["corrupt", "gzip", body(Buffer.from(TEXT))],
    ["corrupt", "deflate", body(Buffer.from("x\u0000\u0000"))],
    ["in several codings", "gzip, br", body(gzipSync(TEXT))],
    ["in a coding that nobody knows", "constructor", body(gzipSync(TEXT))],
    ["a bomb", "gzip", body(gzipSync(Buffer.alloc(limits.inflatedBodyBytes + 1)))],
  ])("%s is unread", (_, coding, content) => {
    expect(read(coding, content)).toBeNull();
  });

  test("as large as the limit is read", () => {
    expect(read("gzip", body(gzipSync(Buffer.alloc(limits.inflatedBodyBytes))))).toHaveLength(limits.inflatedBodyBytes);
  });
});
