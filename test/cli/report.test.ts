import { exec, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileSchema } from "../support/json-schema.ts";
import { program, root, wscap } from "../support/run-cli.ts";

const TROUBLE = "captures/trouble.pcapng";
const CLEAN = "captures/clean-close.pcap";
const ESCAPE = String.fromCharCode(0x1b);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-report-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("--format json", () => {
  test.each([TROUBLE, CLEAN, "captures/proxied-any.pcap"])("%s is what `wscap schema report` says", async (capture) => {
    const validate = compileSchema(JSON.parse((await wscap(["schema", "report"])).stdout));
    const { code, stdout, stderr } = await wscap(["report", "--format", "json", capture]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });
});

describe("--fail-on", () => {
  test.each([
    [TROUBLE, "error", 1],
    [TROUBLE, "never", 0],
    [CLEAN, "error", 0],
    [CLEAN, "warning", 0],
  ])("%s %s exits %i", async (capture, severity, code) => {
    expect((await wscap(["report", "--fail-on", severity, capture])).code).toBe(code);
  });
});

describe("--timer", () => {
  const FIN = "captures/fin-1006.pcap";

  test("names the user's own timer where the end fits it, and only there", async () => {
    const { stdout } = await wscap(["report", "--timer", "office gateway=2", FIN]);
    expect(stdout).toContain("office gateway");
    expect((await wscap(["report", "--timer", "office gateway=77", FIN])).stdout).not.toContain("office gateway");
  });

  test.each(["60", "gateway=", "=60", "gateway=-1", "gateway=0"])("%s is refused", async (value) => {
    const { code, stderr } = await wscap(["report", "--timer", value, FIN]);
    expect([code, stderr.includes("name=seconds")]).toEqual([2, true]);
  });
});

describe("-o", () => {
  test("- is standard output, not a file of that name", async () => {
    const args = ["report", join(root, "captures/refused.pcap")];
    const plain = await wscap(args, { directory: folder });
    expect(await wscap([...args, "-o", "-"], { directory: folder })).toEqual(plain);
    expect(await readdir(folder)).not.toContain("-");
  });

  test("writes the same as standard output, and leaves nothing else behind", async () => {
    const target = join(folder, "report.txt");
    const printed = await wscap(["report", CLEAN]);
    expect(await wscap(["report", CLEAN, "-o", target])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(target, "utf8")).toBe(printed.stdout);
    expect(await readdir(folder)).toEqual(["report.txt"]);
  });

  test("replaces a file, keeps its permissions, follows a link", async () => {
    const target = join(folder, "private.txt");
    await writeFile(target, "old", { mode: 0o600 });
    await symlink(target, join(folder, "link.txt"));
    expect((await wscap(["report", CLEAN, "-o", join(folder, "link.txt")])).code).toBe(0);
    expect(await readFile(target, "utf8")).toContain("CONNECTIONS");
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  test("never onto the capture, under whatever name", async () => {
    const capture = join(folder, "copy.pcap");
    await copyFile(CLEAN, capture);
    await link(capture, join(folder, "other-name.pcap"));
    await mkdir(join(folder, "bundle"));
    await link(capture, join(folder, "bundle", "evidence.pcapng"));
    const before = await readFile(capture);
    for (const name of ["copy.pcap", "other-name.pcap"]) {
      const { code, stderr } = await wscap(["report", capture, "-o", join(folder, name)]);
      expect([code, stderr.split("\n")[0]]).toEqual([2, expect.stringContaining("would overwrite what is being read")]);
      for (const args of [
        ["report", capture, CLEAN, "--compare", "-o", join(folder, name)],
        ["report", capture, "--log-file", join(folder, name)],
        ["export", capture, "-o", join(folder, name)],
        ["share", CLEAN, capture, "-o", join(folder, "bundle")],
      ]) {
        expect([args, (await wscap(args)).code]).toEqual([args, 2]);
      }
    }
    expect(await readFile(capture)).toEqual(before);
  });

  test("never onto a capture that came by standard input, nor a report onto any other capture", async () => {
    const capture = join(folder, "read.pcap");
    const other = join(folder, "other.pcap");
    for (const path of [capture, other]) await copyFile(CLEAN, path);
    const before = await readFile(capture);
    await writeFile(join(folder, "packed.pcap.gz"), gzipSync(before));
    const fromShell = (args: string) =>
      promisify(exec)(`"${process.execPath}" "${program}" ${args} -o "${capture}" < "${capture}"`).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    expect([await fromShell("report -"), await fromShell("export -")]).toEqual([2, 2]);
    for (const name of ["other.pcap", "packed.pcap.gz"]) {
      const { code, stderr } = await wscap(["report", capture, "-o", join(folder, name)]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("holds a capture, which would be lost")]);
    }
    // Evidence is a capture itself, written again and again.
    expect((await wscap(["export", capture, "-o", join(folder, "evidence.pcapng")])).code).toBe(0);
    expect((await wscap(["export", capture, "-o", join(folder, "evidence.pcapng")])).code).toBe(0);
    expect([await readFile(capture), await readFile(other)]).toEqual([before, before]);
  });

  test("whatever it is called, its name sends no escape sequences when it is told", async () => {
    const name = `${ESCAPE}[31mred`;
    const capture = join(folder, `${name}.pcap`);
    await copyFile(CLEAN, capture);
    for (const args of [
      ["export", capture, "-o", join(folder, `${name}.pcapng`)],
      ["share", capture, "-o", join(folder, name)],
      ["annotate", capture, "--packet", "3", "seen"],
    ]) {
      const { code, stdout, stderr } = await wscap(args);
      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining("\\e[31mred")]);
      expect(stdout + stderr).not.toContain(ESCAPE);
    }
  });

  test("a folder, or a place that is not there", async () => {
    expect((await wscap(["report", CLEAN, "-o", folder])).code).toBe(2);
    const { code, stderr } = await wscap(["report", CLEAN, "-o", join(folder, "none", "x.txt")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot be written (ENOENT)")]);
    // Node's own way of making folders never comes back from this one.
    expect((await wscap(["share", CLEAN, "-o", "/proc/wscap"])).code).toBe(2);
    expect((await wscap(["share", CLEAN, "-o", join(folder, "a", "b")])).code).toBe(0);
  });
});

test("a full disk behind standard output is said in one sentence", async () => {
  const out = await open("/dev/full", "w");
  const child = spawn(process.execPath, [program, "report", CLEAN], { stdio: ["ignore", out.fd, "pipe"], env: {} });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, "close");
  await out.close();
  expect([code, stderr.split("\n")[0]]).toEqual([2, "wscap: stdout cannot be written (ENOSPC)."]);
});

describe("colour", () => {
  test("not in a pipe, unless asked for", async () => {
    expect((await wscap(["report", TROUBLE])).stdout).not.toContain(ESCAPE);
    expect((await wscap(["report", "--color", TROUBLE])).stdout).toContain(`${ESCAPE}[1;31m`);
  });
});

describe("the log", () => {
  test("goes to its file as JSON lines, never to standard output, and tells no targets", async () => {
    const file = join(folder, "log.ndjson");
    const quiet = await wscap(["report", CLEAN]);
    const { stdout, stderr } = await wscap(["report", CLEAN, "--log-file", file, "--log-level", "debug"]);
    expect([stdout, stderr]).toEqual([quiet.stdout, ""]);
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["started", "read", "done"]);
  });

  test("a full disk under the log ends nothing: the report is whole, and says what was lost", async () => {
    const { code, stdout, stderr } = await wscap(["report", CLEAN, "--log-file", "/dev/full"]);
    expect([code, stdout]).toEqual([0, (await wscap(["report", CLEAN])).stdout]);
    expect(stderr).toMatch(/^wscap: The log file \/dev\/full cannot be written \(ENOSPC\)\.\n.*\n$/);
  });

  test("`-` is no file for it", async () => {
    expect((await wscap(["report", join(root, CLEAN), "--log-file", "-"], { directory: folder })).code).toBe(2);
    expect(await readdir(folder)).not.toContain("-");
  });

  test("a log that cannot be written is said at once", async () => {
    const { code, stderr } = await wscap(["report", CLEAN, "--log-file", join(folder, "none", "log")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot be written (ENOENT)")]);
  });
});

describe("--port", () => {
  test("keeps the connections of that port only", async () => {
    const json = async (...args: string[]): Promise<{ connections: { server: { port: number } }[] }> =>
      JSON.parse((await wscap(["report", "--format", "json", TROUBLE, ...args])).stdout);
    const all = await json();
    const port = all.connections[0]?.server.port ?? 0;
    expect((await json("-p", String(port))).connections).toHaveLength(all.connections.length);
    expect((await json("-p", "1")).connections).toEqual([]);
    expect((await json("-p", "1", "-p", String(port))).connections).toHaveLength(all.connections.length);
  });
});
