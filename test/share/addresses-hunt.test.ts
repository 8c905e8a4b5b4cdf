import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMENT, SectionBuilder } from "../support/capture-builder.ts";
import {
  address,
  concat,
  ethernetFrame,
  hex,
  icmpPacket,
  ipPacket,
  tcpPacket,
  u16,
  u32,
  udpPacket,
} from "../support/packet-builder.ts";
import { wscap } from "../support/run-cli.ts";
import { tsharkMissing } from "../support/tshark.ts";
import { frame } from "../support/websocket-script.ts";

/** Each stands in a place of its own, so that it is clear where one came from. */
const four = {
  client: "172.20.31.41",
  server: "172.20.31.99",
  forwarded: "203.7.118.46",
  inJson: "172.25.66.77",
  acrossSegments: "172.26.101.102",
  inBody: "172.27.11.12",
  router: "172.20.31.254",
  quoted: "172.28.91.92",
  dnsAnswer: "172.29.13.14",
  arpTarget: "172.20.31.177",
  dhcp: "172.20.31.188",
  inner: "172.30.51.52",
  route: "172.30.61.62",
  inFilter: "172.30.71.72",
  inComment: "172.30.81.82",
  named: "172.30.91.93",
} as const;
const six = {
  clientSix: "2001:67c:2e8:22::c100:68b",
  serverSix: "2a00:1450:4001:829::200e",
  neighbour: "2001:67c:2e8:22::77:1",
} as const;
const hardware = ["0200 0000 0002", "0200 0000 0001", "3c52 82aa bbcc", "3c52 82dd eeff"] as const;

let folder = "";
let capture = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-addresses-"));
  capture = join(folder, "planted.pcapng");
  await writeFile(capture, plantedCapture());
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const C = `${four.client}:40001`;
const S = `${four.server}:8080`;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

