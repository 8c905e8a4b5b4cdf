import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root, wscap } from "../support/run-cli.ts";

let folder = "";
let capture = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-notes-"));
  capture = join(folder, "a.pcap");
  await copyFile(join(root, "captures/frozen-client.pcap"), capture);
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const sidecar = (): string => `${capture}.wscap.json`;
const list = async (...more: string[]): Promise<string> =>
  (await wscap(["annotate", capture, "--list", ...more])).stdout;

describe("wscap annotate", () => {
  test("adds, lists and removes; the capture stays as it was", async () => {
    const before = await readFile(capture);
    const added = await wscap(["annotate", capture, "--packet", "71", "the FIN", "--author", "Li", "--tag", "red"]);
    expect(added).toMatchObject({ code: 0 });
    const id = /note (\w+)\./.exec(added.stdout)?.[1] ?? "";
    await wscap(["annotate", capture, "--connection", "0", "两行\n备注"]);
    await wscap(["annotate", capture, "--capture", "of the car"]);
    const shown = await list();
    expect(shown).toContain(`${id}  packet 71 · red  Li\n    the FIN`);
    expect(shown).toContain("connection 0");
    expect(shown).toContain("    两行\n    备注");
    // tshark -r captures/frozen-client.pcap -Y frame.number==71 -T fields -e frame.time_epoch
    expect(await readFile(sidecar(), "utf8")).toContain('"time": "2026-11-20T15:53:46.155');
    const { stdout } = await wscap(["report", capture]);
    expect(stdout).toContain("\nNOTES\n");
    expect(stdout).toMatch(/ {2}packet 71 · red · Li\n {4}the FIN\n/);
    expect(stdout).toMatch(/ {4}两行\n {4}备注\n/);
    expect((await wscap(["annotate", capture, "--remove", id])).code).toBe(0);
    expect(await list()).not.toContain("the FIN");
    expect(await readFile(capture)).toEqual(before);
  });

  test("writers at the same time lose nothing of each other", async () => {
    const texts = Array.from({ length: 8 }, (_, n) => `note number ${n} of eight`);
    const outcomes = await Promise.all(texts.map((text) => wscap(["annotate", capture, "--capture", text])));
    expect(outcomes.map(({ code }) => code)).toEqual(texts.map(() => 0));
    const shown = await list();
    for (const text of texts) expect(shown).toContain(text);
  });

  test("a damaged sidecar is told and never overwritten", async () => {
    await writeFile(sidecar(), '{"schemaVersion": 1, "notes": [');
    const { code, stderr } = await wscap(["annotate", capture, "--capture", "x"]);
    expect([code, stderr]).toEqual([3, expect.stringContaining("damaged")]);
    expect(await readFile(sidecar(), "utf8")).toBe('{"schemaVersion": 1, "notes": [');
    expect((await wscap(["report", capture])).code).toBe(3);
    const other = join(folder, "elsewhere.json");
    expect((await wscap(["annotate", capture, "--capture", "y", "--notes", other])).code).toBe(0);
    expect(await list("--notes", other)).toContain("    y");
  });

  test("a note about another capture of the same name is kept and shown as stranded", async () => {
    await wscap(["annotate", capture, "--packet", "71", "the FIN"]);
    await copyFile(join(root, "captures/clean-close.pcap"), capture);
    expect(await list()).toMatch(/packet 71 · stranded/);
    await wscap(["annotate", capture, "--capture", "new"]);
    expect(await list()).toMatch(/packet 71 · stranded/);
    expect((await wscap(["report", "--format", "markdown", capture])).stdout).toContain("stranded");
  });

  test("what is wrong with the question is said", async () => {
    for (const [args, said] of [
      [["--packet", "99999", "x"], "1 … 72"],
      [["--connection", "7", "x"], "0 … 0"],
      [["x"], "--connection N, --packet N and --capture"],
      [["--packet", "1"], "What is the note?"],
      [["--remove", "nosuch"], "There is no note nosuch"],
    ] as const) {
      const { code, stderr } = await wscap(["annotate", capture, ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain(said);
    }
  });
});

test("--list and --remove do not go together", async () => {
  const { code, stderr } = await wscap(["annotate", "captures/trouble.pcapng", "--list", "--remove", "x"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("--list and --remove")]);
});
