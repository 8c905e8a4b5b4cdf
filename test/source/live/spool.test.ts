import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeptFile, Spool, type SpoolPlan, scratchPlan } from "../../../src/source/live/spool.ts";

const HEADER = Buffer.from("HEADER");
const START = 1_790_000_000_000_000_000n;
const SECOND = 1_000_000_000n;

let folder: string;
const plan = (changes: Partial<SpoolPlan> = {}): SpoolPlan => ({
  path: join(folder, "night.pcapng"),
  fileBytes: null,
  fileSeconds: null,
  files: null,
  trigger: null,
  ...changes,
});
const names = (): string[] => readdirSync(folder).sort();
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

const pathsOf = (kept: readonly KeptFile[]): string[] => kept.map(({ path }) => path);

/** One block a second, "0;" "1;" …; calls `each` after each. */
function write(spool: Spool, blocks: number, each: (second: number, nowNs: bigint) => void = () => undefined): void {
  spool.open(HEADER, START);
  for (let second = 0; second < blocks; second++) {
    const now = START + BigInt(second) * SECOND;
    spool.write(Buffer.from(`${second};`), now, second + 1, 1);
    each(second, now);
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wscap-spool-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

describe("a spool", () => {
  it("has its file under a temporary name until the end", async () => {
    const spool = new Spool(plan());
    write(spool, 3);
    expect([names(), text("night.pcapng.partial")]).toEqual([["night.pcapng.partial"], "HEADER0;1;2;"]);
    expect(spool.currentPath).toBe(join(folder, "night.pcapng.partial"));
    expect(pathsOf(await spool.finish())).toEqual([join(folder, "night.pcapng")]);
    expect(names()).toEqual(["night.pcapng"]);
  });

  it("overwrites nothing: neither an older capture nor what a crash has left", async () => {
    writeFileSync(join(folder, "night.pcapng"), "older");
    writeFileSync(join(folder, "night.pcapng.partial"), "crashed");
    const spool = new Spool(plan());
    write(spool, 1);
    expect(spool.renamed?.freeName).toBe(join(folder, "night-2.pcapng"));
    expect(pathsOf(await spool.finish())).toEqual([join(folder, "night-2.pcapng")]);
    expect([text("night.pcapng"), text("night.pcapng.partial"), text("night-2.pcapng")]).toEqual([
      "older",
      "crashed",
      "HEADER0;",
    ]);
  });

  it("begins each file of a sequence with the header, and names it by its first packet's time", async () => {
    const spool = new Spool(plan({ fileSeconds: 2 }));
    write(spool, 5);
    await spool.finish();
    expect(names()).toEqual([
      "night-20260921-141320-0001.pcapng",
      "night-20260921-141322-0002.pcapng",
      "night-20260921-141324-0003.pcapng",
    ]);
    expect(names().map(text)).toEqual(["HEADER0;1;", "HEADER2;3;", "HEADER4;"]);
  });

  it("keeps only the newest files of a ring", async () => {
    const spool = new Spool(plan({ fileBytes: 9, files: 3 }));
    write(spool, 12, () => expect(names().length).toBeLessThanOrEqual(3));
    expect(spool.find(1)).toBeNull();
    expect(spool.find(12)).toMatchObject({ file: expect.stringMatching(/night-.*\.pcapng$/) });
    const gone = spool.packetsGone;
    const kept = await spool.finish();
    expect(kept).toHaveLength(3);
    expect(text(names()[0] as string)).toMatch(new RegExp(`^HEADER${gone};`));
    expect(names().map(text).join("")).toContain("11;");
    expect(names().map(text).join("")).not.toContain("HEADER0;");
  });

  it("keeps what came before and after a trigger as one file, and nothing else", async () => {
    const spool = new Spool(plan({ fileSeconds: 1, trigger: { beforeSeconds: 3, afterSeconds: 2 } }));
    write(spool, 20, (second, now) => {
      if (second === 10) spool.trigger("ws.pong.missing", now);
    });
    const kept = await spool.finish();
    expect(names()).toEqual(["night-20260921-141330-ws.pong.missing.pcapng"]);
    expect(pathsOf(kept)).toEqual([join(folder, names()[0] as string)]);
    // One packet a second, from 1 on.
    expect(kept[0]?.packets.runs).toEqual([{ first: 8, firstInFile: 1, count: 7 }]);
    const [, seconds = ""] = /^HEADER(.*)$/.exec(text(names()[0] as string)) ?? [];
    expect(seconds).toBe("7;8;9;10;11;12;13;");
  });

  it("keeps nothing where no trigger came", async () => {
    const spool = new Spool(plan({ fileSeconds: 1, trigger: { beforeSeconds: 3, afterSeconds: 2 } }));
    write(spool, 20);
    expect([await spool.finish(), names()]).toEqual([[], []]);
  });

  it("ends its file where something cannot be written, and counts what comes after", async () => {
    const spool = new Spool(plan());
    write(spool, 1);
    const refused = spool as unknown as { files: { append: () => NodeJS.ErrnoException | null }[] };
    const [file] = refused.files;
    const append = file?.append;
    if (file !== undefined) file.append = () => Object.assign(new Error("full"), { code: "ENOSPC" });
    spool.write(Buffer.from("lost;"), START, 2, 3);
    if (file !== undefined && append !== undefined) file.append = append;
    // There is room again: a file with a hole would tell of losses that the wire never had.
    spool.write(Buffer.from("after;"), START, 5, 1);
    spool.write(Buffer.from("counters"), START);
    expect([1, 2, 5].map((packet) => spool.find(packet)?.packet)).toEqual([1, undefined, undefined]);
    await spool.finish();
    expect([spool.loss, text("night.pcapng")]).toEqual([{ packets: 4, bytes: 11, reason: "ENOSPC" }, "HEADER0;"]);
  });

  it("refuses a folder that is not there", () => {
    const spool = new Spool(plan({ path: join(folder, "no", "night.pcapng") }));
    expect(() => spool.open(HEADER, START)).toThrow(expect.objectContaining({ messageId: "output.unwritable" }));
  });

  it("leaves nothing of what nobody asked to keep", async () => {
    const spool = new Spool(scratchPlan);
    spool.open(HEADER, START);
    spool.write(Buffer.from("x"), START);
    const scratch = spool.folder as string;
    expect(existsSync(scratch)).toBe(true);
    expect([await spool.finish(), existsSync(scratch)]).toEqual([[], false]);
  });
});
