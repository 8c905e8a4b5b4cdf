import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sameContent } from "../../src/source/same-content.ts";

const directory = mkdtempSync(join(tmpdir(), "wscap-same-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);

const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
writeFileSync(file("a"), bytes);
copyFileSync(file("a"), file("copy"));
symlinkSync(file("a"), file("link"));
writeFileSync(file("other"), bytes.with(bytes.length - 1, 255));
writeFileSync(file("header"), new Uint8Array(24));
writeFileSync(file("header2"), new Uint8Array(24));

test.each(["a", "copy", "link"])("one file, also as %s", async (name) => {
  expect(await sameContent([file("other"), file("a"), file(name)])).toEqual([file("a"), file(name)]);
});

test("files that differ in one byte, that hold no packet, that are missing, and standard input are let through", async () => {
  expect(await sameContent([file("a"), file("other"), file("header"), file("header2"), file("no"), "-"])).toBeNull();
});
