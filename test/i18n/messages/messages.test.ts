import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { messagesEn } from "../../../src/i18n/messages/en.ts";
import { messageOf } from "../../../src/i18n/messages/messages.ts";
import { messagesZhCn } from "../../../src/i18n/messages/zh-cn.ts";
import { root } from "../../support/run-cli.ts";

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

describe("both languages", () => {
  test.each(Object.keys(messagesEn) as (keyof typeof messagesEn)[])("%s name the same arguments", (id) => {
    const of = ({ sentence, next }: { sentence: string; next: string }): string[] => placeholders(sentence + next);
    expect([...new Set(of(messagesZhCn[id]))]).toEqual([...new Set(of(messagesEn[id]))]);
  });
});

test("every message that the source throws has words", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const thrown = files.flatMap((name) =>
    [...readFileSync(join(root, "src", name), "utf8").matchAll(/new UserError\(\s*EXIT\.\w+,\s*"([^"]+)"/g)].map(
      ([, id]) => id,
    ),
  );
  expect(thrown.length).toBeGreaterThan(10);
  for (const id of thrown) expect(Object.keys(messagesEn)).toContain(id);
  for (const fault of ["compression-cut", "compression-damaged", "compression-window", "empty"]) {
    expect(Object.keys(messagesEn)).toContain(`input.${fault}`);
  }
});

test("arguments are filled in and escaped", () => {
  expect(messageOf("en", "input.not-found", { name: `a${String.fromCharCode(0x1b)}b` }).sentence).toBe(
    "There is no file a\\eb.",
  );
});
