import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMENT, IF_NAME, pcapFile, SectionBuilder, tsresol } from "../support/capture-builder.ts";
import { concat, tcpPacket, u32 } from "../support/packet-builder.ts";
import { root, wscap } from "../support/run-cli.ts";
import { tsharkMissing } from "../support/tshark.ts";

let folder = "";
let inputs: string[] = [];

const FLAGS = 2;
const START = 1_700_000_000n;

/** A port that refuses, seen from two places: raw IP in microseconds, and Ethernet in nanoseconds in the other byte order. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-joined-"));
  const packet = (port: number, flags: string, link: "raw" | "ethernet"): Uint8Array => {
    const ends = [`10.0.0.1:${port}`, "10.0.0.9:8080"] as const;
    const [from = "", to = ""] = flags === "S" ? ends : [...ends].reverse();
    return tcpPacket({ from, to, flags, seq: flags === "S" ? 5 : 0, ack: flags === "S" ? 0 : 6, link });
  };
  const classic = pcapFile(
    [
      { seconds: Number(START), fraction: 1, data: packet(1001, "S", "raw") },
      { seconds: Number(START) + 2, fraction: 0, data: packet(1001, "RA", "raw") },
    ],
    { linkType: 101 },
  );
  const section = (little: boolean, port: number, second: bigint, name: string): Uint8Array => {
    const builder = new SectionBuilder(little);
    const flags = little ? Uint8Array.of(2, 0, 0, 0) : Uint8Array.of(0, 0, 0, 2);
    const at = (START + second) * 1_000_000_000n + 123_456_789n;
    return concat(
      builder.header([[COMMENT, `section of ${name}`]]),
      builder.description(1, 96, [[IF_NAME, name], tsresol(9)]),
      builder.enhanced(0, at, packet(port, "S", "ethernet"), {
        originalLength: 999,
        options: [
          [COMMENT, `seen on ${name}`],
          [FLAGS, flags],
        ],
      }),
      builder.enhanced(0, at + 1n, packet(port, "RA", "ethernet")),
      builder.statistics(0, [[5, little ? Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) : concat(u32(0), u32(7))]]),
    );
  };
  inputs = [join(folder, "classic.pcap"), join(folder, "sections.pcapng.gz")];
  await writeFile(inputs[0] ?? "", classic);
  await writeFile(inputs[1] ?? "", gzipSync(concat(section(false, 1002, 1n, "eth0"), section(true, 1003, 3n, "eth1"))));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const tshark = (path: string, ...names: string[]): string[][] =>
  execFileSync("tshark", ["-n", "-r", path, "-T", "fields", ...names.flatMap((name) => ["-e", name])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));

interface Report {
  readonly findings: readonly { readonly rule: string; readonly evidence: readonly { readonly packet: number }[] }[];
  readonly annotations: readonly {
    readonly text: string;
    readonly packet: number | null;
    readonly stranded: boolean;
  }[];
  readonly connections: readonly { readonly kind: string }[];
  readonly captures: readonly { readonly name: string }[];
}
const report = async (...captures: string[]): Promise<Report> =>
  JSON.parse((await wscap(["report", "--format", "json", ...captures])).stdout);
const packetsOf = ({ findings }: Report): number[] =>
  [...new Set(findings.flatMap(({ evidence }) => evidence.map(({ packet }) => packet)))].sort((a, b) => a - b);

describe("several captures as one", () => {
  test.skipIf(tsharkMissing !== null)(
    "export: packets in time order on their own interfaces, as tshark reads them",
    async () => {
      const out = join(folder, "out.pcapng");
      expect(await wscap(["export", ...inputs, "-o", out])).toMatchObject({ code: 0 });
      const told = tshark(
        out,
        "frame.time_epoch",
        "frame.interface_name",
        "frame.interface_id",
        "_ws.col.Protocol",
        "frame.len",
      );
      const [lengths, names] = [told.map((row) => row[4]), told.map((row) => row[1])];
      expect(told.map(([time]) => time)).toEqual([
        "1700000000.000001000",
        "1700000001.123456789",
        "1700000001.123456790",
        "1700000002.000000000",
        "1700000003.123456789",
        "1700000003.123456790",
      ]);
      expect(names.map((name) => name?.replace(/^unknown$/, ""))).toEqual(["", "eth0", "eth0", "", "eth1", "eth1"]);
      expect(new Set(told.map(([, , id]) => id)).size).toBe(3);
      expect(told.every(([, , , protocol]) => protocol === "TCP")).toBe(true);
      expect(lengths[1]).toBe("999");
      const notes = tshark(out, "frame.number", "frame.comment", "frame.packet_flags");
      expect(notes[1]?.[1]).toContain("seen on eth0");
      expect(notes[4]?.[1]).toContain("seen on eth1");
      expect([notes[1]?.[2], notes[4]?.[2]]).toEqual(["0x00000002", "0x00000002"]);
      const model = await report(...inputs);
      expect(packetsOf(model)).toHaveLength(2);
      expect(notes.filter(([, comment]) => comment?.includes("[tcp.")).map(([number]) => Number(number))).toEqual(
        packetsOf(model),
      );
      const about = execFileSync("capinfos", [out], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      expect(about).toMatch(/Encapsulation = Raw IP|Number of interfaces in file: 3/);
      expect(about).toContain("section of eth0");
      expect(about).toContain("section of eth1");
    },
  );

  test("the evidence reads as the captures do; from standard input too", async () => {
    const out = join(folder, "again.pcapng");
    const piped = join(folder, "piped.pcapng");
    await wscap(["export", ...inputs, "-o", out]);
    const input = await readFile(inputs[0] ?? "");
    expect(await wscap(["export", "-", inputs[1] ?? "", "-o", piped], { input })).toMatchObject({ code: 0 });
    expect(await readFile(piped)).toEqual(await readFile(out));
    const [before, after] = [await report(...inputs), await report(out)];
    expect(packetsOf(after)).toEqual(packetsOf(before));
    expect(after.connections.map(({ kind }) => kind)).toEqual(before.connections.map(({ kind }) => kind));
    expect(after.annotations.map(({ text, packet }) => [text, packet]).sort()).toEqual(
      before.annotations.map(({ text, packet }) => [text, packet]).sort(),
    );
    expect((await wscap(["export", "-", "-", "-o", out], { input })).code).toBe(2);
  });

  test("drops are still told", async () => {
    const out = join(folder, "drops.pcapng");
    await wscap(["export", ...inputs, "-o", out]);
    expect(await report(out)).toMatchObject({ captures: [{ dropped: 14, format: "pcapng" }] });
  });

  test("share: one bundle about all of them, without where they lie", async () => {
    const zip = join(folder, "bundle.zip");
    const input = await readFile(inputs[0] ?? "");
    expect(await wscap(["share", "-", inputs[1] ?? "", "-o", zip], { input })).toMatchObject({ code: 0 });
    const files = unzipSync(await readFile(zip));
    const json = Buffer.from(files["report.json"] ?? []).toString();
    expect((JSON.parse(json) as Report).captures.map(({ name }) => name)).toEqual(["-", "sections.pcapng.gz"]);
    const out = join(folder, "lone.pcapng");
    await wscap(["export", ...inputs, "-o", out]);
    expect(Buffer.from(files["evidence.pcapng"] ?? [])).toEqual(await readFile(out));
    for (const bytes of Object.values(files)) expect(Buffer.from(bytes).toString("latin1")).not.toContain(folder);
  });

  test("a note beside one capture stands at its packet among all", async () => {
    const [one, two] = [join(folder, "one.pcap"), join(folder, "two.pcap")];
    await copyFile(join(root, "captures/trouble.pcapng"), one);
    await copyFile(join(root, "captures/frozen-client.pcap"), two);
    await wscap(["annotate", one, "--packet", "3", "in the first"]);
    await wscap(["annotate", two, "--packet", "71", "the FIN"]);
    await wscap(["annotate", two, "--connection", "0", "about it all"]);
    const { annotations } = await report(one, two);
    expect(annotations.map(({ text, stranded }) => [text, stranded])).toEqual(
      expect.arrayContaining([
        ["in the first", false],
        ["the FIN", false],
        ["about it all", false],
      ]),
    );
    const at = annotations.find(({ text }) => text === "the FIN")?.packet ?? 0;
    expect(at).toBeGreaterThan(71);
    const out = join(folder, "noted.pcapng");
    await wscap(["export", one, two, "-o", out]);
    expect((await report(out)).annotations).toContainEqual(expect.objectContaining({ text: "the FIN", packet: at }));
  });

  test("comments without end are not all taken for notes", async () => {
    const section = new SectionBuilder(true);
    const data = tcpPacket({ from: "10.0.0.1:1", to: "10.0.0.9:2", flags: "S", seq: 5 });
    const comments = Array.from({ length: 40 }, (_, n) => [COMMENT, `${n}`.padEnd(60_000, "x")] as const);
    const blocks = [1n, 2n, 3n].map((at) => section.enhanced(0, at, data, { options: comments }));
    const path = join(folder, "comments.pcapng");
    await writeFile(path, concat(section.header(), section.description(), ...blocks));
    const { annotations } = await report(path);
    expect(annotations.length).toBeGreaterThan(60);
    expect(annotations.length).toBeLessThan(80);
  });

  test("annotate takes one: whose packet numbers else", async () => {
    const [one = "", two = ""] = inputs;
    for (const args of [
      ["annotate", one, two, "--packet", "1", "text"],
      ["annotate", one, two, "--list"],
      ["annotate", one, two, "more", "--capture"],
    ]) {
      const { code, stderr } = await wscap(args);
      expect([code, stderr]).toEqual([2, expect.stringContaining("one capture and one text")]);
    }
  });
});
