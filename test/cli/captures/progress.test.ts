import { execFileSync } from "node:child_process";
import { type FileHandle, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NotInTime } from "../../support/not-in-time.ts";
import { program } from "../../support/run-cli.ts";
import { Tmux, tmuxMissing } from "../../support/tmux.ts";

const capture = "captures/trouble.pcapng";
const PROGRESS = /reading: \d+ MB/;
const PIECE_BYTES = 256;
const PAUSE_MS = 50;

let folder = "";
let tmux: Tmux;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-progress-"));
  execFileSync("mkfifo", [join(folder, "slow")]);
  tmux = await Tmux.open(100, 12);
});
afterEach(async () => {
  await tmux?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** `wscap report` of a pipe on the terminal's own standard error, or where `redirected` says. */
async function begin(redirected = ""): Promise<FileHandle> {
  await tmux.type(`clear; node ${program} report ${folder}/slow > ${folder}/out ${redirected}; echo ended with $?`);
  await tmux.press("Enter");
  return open(join(folder, "slow"), "w");
}

/** Small pieces until `seen`; then all that is left, at once. */
async function feed(pipe: FileHandle, seen: (pieces: number) => Promise<boolean>): Promise<void> {
  const bytes = await readFile(capture);
  let at = 0;
  for (let pieces = 1; !(await seen(pieces)); pieces++) {
    if (at >= bytes.length) throw new NotInTime(`progress; the screen is:\n${await tmux.screen()}`);
    await pipe.write(bytes.subarray(at, at + PIECE_BYTES));
    at += PIECE_BYTES;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await pipe.write(bytes.subarray(at));
  await pipe.close();
}

/** What a file that comes at once prints. The name is another one. */
async function expectReport(): Promise<void> {
  const told = await readFile(join(folder, "out"), "utf8");
  execFileSync("sh", [
    "-c",
    `cat ${capture} > ${folder}/slow & exec node ${program} report ${folder}/slow > ${folder}/at-once`,
  ]);
  expect(told).toBe(await readFile(join(folder, "at-once"), "utf8"));
}

describe.skipIf(tmuxMissing !== null)("the progress of a long reading", () => {
  test("stands on the terminal while it goes on, and is wiped at the end", async () => {
    const pipe = await begin();
    await feed(pipe, async () => PROGRESS.test(await tmux.screen()));
    const screen = await tmux.until("ended with 0");
    expect(
      screen
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("$")),
    ).toEqual(["ended with 0"]);
    await expectReport();
  });

  test("is not in a file", async () => {
    const pipe = await begin(`2> ${folder}/errors`);
    // A good deal longer than it takes to appear on a terminal.
    await feed(pipe, async (pieces) => pieces > 30);
    expect(await tmux.until("ended with 0")).not.toMatch(PROGRESS);
    expect(await readFile(join(folder, "errors"), "utf8")).toBe("");
    await expectReport();
  });
});
