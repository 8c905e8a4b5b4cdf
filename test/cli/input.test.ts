import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { program, root, wscap } from "../support/run-cli.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-input-"));
  await writeFile(join(folder, "empty.pcap"), "");
  await writeFile(join(folder, "text.pcap"), "this is no capture\n");
  await writeFile(join(folder, "cut.pcap"), Buffer.from("d4c3b2a10200", "hex"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["report", "frames"])("%s of what cannot be read: exit 3 and one sentence", (command) => {
  test.each([
    ["missing.pcap", "There is no file"],
    ["empty.pcap", "is empty."],
    ["text.pcap", "is not a packet capture: it is neither pcap nor pcapng."],
    ["cut.pcap", "ends inside its file header, before any packet."],
    [".", "is a directory."],
  ])("%s", async (name, sentence) => {
    const { code, stderr } = await wscap([command, join(folder, name)]);
    expect(code).toBe(3);
    expect(stderr.split("\n")[0]).toContain(sentence);
    expect(stderr.split("\n")).toHaveLength(3);
  });

  test("nothing, or no capture, on standard input: told by its name", async () => {
    const empty = await wscap([command, "-"]);
    expect(empty).toMatchObject({ code: 3, stdout: "" });
    expect(empty.stderr).toMatch(/^wscap: Nothing came on standard input\.\n {7}Look at what the command before/);
    const text = await wscap([command, "-", "--lang", "zh-CN"], { input: Buffer.from("no capture\n".repeat(9)) });
    expect(text).toMatchObject({ code: 3, stdout: "" });
    expect(text.stderr).toMatch(/^wscap: 标准输入不是抓包文件/);
  });

  test("an empty name, of a variable that is not set, is seen", async () => {
    const { code, stderr } = await wscap([command, ""]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^wscap: There is no file ""\.\n/);
  });

  test("one bad file among good ones", async () => {
    const { code } = await wscap([command, "captures/clean-close.pcap", join(folder, "text.pcap")]);
    expect(code).toBe(3);
  });
});

test.each([
  ["report", ["captures/clean-close.pcap"]],
  ["live", ["--duration", "0.1"]],
])("%s: a folder as key log is told as that", async (command, more) => {
  expect(await wscap([command, ...more, "--keylog", folder])).toEqual({
    code: 3,
    stdout: "",
    stderr: `wscap: ${folder} is a directory.\n       Name the key log in it: --keylog ${folder}/keys.log\n`,
  });
});

/** Root may look everywhere: it takes somebody else. */
describe.skipIf(process.getuid?.() !== 0)("a folder that may not be entered: one sentence, never a stack", () => {
  const NOBODY = 65_534;

  test.each([
    [["live", "-w"], "x.pcapng", 2, "x.pcapng cannot be written (EACCES)."],
    [["report", "captures/clean-close.pcap", "--keylog"], "keys.log", 3, "The key log"],
    [["live", "--keylog"], "keys.log", 3, "The key log"],
    [["report"], "x.pcap", 3, "x.pcap cannot be read (EACCES)."],
    [["annotate", "--list"], "x.pcap", 3, "x.pcap cannot be read (EACCES)."],
  ])("%j %s", async (args, name, exitCode, sentence) => {
    const closed = await mkdtemp(join(tmpdir(), "wscap-closed-"));
    try {
      const { code, stderr } = await wscap([...args, join(closed, name)], { user: NOBODY });
      expect(code).toBe(exitCode);
      expect(stderr.split("\n")[0]).toContain(sentence);
      expect(stderr.split("\n")).toHaveLength(3);
    } finally {
      await rm(closed, { recursive: true });
    }
  });
});

describe("what comes through a pipe is kept in temporary files", () => {
  const capture = "captures/trouble.pcapng";

  test("elsewhere where the folder for them is not there", async () => {
    const input = await readFile(capture);
    const environment = { TMPDIR: join(folder, "none") };
    const output = join(folder, "out.pcapng");
    for (const args of [
      ["load", "--plain", "-"],
      ["export", "-", "-o", output],
    ])
      expect([args, (await wscap(args, { input, environment })).code]).toEqual([args, 0]);
  });

  test.each(["load --plain -", "export - -o out.pcapng", "share - -o shared"])(
    "%s: one sentence when the disk is full, and nothing is left there",
    async (args) => {
      const scratch = join(folder, "scratch");
      await mkdir(scratch, { recursive: true });
      // In blocks of 512 bytes: less than the capture.
      const line = `ulimit -f 40; exec "${process.execPath}" "${program}" ${args} < "${join(root, capture)}"`;
      const { code, stderr } = await promisify(execFile)("sh", ["-c", line], {
        cwd: folder,
        env: { ...process.env, LC_ALL: "C.UTF-8", TMPDIR: scratch },
      }).then(
        () => ({ code: 0, stderr: "" }),
        (error: { code: number; stderr: string }) => error,
      );
      expect(code).toBe(3);
      expect(stderr).toMatch(/^wscap: Temporary files cannot be written to \S+ \(\w+\)\.\n.*TMPDIR=FOLDER wscap …\n$/);
      expect(await readdir(scratch)).toEqual([]);
    },
  );
});
