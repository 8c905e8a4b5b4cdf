import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";
import { root, wscap } from "../support/run-cli.ts";
import { tsharkMissing } from "../support/tshark.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-export-"));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const tool = (name: string, ...args: string[]): string =>
  execFileSync(name, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 });
const fields = (path: string, ...names: string[]): string =>
  tool("tshark", "-n", "-r", path, "-T", "fields", ...names.flatMap((name) => ["-e", name]));

const readable = (path: string): boolean => {
  try {
    tool("capinfos", "-c", path);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(tsharkMissing !== null)("wscap export, as Wireshark's tools see it", () => {
  test.each(["trouble.pcapng", "socketio-nginx.pcapng", "rst-by-server.pcap", "compressed-fragmented.pcap"])(
    "%s: same packets, times and lengths, with comments",
    async (name) => {
      const from = join(root, "captures", name);
      const to = join(folder, `${name}.out.pcapng`);
      expect((await wscap(["export", from, "-o", to])).code).toBe(0);
      const told = ["frame.time_epoch", "frame.len", "frame.cap_len", "tcp.payload"];
      expect(fields(to, ...told)).toBe(fields(from, ...told));
      expect(tool("capinfos", "-t", to)).toContain("pcapng");
      const report = JSON.parse((await wscap(["report", "--format", "json", from])).stdout);
      const packets = [
        ...new Set(report.findings.flatMap((f: { evidence: { packet: number }[] }) => f.evidence.map((e) => e.packet))),
      ];
      const commented = tool("tshark", "-n", "-r", to, "-Y", "frame.comment", "-T", "fields", "-e", "frame.number");
      expect(commented.trim().split("\n").filter(Boolean).map(Number)).toEqual(
        packets.sort((a, b) => Number(a) - Number(b)),
      );
      expect(tool("capinfos", "-k", to)).toContain("[wscap]");
    },
  );

  test("--connection keeps one connection; --trim what is around the findings", async () => {
    const from = join(root, "captures/trouble.pcapng");
    const to = join(folder, "one.pcapng");
    await wscap(["export", from, "-o", to, "--connection", "3"]);
    const filter = "ip.addr==192.168.50.21 && tcp.port==32877";
    const expected = tool("tshark", "-n", "-r", from, "-Y", filter, "-T", "fields", "-e", "frame.time_epoch");
    expect(fields(to, "frame.time_epoch")).toBe(expected);
    await wscap(["export", from, "-o", to, "--connection", "3", "--trim", "1"]);
    const trimmed = fields(to, "frame.time_epoch").trim().split("\n");
    expect(trimmed.length).toBeLessThan(expected.trim().split("\n").length);
  });

  test("notes come back from the evidence, also after a second export", async () => {
    const from = join(root, "captures/frozen-client.pcap");
    const notes = join(folder, "notes.json");
    await wscap(["annotate", from, "--packet", "71", "the FIN", "--author", "Li", "--tag", "blue", "--notes", notes]);
    await wscap(["annotate", from, "--connection", "0", "about it all", "--notes", notes]);
    const once = join(folder, "once.pcapng");
    const twice = join(folder, "twice.pcapng");
    await wscap(["export", from, "-o", once, "--notes", notes]);
    await wscap(["export", once, "-o", twice]);
    const listed = async (capture: string, ...more: string[]) =>
      (await wscap(["annotate", capture, "--list", ...more])).stdout;
    expect(await listed(once)).toBe(await listed(from, "--notes", notes));
    expect(await listed(twice)).toBe(await listed(once));
    expect(fields(twice, "frame.comment")).toBe(fields(once, "frame.comment"));
  });

  test.skipIf(corpusMissing !== null)(
    "every WebSocket capture of the corpus gives a file that capinfos and tshark read",
    { timeout: 240_000 },
    async () => {
      const files = manifest.filter(({ category }) => category === "websocket" || category === "pcapng").slice(0, 70);
      const refused: string[] = [];
      for (const { file } of files) {
        const to = join(folder, "corpus.pcapng");
        const { code, stderr } = await wscap(["export", corpusPath(file), "-o", to]);
        // What is no capture to wscap, or none to Wireshark, cannot be held against the copy.
        if (code === 3 || !readable(corpusPath(file))) continue;
        if (code !== 0) {
          refused.push(`${file}: ${stderr}`);
          continue;
        }
        if (!readable(to)) refused.push(file);
      }
      expect(refused).toEqual([]);
    },
  );
});
