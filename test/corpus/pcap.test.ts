import { describe, expect, test } from "vitest";
import { openSource } from "../../src/source/open-source.ts";
import { type Recording, recordCapture } from "../support/capture-recorder.ts";
import { corpusMissing, corpusPath, manifest, truthOf } from "../support/corpus.ts";

interface ListedPacket {
  readonly n: number;
  /** Seconds with nine digits; "" where tshark gives no time. */
  readonly time: string;
  readonly caplen: number;
  readonly len: number;
  readonly interface?: number;
  readonly wtap_encap?: number;
  readonly comment?: string;
}

/** Where we differ from tshark 4.0, and why that is right. Printed by the test. */
const BY_FILE: Readonly<Record<string, string>> = {
  "gopacket+gopacket/be/test901.pcapng":
    "tshark stops at the section of an unknown version; ours steps over it and reads on",
  "gopacket+gopacket/le/test901.pcapng":
    "tshark stops at the section of an unknown version; ours steps over it and reads on",
  "seladb+PcapPlusPlus/pcapng-example.pcapng":
    "its interfaces' times are centuries apart: relative times are exact within 104 days of the first packet",
  "seladb+PcapPlusPlus/file_heuristics/pcapng-example.pcapng.zst": "the same capture, compressed",
  "seladb+PcapPlusPlus/solaris.snoop": "snoop, which is not read: not a capture",
  "the-tcpdump-group+libpcap/filter/dsa.pcap": "tshark 4.0 does not know link type 284 and refuses the file",
  "the-tcpdump-group+libpcap/pcap-invalid-version-1.pcap":
    "tshark refuses version 1.4; ours reads it and reports the version",
  "the-tcpdump-group+libpcap/pcapng-invalid-vers-2.pcapng":
    "tshark refuses version 1.1; ours reads it and reports the version",
  "the-tcpdump-group+tcpdump/timestamp_invalid_micro.pcap":
    "a fraction over 999,999: ours carries it into the seconds, tshark prints it as it is",
  "the-tcpdump-group+tcpdump/timestamp_invalid_nano.pcap":
    "a fraction over 999,999,999: ours carries it into the seconds, tshark prints it as it is",
};

/** Differences that come from how something is counted or shown, wherever they appear. */
const BY_KIND: Readonly<Record<string, string>> = {
  "no-time": "a simple packet block has no time: tshark shows none, ours the time of the packet before",
  "not-a-packet": "custom blocks: tshark lists them as frames; ours gives them the number but no packet",
  "section-interface": "interfaces of a later section: tshark 4.0 counts again from 0, ours goes on",
};

async function record(file: string): Promise<Recording> {
  const source = await openSource(corpusPath(file));
  const pieces: Uint8Array[] = [];
  for await (const chunk of source.chunks()) pieces.push(chunk.slice());
  expect(source.endedEarly).toBeNull();
  return recordCapture(new Uint8Array(Buffer.concat(pieces)));
}

const timeText = (ns: bigint): string => `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;

/** What differs from tshark's list, each kind once, with its first example. */
function differences(read: Recording, listed: readonly ListedPacket[], packets: number | null): Map<string, string> {
  const found = new Map<string, string>();
  const differ = (kind: string, example: string) => found.set(kind, found.get(kind) ?? example);
  const ours = new Map(read.packets.map((packet) => [packet.packetNumber as number, packet]));
  const last = read.packets.at(-1)?.packetNumber ?? 0;
  for (const { n, time, caplen, len, ...more } of listed) {
    const packet = ours.get(n);
    if (packet === undefined) {
      // tshark tells an encapsulation for packets only.
      differ(more.wtap_encap === undefined ? "not-a-packet" : "packets", `no packet ${n}`);
      continue;
    }
    const lengths = `${packet.capturedLength}/${packet.originalLength}`;
    if (lengths !== `${caplen}/${len}`) differ("lengths", `packet ${n}: ${lengths}, tshark ${caplen}/${len}`);
    const ns = timeText((read.originNs ?? 0n) + BigInt(packet.timestampNs));
    if (time === "") differ("no-time", `packet ${n}: ${ns}`);
    else if (time !== ns) differ("time", `packet ${n}: ${ns}, tshark ${time}`);
    const { interfaceIndex } = packet;
    if (more.interface !== undefined && more.interface !== interfaceIndex) {
      differ("section-interface", `packet ${n}: ${interfaceIndex}, tshark ${more.interface}`);
    }
    // PDML writes a line feed as \n and joins several comments.
    const comments = read.comments.filter((comment) => comment.packetNumber === n).map(({ text }) => text);
    const joined = comments.join("|").replaceAll("\n", "\\n");
    if (joined !== (more.comment ?? "")) differ("comment", `packet ${n}: ${joined}, tshark ${more.comment}`);
  }
  if (packets !== null && last !== packets && !found.has("not-a-packet")) {
    differ("packets", `${last}, tshark ${packets}`);
  }
  return found;
}

describe.skipIf(corpusMissing !== null)(
  `captures of others${corpusMissing === null ? "" : ` (skipped: ${corpusMissing})`}`,
  () => {
    const explained: { file: string; kind: string; text: string }[] = [];

    test.each(manifest.map(({ file, packets }) => ({ file, packets })))("$file", async ({ file, packets }) => {
      const read = await record(file);
      const listed = truthOf<{ packet_list?: readonly ListedPacket[] }>(file)?.packet_list ?? [];
      for (const [kind, example] of differences(read, listed, packets)) {
        const reason = BY_KIND[kind] ?? BY_FILE[file];
        expect(reason, `${kind}: ${example}`).toBeDefined();
        explained.push({ file, kind, text: `${file}: ${kind}, ${example}: ${reason}` });
      }
      const { summary } = read;
      expect(summary.packets).toBe(read.packets.length);
      expect(summary.malformed).toBe(read.malformed.length);
    });

    test("every explanation is still needed", () => {
      console.log(explained.map(({ text }) => text).join("\n"));
      for (const file of Object.keys(BY_FILE)) expect(explained.map((one) => one.file)).toContain(file);
      for (const kind of Object.keys(BY_KIND)) expect(explained.map((one) => one.kind)).toContain(kind);
    });

    test("what is reported as damaged, and nothing else", async () => {
      const reported: Record<string, string[]> = {};
      for (const { file } of manifest) {
        const { malformed } = await record(file);
        if (malformed.length > 0) reported[file] = malformed.map(({ code, offset }) => `${code} at ${offset}`);
      }
      expect(reported).toEqual({
        "gopacket+gopacket/be/test901.pcapng": ["pcap.section.version at 480"],
        "gopacket+gopacket/le/test901.pcapng": ["pcap.section.version at 480"],
        "ntop+nDPI/fuzz-2021-10-13.pcap": ["pcap.cut-in-record at 237"],
        "seladb+PcapPlusPlus/solaris.snoop": ["pcap.not-a-capture at 0"],
        "the-tcpdump-group+libpcap/pcap-invalid-version-1.pcap": ["pcap.version at 4"],
        "the-tcpdump-group+libpcap/pcap-invalid-version-2.pcap": ["pcap.version at 4"],
        "the-tcpdump-group+libpcap/pcapng-invalid-vers-1.pcapng": ["pcap.section.version at 0"],
        "the-tcpdump-group+libpcap/pcapng-invalid-vers-2.pcapng": ["pcap.section.version at 0"],
        "the-tcpdump-group+libpcap/shb-option-too-long.pcapng": ["pcap.broken-block at 0"],
      });
    });
  },
);
