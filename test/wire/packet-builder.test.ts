import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  concat,
  fragmentsOf,
  hex,
  icmpPacket,
  type Link,
  linkTypeOf,
  tcpPacket,
  udpPacket,
} from "../support/packet-builder.ts";
import { tsharkFields, tsharkMissing } from "../support/tshark.ts";

/** The builders that other tests stand on, judged by tshark with all checksums on. */

const v4 = { from: "10.0.0.1:1234", to: "10.0.0.2:8080" } as const;
const v6 = { from: "[2001:db8::1]:1234", to: "[2001:db8::2]:8080" } as const;

const u32le = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);

const CHECKED = ["ip", "tcp", "udp"].map((protocol) => `${protocol}.check_checksum:TRUE`);
const GOOD = "1";

async function judge(linkType: number, packets: readonly Uint8Array[], fields: readonly string[]): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "wscap-"));
  const path = join(folder, "built.pcap");
  const fixed = concat(u32le(0xa1b2c3d4), Uint8Array.of(2, 0, 4, 0), new Uint8Array(8), u32le(65_535), u32le(linkType));
  const records = packets.map((p) => concat(u32le(1), u32le(0), u32le(p.length), u32le(p.length), p));
  try {
    writeFileSync(path, concat(fixed, ...records));
    const { rows } = await tsharkFields(path, "frame", ["_ws.malformed", ...fields], CHECKED);
    return rows.map((row) => row.map((values) => values.join(",")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(tsharkMissing !== null)("tshark finds nothing wrong with", () => {
  test.each(Object.keys(linkTypeOf) as Link[])("TCP on %s", async (link) => {
    const common = { flags: "PA", seq: 0xfffffff0, ack: 7, window: 501, payload: "abc", options: hex("0402"), link };
    const packets = [
      tcpPacket({ ...common, ...v4, ipId: 77, ipOptions: hex("94040000") }),
      tcpPacket({ ...common, ...v6 }),
      ...(link === "ethernet" ? [tcpPacket({ ...common, ...v4, vlan: [3, 4] })] : []),
    ];
    const fields = ["tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len"];
    const rows = await judge(linkTypeOf[link], packets, [...fields, "tcp.checksum.status", "ip.checksum.status"]);
    const segment = ["", "1234", "8080", "4294967280", "7", "0x0018", "3", GOOD];
    expect(rows).toEqual(packets.map((_, i) => [...segment, i === 1 ? "" : GOOD]));
  });

  test("UDP", async () => {
    const packets = [v4, v6].map((ends) => udpPacket({ ...ends, payload: "abc" }));
    const rows = await judge(1, packets, ["udp.dstport", "udp.length", "udp.checksum.status"]);
    expect(rows).toEqual(packets.map(() => ["", "8080", "11", GOOD]));
  });

  test("ICMP and ICMPv6 errors", async () => {
    const quoted = [v4, v6].map((ends) => tcpPacket({ ...ends, seq: 9, link: "raw" }));
    const packets = [
      icmpPacket({ from: "192.0.2.9", to: "10.0.0.1", type: 3, code: 4, rest: 1400, payload: quoted[0] ?? hex("") }),
      icmpPacket({
        from: "2001:db8::9",
        to: "2001:db8::1",
        type: 2,
        code: 0,
        rest: 1280,
        payload: quoted[1] ?? hex(""),
      }),
    ];
    const fields = ["icmp.checksum.status", "icmp.mtu", "icmpv6.checksum.status", "icmpv6.mtu", "tcp.dstport"];
    const rows = await judge(1, packets, fields);
    expect(rows).toEqual([
      ["", GOOD, "1400", "", "", "8080"],
      ["", "", "", GOOD, "1280", "8080"],
    ]);
  });

  test("fragments", async () => {
    const packets = [v4, v6].flatMap((ends) =>
      fragmentsOf(tcpPacket({ ...ends, payload: "a".repeat(50), link: "raw" }), [24, 48]),
    );
    const rows = await judge(101, packets, ["tcp.len", "tcp.checksum.status"]);
    const [held, whole] = [
      ["", "", ""],
      ["", "50", GOOD],
    ];
    expect(rows).toEqual([held, held, whole, held, held, whole]);
  });
});
