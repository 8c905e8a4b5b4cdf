import { describe, expect, it } from "vitest";
import { EncodedBodies } from "../../src/pipeline/scrub/encoded-bodies.ts";
import { findSecrets } from "../../src/report/redaction/find-secrets.ts";
import { SecretIndex } from "../../src/report/redaction/secret-index.ts";
import { SecretKeys } from "../../src/report/redaction/secret-keys.ts";

const keys = new SecretKeys([]);
const LENGTH = 300_000;
const fill = (unit: string): string => unit.repeat(Math.ceil(LENGTH / unit.length));

/** A pattern that looks at each of these from every place needs 10^11 steps: minutes. */
const RUNS: Readonly<Record<string, string>> = {
  "word characters before a query": `token=x ${fill("a")}=`,
  "a cookie without =": `Cookie: ${fill("a")}`,
  backslashes: `"token" ${fill("\\")}`,
  "backslashes inside a secret object": `{"token":{"a":${fill("\\")}`,
  "word characters and one percent": `token ${fill("a")}%4`,
  "bearer in a row": fill("bearer+"),
  "token: in a row": fill("token:"),
  "open strings": fill('"token":"'),
  brackets: `"token":${fill("[")}`,
  urls: fill("://a:"),
  "base64 in base64": Buffer.from(fill("token ")).toString("base64"),
  newlines: `token${fill("\n")}`,
};

describe("texts made to keep a search busy", () => {
  it.each(Object.entries(RUNS))(
    "%s",
    (_, text) => {
      expect(Array.isArray(findSecrets(text, keys))).toBe(true);
    },
    8000,
  );

  it("many secrets that begin alike", () => {
    const index = new SecretIndex();
    for (let number = 0; number < 20_000; number++) index.add(`tok-secret-${number}-X`, "tag");
    let found = 0;
    index.find(fill("tok-secret-none tok-secret-19999-X "), () => found++);
    expect(found).toBe(Math.ceil(LENGTH / 35));
  }, 8000);

  it("heads that never end", () => {
    const edited: number[] = [];
    const read = (text: string): void => {
      const bodies = new EncodedBodies(
        () => [],
        (offset, _, length) => edited.push(offset, length),
      );
      bodies.read({ text, base: 0, from: 0, to: text.length });
    };
    read(fill("GET / HTTP/1.1\r\n"));
    expect(edited).toEqual([]);
    const head = `${fill("GET / HTTP/1.1\r\n")}Content-Encoding: gzip\r\n\r\n`;
    read(`${head}packed`);
    expect(edited).toEqual([head.length, 6]);
  }, 8000);
});

it("finds secrets in texts of any length, also where two windows meet", () => {
  const secret = '"password":"hunter2hunter2"';
  for (const before of [0, 17, (1 << 20) - 10, (1 << 20) - (1 << 16) - 5, 12_000_000]) {
    const text = `${"x".repeat(before)} ${secret}${"y".repeat(9_000_000)}`;
    const start = before + 1 + secret.indexOf("hunter2");
    expect(findSecrets(text, keys)).toContainEqual({ start, end: start + 14, kind: "password" });
  }
});
