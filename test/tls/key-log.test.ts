import { expect, test } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { KeyLog, KeyLogReader } from "../../src/tls/key-log.ts";

const RANDOM = "ab".repeat(32);
const SECRET = "cd".repeat(48);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("reads lines as browsers, Node and OpenSSL write them, whatever pieces they come in", () => {
  const text = `# SSL/TLS secrets\r\nCLIENT_RANDOM ${RANDOM.toUpperCase()} ${SECRET}\r\nEXPORTER_SECRET ${RANDOM} ${SECRET}\n\nCLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${"ef".repeat(32)}`;
  for (const piece of [1, 7, 1000]) {
    const log = new KeyLog();
    const reader = new KeyLogReader(log);
    for (let at = 0; at < text.length; at += piece) reader.push(bytes(text.slice(at, at + piece)));
    expect(log.get(RANDOM)?.CLIENT_TRAFFIC_SECRET_0).toBeUndefined();
    reader.end();
    expect(reader.secrets).toBe(2);
    expect(Buffer.from(log.get(RANDOM)?.CLIENT_RANDOM ?? []).toString("hex")).toBe(SECRET);
    expect(log.get(RANDOM)?.CLIENT_TRAFFIC_SECRET_0).toHaveLength(32);
  }
});

test.each([
  ["noise", "\u0000\u00ff".repeat(5000)],
  ["a line without end", "CLIENT_RANDOM ".repeat(100_000)],
  ["a secret that is too long", `CLIENT_RANDOM ${RANDOM} ${"cd".repeat(500)}\n`],
  ["an odd number of digits", `CLIENT_RANDOM ${RANDOM} ${SECRET}a\n`],
  ["a short random", `CLIENT_RANDOM ${RANDOM.slice(2)} ${SECRET}\n`],
  ["a name of an object's own", `__proto__ ${RANDOM} ${SECRET}\n`],
])("%s is no secret", (_, text) => {
  const log = new KeyLog();
  log.addAll(bytes(text));
  expect(log.revision).toBe(0);
});

test("of too many secrets the newest stay", () => {
  const log = new KeyLog();
  const random = (index: number): string => index.toString(16).padStart(64, "0");
  for (let index = 0; index < limits.tlsSecrets + 5; index++)
    log.add("CLIENT_RANDOM", random(index), new Uint8Array(48));
  expect(log.get(random(4))).toBeNull();
  expect(log.get(random(5))).not.toBeNull();
  expect(log.get(random(limits.tlsSecrets + 4))).not.toBeNull();
});

test.each(["utf16le", "utf8"] as const)("a byte order mark, and what %s makes of ASCII, are read over", (encoding) => {
  const keys = new KeyLog();
  const random = "ab".repeat(32);
  keys.addAll(Buffer.from(`\uFEFFCLIENT_RANDOM ${random} ${"cd".repeat(48)}\r\n`, encoding));
  expect(keys.get(random)?.CLIENT_RANDOM?.length).toBe(48);
});
