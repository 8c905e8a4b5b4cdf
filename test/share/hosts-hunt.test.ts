import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pcapFile } from "../support/capture-builder.ts";
import { concat, ethernetFrame, hex, tcpPacket, u16, u32, udpPacket } from "../support/packet-builder.ts";
import { wscap } from "../support/run-cli.ts";
import { tsharkMissing } from "../support/tshark.ts";
import { frame } from "../support/websocket-script.ts";

/** Each stands in a place of its own; those of `shop.kiwi-cars.test` also elsewhere. */
const hosts = {
  host: "api.shop.kiwi-cars.test",
  origin: "portal.plum-fleet.test",
  inTarget: "callback.fig-hooks.test",
  mentioned: "db7.internal.kiwi-cars.test",
  location: "login.lime-sso.test",
  sni: "edge.mango-tls.test",
  asked: "orin.pear-dns.test",
  alias: "cdn.grape-alias.test",
  word: "banane-4711",
  plainWord: "ananas",
  mail: "quince-mail.test",
} as const;
const cards = ["3c52 82aa bbcc", "3c52 82dd eeff", "3c52 8211 2233"] as const;

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const [CLIENT, SERVER] = ["172.20.31.41", "172.20.31.99"];

function talk(
  port: number,
  serverPort: number,
  said: readonly (readonly [0 | 1, Uint8Array | string])[],
): Uint8Array[] {
  const [from, to] = [`${CLIENT}:${port}`, `${SERVER}:${serverPort}`];
  const next: [number, number] = [100, 500];
  const packets: Uint8Array[] = [];
  const add = (side: 0 | 1, flags: string, payload: Uint8Array | string, extra = 0): void => {
    const [seq, ack] = side === 0 ? next : [next[1], next[0]];
    const ends = side === 0 ? { from, to } : { from: to, to: from };
    packets.push(tcpPacket({ ...ends, flags, seq, ack: flags === "S" ? 0 : ack, payload }));
    next[side] += payload.length + extra;
  };
  add(0, "S", "", 1);
  add(1, "SA", "", 1);
  add(0, "A", "");
  for (const [side, payload] of said) add(side, "PA", payload);
  add(0, "FA", "", 1);
  return packets;
}

const upgrade = (host: string, target: string, ...fields: string[]): string =>
  [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
    ...fields,
    "",
    "",
  ].join("\r\n");

function clientHello(name: string): Uint8Array {
  const list = concat(Uint8Array.of(0), u16(name.length), Buffer.from(name));
  const extension = concat(u16(0), u16(list.length + 2), u16(list.length), list);
  const body = concat(hex("0303"), new Uint8Array(32), hex("00 0002 1301 01 00"), u16(extension.length), extension);
  const message = concat(Uint8Array.of(1, 0), u16(body.length), body);
  // Over two records: the name lies across their border.
  const cut = message.length - 8;
  const record = (bytes: Uint8Array) => concat(hex("16 0301"), u16(bytes.length), bytes);
  return concat(record(message.subarray(0, cut)), record(message.subarray(cut)));
}

const dnsName = (name: string): Uint8Array =>
  concat(...name.split(".").map((label) => concat(Uint8Array.of(label.length), Buffer.from(label))), Uint8Array.of(0));

