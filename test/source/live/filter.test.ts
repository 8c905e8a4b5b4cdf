import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captureFilter } from "../../../src/source/live/filter.ts";
import { findTool } from "../../../src/source/live/find-tool.ts";
import { concat, icmpPacket, tcpPacket, u16, u32, udpPacket } from "../../support/packet-builder.ts";

const missing = findTool("tcpdump") === null ? "tcpdump is not installed" : null;
const mustRun = process.env["WSCAP_REQUIRE_ALL"] === "1";

/** libpcap itself says which packets pass. */
function passing(filter: string, packets: readonly Uint8Array[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), "wscap-filter-"));
  try {
    const path = join(folder, "in.pcap");
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(0x00040002, 4);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(1, 20);
    const records = packets.map((packet, index) => {
      const head = Buffer.alloc(16);
      head.writeUInt32LE(index, 0);
      head.writeUInt32LE(packet.length, 8);
      head.writeUInt32LE(packet.length, 12);
      return Buffer.concat([head, packet]);
    });
    writeFileSync(path, Buffer.concat([header, ...records]));
    const out = execFileSync(findTool("tcpdump") as string, ["-tt", "-n", "-r", path, filter], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return [...out.matchAll(/^(\d+)\.0{6} /gm)].map(([, second]) => Number(second));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const tcp = (from: string, to: string): Uint8Array => tcpPacket({ from, to, flags: "S", seq: 1 });
/** IPv4 header (with options when `words` > 5), then the first bytes of TCP. */
const quoted4 = (source: number, destination: number, words = 5, protocol = 6): Uint8Array =>
  concat(
    Uint8Array.of(0x40 | words, 0, 0, 60, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2),
    new Uint8Array((words - 5) * 4),
    u16(source),
    u16(destination),
    u32(1),
  );
const quoted6 = (source: number, destination: number): Uint8Array =>
  concat(Uint8Array.of(0x60, 0, 0, 0, 0, 20, 6, 64), new Uint8Array(32), u16(source), u16(destination), u32(1));
const icmp = (type: number, payload: Uint8Array): Uint8Array =>
  icmpPacket({ from: "10.0.0.9", to: "10.0.0.1", type, code: 1, payload });
const icmp6 = (type: number, payload: Uint8Array): Uint8Array =>
  icmpPacket({ from: "2001:db8::9", to: "2001:db8::1", type, code: 1, payload });

describe.skipIf(missing !== null && !mustRun)("the filter of a live capture, judged by libpcap", () => {
  const packets = [
    tcp("10.0.0.1:40000", "10.0.0.2:8080"),
    tcp("10.0.0.2:8080", "10.0.0.1:40000"),
    tcp("10.0.0.1:40000", "10.0.0.2:22"),
    tcp("[2001:db8::1]:40000", "[2001:db8::2]:8080"),
    icmp(3, quoted4(40_000, 8080)),
    icmp(3, quoted4(40_000, 22)),
    icmp(11, quoted4(8080, 40_000, 8)),
    icmp(3, quoted4(40_000, 8080, 5, 17)),
    icmp(8, quoted4(40_000, 8080)),
    icmp6(1, quoted6(40_000, 8080)),
    icmp6(1, quoted6(40_000, 22)),
    icmp6(135, quoted6(40_000, 8080)),
    udpPacket({ from: "10.0.0.1:5000", to: "10.0.0.3:53", payload: "x" }),
    udpPacket({ from: "10.0.0.1:5000", to: "10.0.0.3:8080", payload: "x" }),
    tcp("10.0.0.5:40000", "10.0.0.2:3000"),
  ];

  it("takes the port, and the errors that quote it whatever the length of the quoted header", () => {
    expect(passing(captureFilter([8080], null), packets)).toEqual([0, 1, 3, 4, 6, 9, 12]);
  });

  it("takes several ports", () => {
    expect(passing(captureFilter([8080, 22], null), packets)).toEqual([0, 1, 2, 3, 4, 5, 6, 9, 10, 12]);
  });

  it("lets the user's filter narrow the TCP packets, not what explains them", () => {
    expect(passing(captureFilter([8080, 3000], "host 10.0.0.5 or ip6"), packets)).toEqual([3, 4, 6, 9, 12, 14]);
  });

  it("takes every TCP port where only a filter is given", () => {
    expect(passing(captureFilter([], "host 10.0.0.5"), packets)).toEqual([4, 5, 6, 9, 10, 12, 14]);
  });
});