function webSocket(from: string, to: string): Uint8Array[] {
  const request = `GET /ws HTTP/1.1\r\nHost: ${to}\r\nOrigin: http://${from}\r\nX-Forwarded-For: ${four.forwarded}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  const accepted =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  const said = frame({ opcode: 1, payload: `{"peer":"${four.inJson}","via":"${four.acrossSegments}"}` });
  const packets: Uint8Array[] = [];
  const next: [number, number] = [100, 500];
  const add = (side: 0 | 1, flags: string, payload: Uint8Array | string = "", extra = 0): void => {
    const [seq, ack] = side === 0 ? next : [next[1], next[0]];
    packets.push(
      tcpPacket({
        from: side === 0 ? from : to,
        to: side === 0 ? to : from,
        flags,
        seq,
        ack: flags === "S" ? 0 : ack,
        payload,
      }),
    );
    next[side] += payload.length + extra;
  };
  add(0, "S", "", 1);
  add(1, "SA", "", 1);
  add(0, "A");
  add(0, "PA", request);
  add(1, "PA", accepted);
  // The second address lies across two segments, behind a mask.
  add(0, "PA", said.subarray(0, said.length - 10));
  add(0, "PA", said.subarray(said.length - 10));
  add(1, "PA", frame({ opcode: 8, payload: hex("03e8"), mask: null }));
  add(0, "FA", "", 1);
  return packets;
}

const dnsName = (name: string): Uint8Array =>
  concat(...name.split(".").map((label) => concat(Uint8Array.of(label.length), Buffer.from(label))), Uint8Array.of(0));
const question = (name: string, type: number): Uint8Array => concat(dnsName(name), u16(type), u16(1));
const answer = (type: number, data: Uint8Array): Uint8Array =>
  concat(hex("c00c"), u16(type), u16(1), u32(60), u16(data.length), data);
const dns = (flags: number, asked: Uint8Array, ...answers: Uint8Array[]): Uint8Array =>
  concat(u16(7), u16(flags), u16(1), u16(answers.length), u16(0), u16(0), asked, ...answers);

function plantedCapture(): Uint8Array {
  const quoted = tcpPacket({ from: C, to: `${four.quoted}:8080`, flags: "S", seq: 1, link: "raw" });
  const inner = tcpPacket({ from: `${four.inner}:1`, to: S, flags: "S", seq: 9 });
  const arp = concat(
    hex("0001 0800 0604 0001"),
    hex(hardware[2]),
    address(four.client),
    hex("0000 0000 0000"),
    address(four.arpTarget),
  );
  const solicitation = concat(address(six.neighbour), hex("0101"), hex(hardware[3]));
  const [clientSix, serverSix] = [`[${six.clientSix}]:40001`, `[${six.serverSix}]:8080`];
  const reversed = four.named.split(".").reverse().join(".");
  const packets = [
    ...webSocket(C, S),
    ...webSocket(clientSix, serverSix),
    tcpPacket({
      from: `${four.client}:40002`,
      to: `${four.server}:8081`,
      flags: "PA",
      seq: 1,
      payload: `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n${four.inBody}`,
    }),
    tcpPacket({
      from: C,
      to: S,
      flags: "S",
      seq: 77,
      ipOptions: concat(hex("0707 08"), address(four.route), hex("00")),
    }),
    icmpPacket({ from: four.router, to: four.client, type: 3, code: 1, payload: quoted }),
    icmpPacket({ from: six.neighbour, to: "ff02::1:ff00:68b", type: 135, code: 0, payload: solicitation }),
    udpPacket({
      from: `${four.client}:5555`,
      to: `${four.server}:53`,
      payload: dns(0x100, question("orin.example", 1)),
    }),
    udpPacket({
      from: `${four.server}:53`,
      to: `${four.client}:5555`,
      payload: dns(
        0x8180,
        question("orin.example", 1),
        answer(1, address(four.dnsAnswer)),
        answer(28, address(six.serverSix)),
        answer(16, concat(Uint8Array.of(four.inner.length), Buffer.from(four.inner))),
      ),
    }),
    udpPacket({
      from: `${four.client}:5556`,
      to: `${four.server}:53`,
      payload: dns(0x100, question(`${reversed}.in-addr.arpa`, 12)),
    }),
    udpPacket({
      from: `${four.client}:68`,
      to: `${four.server}:67`,
      payload: concat(address(four.dhcp), hex(hardware[3])),
    }),
    udpPacket({
      from: `${four.client}:9999`,
      to: `${four.server}:4789`,
      payload: concat(hex("0800 0000 0000 0100"), inner),
    }),
    ethernetFrame(0x0800, ipPacket({}, address(four.client), address(four.server), 4, inner.subarray(14))),
    ethernetFrame(0x0806, arp),
    ethernetFrame(0x88cc, concat(hex(hardware[3]), Buffer.from(four.inner))),
  ];
  const section = new SectionBuilder(true);
  const blocks = packets.map((data, index) =>
    section.enhanced(0, 1_700_000_000_000_000n + BigInt(index) * 10_000n, data, {
      options: index === 4 ? [[COMMENT, `the proxy is ${four.inComment}`]] : [],
    }),
  );
  return concat(
    section.header([[COMMENT, `captured at ${four.inComment}`]]),
    section.description(1, 0, [
      [4, concat(address(four.client), hex("ffffff00"))],
      [6, hex(hardware[2])],
      [11, concat(Uint8Array.of(0), Buffer.from(`host ${four.inFilter}`))],
    ]),
    section.names([[1, concat(address(four.named), Buffer.from("orin.lan\0"))]]),
    ...blocks,
  );
}

/** As text in any spelling, and as bytes in either order. */
function leaks(output: Uint8Array | string): string[] {
  const text = typeof output === "string" ? output : Buffer.from(output).toString("latin1");
  const found = Object.entries({ ...four, ...six }).filter(([, one]) => {
    const bytes = Buffer.from(address(one));
    const forms = [one, bytes.toString("latin1"), bytes.toString("hex"), one.split(".").reverse().join(".")];
    return forms.some((form) => text.toLowerCase().includes(form.toLowerCase()) || text.includes(form));
  });
  const cards = hardware.slice(2).filter((card) => {
    const bytes = Buffer.from(hex(card));
    const colons = bytes.toString("hex").replace(/..(?!$)/g, "$&:");
    return text.includes(bytes.toString("latin1")) || text.includes(colons);
  });
  return [...found.map(([name]) => name), ...cards];
}

interface Report {
  readonly connections: readonly {
    readonly client: { readonly address: string };
    readonly server: { readonly address: string };
    readonly kind: string;
  }[];
}

describe("--redact-addresses: no address that was planted gets out", () => {
  test("the hunt finds what is there", async () => {
    const found = leaks(await readFile(capture));
    // Masked ones do not show in raw bytes; all the others must, or the hunt is blind.
    const hidden = ["inJson", "acrossSegments"];
    expect(found.filter((name) => !hidden.includes(name)).sort()).toEqual(
      [...Object.keys(four), ...Object.keys(six), ...hardware.slice(2)].filter((name) => !hidden.includes(name)).sort(),
    );
    const { stdout } = await wscap(["frames", "--format", "ndjson", "--no-redact", capture]);
    expect(leaks(stdout)).toEqual(hidden);
  });

  test("export: in headers, tunnels, quotes, answers, payloads and blocks; the frames stay", async () => {
    const out = join(folder, "evidence.pcapng");
    const { code, stderr } = await wscap(["export", capture, "-o", out, "--redact-addresses"]);
    expect(code, stderr).toBe(0);
    expect(leaks(await readFile(out))).toEqual([]);
    const shape = async (path: string) =>
      (await wscap(["frames", "--format", "ndjson", "--no-redact", path])).stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const { connection, packet, opcode, length, closeCode } = JSON.parse(line) as Record<string, unknown>;
          return { connection, packet, opcode, length, closeCode };
        });
    expect(await shape(out)).toEqual(await shape(capture));
  });

  test("without --no-redact for secrets as well, and with it", async () => {
    const out = join(folder, "open.pcapng");
    expect((await wscap(["export", capture, "-o", out, "--no-redact", "--redact-addresses"])).code).toBe(0);
    expect(leaks(await readFile(out))).toEqual([]);
  });

  test.skipIf(tsharkMissing !== null)("tshark sees none, and no checksum that was right is wrong", () => {
    const out = join(folder, "evidence.pcapng");
    const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
    const run = (path: string, ...args: string[]) =>
      execFileSync("tshark", ["-n", "-r", path, ...checks, ...args], {
        encoding: "latin1",
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: 1 << 28,
      });
    expect(leaks(run(out, "-V"))).toEqual([]);
    const wrong =
      "ip.checksum.status==0||tcp.checksum.status==0||udp.checksum.status==0||icmp.checksum.status==0||icmpv6.checksum.status==0";
    expect(run(capture, "-Y", wrong)).toBe("");
    expect(run(out, "-Y", wrong)).toBe("");
  });

  test("share: every file of the bundle", async () => {
    const zip = join(folder, "bundle.zip");
    const { code, stdout, stderr } = await wscap(["share", capture, "-o", zip, "--redact-addresses"]);
    expect(code, stderr).toBe(0);
    expect(leaks(stdout)).toEqual([]);
    const files = unzipSync(await readFile(zip));
    expect(Object.keys(files).sort()).toEqual(["evidence.pcapng", "report.html", "report.json", "summary.md"]);
    for (const [name, bytes] of Object.entries(files)) expect([name, leaks(bytes)]).toEqual([name, []]);
    // The evidence says what the report beside it says.
    const evidence = join(folder, "from-bundle.pcapng");
    await writeFile(evidence, files["evidence.pcapng"] ?? new Uint8Array(0));
    const ends = (json: string) =>
      (JSON.parse(json) as Report).connections.map(({ client, server, kind }) => [
        client.address,
        server.address,
        kind,
      ]);
    const again = await wscap(["report", "--format", "json", evidence]);
    expect(ends(again.stdout)).toEqual(ends(Buffer.from(files["report.json"] ?? []).toString()));
  });
});