function plantedPackets(): Uint8Array[] {
  const accepted =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const text = (payload: string) => frame({ opcode: 1, payload });
  const question = concat(dnsName(hosts.asked), u16(1), u16(1));
  // The alias answers with a name whose end refers back to the question's.
  const alias = concat(hex("c00c"), u16(5), u16(1), u32(60), u16(dnsName(hosts.alias).length), dnsName(hosts.alias));
  const answer = concat(hex("c00c"), u16(1), u16(1), u32(60), u16(4), Uint8Array.of(172, 29, 13, 14));
  const dns = (flags: number, ...records: Uint8Array[]) =>
    concat(u16(7), u16(flags), u16(1), u16(records.length), u16(0), u16(0), question, ...records);
  return [
    udpPacket({ from: `${CLIENT}:5555`, to: `${SERVER}:53`, payload: dns(0x100) }),
    udpPacket({ from: `${SERVER}:53`, to: `${CLIENT}:5555`, payload: dns(0x8180, alias, answer) }),
    ...talk(40001, 8080, [[0, text(`{"node":"${hosts.mentioned}","mail":"li@${hosts.mail}"}`)]]),
    ...talk(40002, 8080, [
      [0, upgrade(hosts.host, `/ws?next=https%3A%2F%2F${hosts.inTarget}%2Fcb`, `Origin: https://${hosts.origin}`)],
      [1, accepted],
      [0, text(`{"node":"${hosts.mentioned}","self":"${hosts.asked}"}`)],
      [0, text(`{"peer":"${hosts.plainWord}","car":"${hosts.word}"} from ${hosts.word}.`)],
      [1, frame({ opcode: 8, payload: hex("03e8"), mask: null })],
    ]),
    ...talk(40003, 8080, [
      [0, upgrade(`${hosts.word}:8080`, "/ws")],
      [1, `HTTP/1.1 302 Found\r\nLocation: https://${hosts.location}/\r\nContent-Length: 0\r\n\r\n`],
    ]),
    ...talk(40004, 8080, [
      [0, upgrade(`${hosts.plainWord}:8080`, "/ws")],
      [1, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"],
    ]),
    ...talk(40005, 443, [[0, clientHello(hosts.sni)]]),
    ...talk(40006, 53, [[0, concat(u16(dns(0x100).length), dns(0x100))]]),
  ];
}

/** In any case, as labels of DNS, and each part that says whose it is. */
function leaks(output: Uint8Array | string): string[] {
  const text = (typeof output === "string" ? output : Buffer.from(output).toString("latin1")).toLowerCase();
  const parts = (name: string): string[] => name.split(".").filter((label) => label.length > 5);
  const found = Object.entries(hosts).filter(([, name]) => parts(name).some((part) => text.includes(part)));
  return [
    ...found.map(([name]) => name),
    ...cards.filter((card) => text.includes(Buffer.from(hex(card)).toString("latin1").toLowerCase())),
  ];
}

let folder = "";
let capture = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-hosts-"));
  capture = join(folder, "planted.pcap");
  const records = plantedPackets().map((data, index) => ({ seconds: 1_700_000_000, fraction: index * 1000, data }));
  await writeFile(capture, pcapFile(records));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const run = (path: string, ...args: string[]): string =>
  execFileSync("tshark", ["-n", "-r", path, ...args], { encoding: "latin1", stdio: ["ignore", "pipe", "ignore"] });

describe("--redact-addresses: no host name that was planted gets out", () => {
  test("the hunt finds what is there", async () => {
    expect(leaks(await readFile(capture))).toEqual(expect.arrayContaining(["host", "origin", "asked", "alias"]));
    const { stdout } = await wscap(["report", "--format", "json", "--no-redact", capture]);
    expect(leaks(stdout)).toEqual(expect.arrayContaining(["host", "origin", "inTarget", "word", "plainWord", "sni"]));
  });

  test.each([
    [[]],
    [["--format", "json"]],
    [["--format", "json", "--no-redact"]],
    [["--format", "markdown", "--payloads", "full"]],
    [["--format", "html", "--payloads", "full"]],
    [["--format", "har", "--payloads", "full"]],
    [["--format", "svg", "--connection", "1"]],
    [["--lang", "zh-CN"]],
  ])("report %s", async (more) => {
    const { code, stdout } = await wscap(["report", capture, "--redact-addresses", ...more]);
    expect(code).toBe(0);
    expect(leaks(stdout)).toEqual([]);
  });

  test("share: every file, each host by the same name", async () => {
    const zip = join(folder, "bundle.zip");
    expect((await wscap(["share", capture, "-o", zip, "--redact-addresses"])).code).toBe(0);
    const files = unzipSync(await readFile(zip));
    for (const [name, bytes] of Object.entries(files)) expect([name, leaks(bytes)]).toEqual([name, []]);
    const evidence = join(folder, "evidence.pcapng");
    await writeFile(evidence, files["evidence.pcapng"] ?? new Uint8Array(0));
    interface Report {
      readonly connections: readonly { readonly kind: string; readonly upgrade: null | { readonly host: string } }[];
    }
    const of = (json: string) =>
      (JSON.parse(json) as Report).connections.map(({ kind, upgrade: asked }) => [kind, asked?.host ?? null]);
    const { stdout } = await wscap(["report", "--format", "json", evidence]);
    expect(of(stdout)).toEqual(of(Buffer.from(files["report.json"] ?? []).toString()));
    const shown = of(stdout).map(([, host]) => host);
    expect(shown[1]).toHaveLength(hosts.host.length);
    expect(shown[2]).toMatch(/^name\w{7}:8080$/);
    // One domain, two hosts of it: what is shared stays shared.
    expect(Buffer.from(files["report.html"] ?? []).toString()).toContain(
      String(shown[1]).split(".").slice(-2).join("."),
    );
  });

  test.skipIf(tsharkMissing !== null)(
    "tshark reads names of the same length, and checksums that are right",
    async () => {
      const out = join(folder, "out.pcapng");
      expect((await wscap(["export", capture, "-o", out, "--redact-addresses", "--no-redact"])).code).toBe(0);
      expect(leaks(await readFile(out))).toEqual([]);
      expect(leaks(run(out, "-V"))).toEqual([]);
      const names = (path: string, field: string) =>
        run(path, "-Y", field, "-T", "fields", "-e", field).trim().split(/[\n,]/);
      for (const field of ["dns.qry.name", "dns.cname", "tls.handshake.extensions_server_name", "http.host"]) {
        const lengths = names(capture, field).map((name) => name.length);
        // The question over TCP is blanked.
        expect([field, names(out, field).map((name) => name.length)]).toEqual([
          field,
          lengths.slice(0, names(out, field).length),
        ]);
      }
      expect(new Set(names(out, "dns.qry.name")).size).toBe(1);
      const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
      expect(run(out, ...checks, "-Y", "ip.checksum.status==0||tcp.checksum.status==0||udp.checksum.status==0")).toBe(
        "",
      );
    },
  );

  test("802.11: addresses of every kind of frame; data in the clear stays readable", async () => {
    const radiotap = hex("0000 0800 0000 0000");
    const [one, two, three] = cards.map((card) => hex(card)) as [Uint8Array, Uint8Array, Uint8Array];
    const ip = (flags: string, seq: number) =>
      tcpPacket({ from: `${CLIENT}:1001`, to: `${SERVER}:8080`, flags, seq, link: "raw" });
    const data = (flags: string, seq: number) =>
      concat(radiotap, hex("0801 0000"), one, two, three, hex("1000 aaaa 0300 0000 0800"), ip(flags, seq));
    const packets = [
      concat(radiotap, hex("8000 0000 ffff ffff ffff"), two, three, hex("1000"), Buffer.from("ananas-wlan")),
      data("S", 5),
      concat(radiotap, hex("b400 0000"), one, two),
      concat(radiotap, hex("d400 0000"), one),
      ethernetFrame(0x0800, ip("S", 6)),
    ];
    const wlan = join(folder, "wlan.pcap");
    const records = packets.slice(0, 4).map((bytes, index) => ({ seconds: 1, fraction: index, data: bytes }));
    await writeFile(wlan, pcapFile(records, { linkType: 127 }));
    expect(leaks(await readFile(wlan))).toEqual(["plainWord", ...cards]);
    const out = join(folder, "wlan.pcapng");
    expect((await wscap(["export", wlan, "-o", out, "--redact-addresses"])).code).toBe(0);
    expect(leaks(await readFile(out))).toEqual([]);
    expect(Buffer.from(await readFile(out)).includes(Buffer.from([172, 20, 31]))).toBe(false);
    const { stdout } = await wscap(["report", "--format", "json", out]);
    expect(JSON.parse(stdout)).toMatchObject({
      totals: { connections: 1, notDecoded: { "wlan-management": 1, "wlan-control": 2 } },
    });
    if (tsharkMissing !== null) return;
    const ends = run(out, "-T", "fields", "-e", "wlan.ra", "-e", "wlan.ta").split("\n");
    expect(ends[1]?.split("\t")[0]).toBe(ends[2]?.split("\t")[0]);
    expect(ends[1]?.split("\t")[1]).toBe(ends[0]?.split("\t")[1]);
  });
});
