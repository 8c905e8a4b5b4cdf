import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planted, plantedCapture } from "../support/planted-capture.ts";
import { wscap } from "../support/run-cli.ts";
import { tsharkMissing } from "../support/tshark.ts";

let folder = "";
let capture = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-hunt-"));
  capture = join(folder, "planted.pcapng");
  await writeFile(capture, await plantedCapture());
  const note = await wscap(["annotate", capture, "--packet", "5", `he said token=${planted.header}`]);
  expect(note.code).toBe(0);
});

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

/** The ways in which a secret may stand somewhere: as it is, a large part of it, and in other encodings. */
function formsOf(secret: string): string[] {
  const middle = Math.floor(secret.length / 4);
  const piece = secret.slice(middle, middle + Math.max(10, Math.floor(secret.length / 2)));
  const bytes = Buffer.from(piece);
  const forms = [piece, encodeURIComponent(piece), bytes.toString("hex")];
  for (let shift = 0; shift < 3; shift++) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // Edge characters also hold bits of the neighbours.
    forms.push(shifted.toString("base64").slice(shift === 0 ? 0 : shift + 1, Math.floor((shifted.length * 8) / 6)));
    forms.push(shifted.toString("base64url").slice(shift === 0 ? 0 : shift + 1, Math.floor((shifted.length * 8) / 6)));
  }
  return forms;
}

function leaks(output: Uint8Array | string, except: readonly string[] = []): string[] {
  const text = typeof output === "string" ? output : Buffer.from(output).toString("latin1");
  const lower = text.toLowerCase();
  return Object.entries(planted)
    .filter(([name]) => !except.includes(name))
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form) || lower.includes(form.toLowerCase())))
    .map(([name]) => name);
}

const KEYS = ["--redact-key", "plate"];

describe("nothing that was planted gets out", () => {
  test("the hunt finds what is there", async () => {
    const found = leaks(await readFile(capture));
    // Masked, compressed and chunked ones do not show in raw bytes; the others must, or the hunt is blind.
    for (const name of [
      "header",
      "cookie",
      "query",
      "jwt",
      "base64",
      "closeReason",
      "udp",
      "comment",
      "secretsBlock",
    ]) {
      expect(found).toContain(name);
    }
    const { stdout } = await wscap(["frames", "--format", "ndjson", "--no-redact", capture]);
    for (const name of ["password", "fragmented", "compressed", "compressedServer", "percent", "socketIo"]) {
      expect(leaks(stdout)).toContain(name);
    }
  });

  test.each([
    ["report"],
    ["report", "--lang", "zh-CN"],
    ["report", "--format", "json"],
    ["report", "--format", "markdown"],
    ["report", "--format", "markdown", "--payloads", "full"],
    ["report", "--format", "html"],
    ["report", "--format", "html", "--payloads", "full"],
    ["report", "--format", "svg"],
    ["report", "--format", "svg", "--connection", "0", "--payloads", "full"],
    ["report", "--format", "har", "--payloads", "full"],
  ])("%s %s %s %s %s", async (...args) => {
    const { stdout, stderr, code } = await wscap([...args.filter((word) => word), ...KEYS, capture]);
    expect(code).toBe(0);
    expect(leaks(stdout)).toEqual([]);
    expect(leaks(stderr)).toEqual([]);
  });

  test("export: packet bytes, through masks, fragments, compression, and what tshark makes of them", async () => {
    const out = join(folder, "evidence.pcapng");
    const { code, stderr } = await wscap(["export", capture, "-o", out, ...KEYS]);
    expect(code, stderr).toBe(0);
    expect(leaks(await readFile(out))).toEqual([]);
    const { stdout } = await wscap(["frames", "--format", "ndjson", "--no-redact", out]);
    expect(leaks(stdout)).toEqual([]);
    expect(stdout).toContain("first, harmless");
    expect(stdout).toContain("a harmless answer");
    expect(stdout).toContain("before the hole");
    // Same lengths, same frames.
    const before = await wscap(["frames", "--format", "ndjson", "--no-redact", capture]);
    const shape = (lines: string) =>
      lines
        .split("\n")
        .filter((line) => line !== "" && !line.includes('"connection":3'))
        .map((line) => {
          const { connection, packet, opcode, length, fin } = JSON.parse(line) as Record<string, unknown>;
          return { connection, packet, opcode, length, fin };
        });
    expect(shape(stdout)).toEqual(shape(before.stdout));
  });

  test.skipIf(tsharkMissing !== null)("tshark sees no secret and no wrong checksum in the evidence", () => {
    const out = join(folder, "evidence.pcapng");
    const run = (...args: string[]) =>
      execFileSync("tshark", ["-n", "-r", out, "-o", "tcp.check_checksum:TRUE", ...args], {
        encoding: "latin1",
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: 1 << 28,
      });
    expect(leaks(run("-V", "-x"))).toEqual([]);
    expect(run("-Y", "tcp.checksum.status == 0 || icmp.checksum.status == 0")).toBe("");
    expect(run("-Y", "frame.comment", "-T", "fields", "-e", "frame.number").trim()).not.toBe("");
  });

  test("share: every file of the bundle", async () => {
    const zip = join(folder, "bundle.zip");
    const { code, stdout, stderr } = await wscap(["share", capture, "-o", zip, ...KEYS]);
    expect(code, stderr).toBe(0);
    expect(leaks(stdout)).toEqual([]);
    expect(stdout).toMatch(/Hidden: .*JSON Web Token/);
    const files = unzipSync(await readFile(zip));
    expect(Object.keys(files).sort()).toEqual(["evidence.pcapng", "report.html", "report.json", "summary.md"]);
    for (const [name, bytes] of Object.entries(files)) expect([name, leaks(bytes)]).toEqual([name, []]);
  });

  test("--no-redact keeps everything, and says so", async () => {
    const out = join(folder, "open.pcapng");
    const { stderr } = await wscap(["export", capture, "-o", out, "--no-redact"]);
    expect(stderr).toMatch(/NOT hidden/);
    expect(leaks(await readFile(out))).toContain("header");
  });
});
