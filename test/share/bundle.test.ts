import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderBundle } from "../../src/cli/output/bundle.ts";

let above = "";
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), "wscap-bundle-"));
});
afterEach(() => rm(above, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const breaksOff = async (write: (piece: Uint8Array) => Promise<void> | undefined): Promise<void> => {
  await write(new Uint8Array(8));
  throw new Error("the disk is full");
};

test("a folder whose last file breaks off is not left behind", async () => {
  const files = [["summary.md", "words"] as const, ["evidence.pcapng", breaksOff] as const];
  await expect(folderBundle(join(above, "fault")).write(files)).rejects.toThrow("the disk is full");
  expect(await readdir(above)).toEqual([]);
});

test("a folder that was there keeps what was in it, all of one run", async () => {
  const bundle = folderBundle(join(above, "fault"));
  expect(await bundle.write([["summary.md", "first"]])).toEqual([["summary.md", 5]]);
  const files = [["summary.md", "second"] as const, ["evidence.pcapng", breaksOff] as const];
  await expect(bundle.write(files)).rejects.toThrow("the disk is full");
  expect(await readdir(join(above, "fault"))).toEqual(["summary.md"]);
  expect(await readFile(join(above, "fault", "summary.md"), "utf8")).toBe("first");
});
