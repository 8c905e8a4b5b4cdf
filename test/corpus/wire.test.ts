import { afterAll, describe, expect, test } from "vitest";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";
import type { WireSink } from "../../src/wire/types.ts";
import { corpusMissing, corpusPath, manifest } from "../support/corpus.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";
import { tsharkFields, tsharkMissing } from "../support/tshark.ts";

const CATEGORIES = ["linktype", "tcp", "websocket", "http", "http-upgrade"];

/** Where tshark sees other segments than we do, how many (ours only, tshark's only), and why ours are right. */
const EXPLAINED: Readonly<Record<string, { ours: number; tshark: number; reason: string }>> = {
  "OISF+suricata-verify/drop-protocol-change/input.pcap": {
    ours: 0,
    tshark: 1,
    reason: "packet 7 has a data offset of 8 bytes: tshark counts what follows as payload, no receiver takes it",
  },
  "OISF+suricata-verify/transform-base64-7296/input.pcap": {
    ours: 0,
    tshark: 2,
    reason: "packets 11 and 59 have a data offset beyond the packet: tshark lists them, without a length",
  },
  "OISF+suricata-verify/firewall/tcp-session-decode-malformed-ipv4/input.pcap": {
    ours: 1,
    tshark: 0,
    reason: "packet 8 has an IPv4 option that tshark stops at; its length is known, so the segment can be read",
  },
};

/** Captures that this tshark cannot read at all. */
const UNREADABLE: Readonly<Record<string, string>> = {
  "the-tcpdump-group+libpcap/filter/dsa.pcap": "tshark 4.0 does not know link type 284",
};

const printed: string[] = [];

interface Ours {
  /** Packet, ports, sequence number, length, acknowledgment number, flags, window, urgent pointer; quoted: `icmp`, packet, ports. */
  readonly rows: string[];
  /** Packets of which the decoder said anything. */
  readonly mentioned: Set<number>;
  packets: number;
}

function decode(file: string): Ours {
  const ours: Ours = { rows: [], mentioned: new Set(), packets: 0 };
  const mention = (number: number): unknown => ours.mentioned.add(number);
  const sink: WireSink = {
    onSegment(s, { packetNumber }) {
      mention(packetNumber);
      const [sequence, acknowledgment] = [s.sequenceNumber >>> 0, s.acknowledgmentNumber >>> 0];
      const length = s.payloadLength + s.payloadCutLength;
      const row = [packetNumber, s.sourcePort, s.destinationPort, sequence, length, acknowledgment];
      ours.rows.push([...row, s.flags, s.window, s.urgentPointer].join(" "));
    },
    onIcmpError(e, { packetNumber }) {
      mention(packetNumber);
      ours.rows.push(`icmp ${packetNumber} ${e.quotedSourcePort} ${e.quotedDestinationPort}`);
    },
    onDatagram: (_, { packetNumber }) => mention(packetNumber),
    onArp: (_, { packetNumber }) => mention(packetNumber),
    onOther: (_, { packetNumber }) => mention(packetNumber),
    onMalformed: ({ packetNumber }) => mention(packetNumber),
  };
  const decoder = new PacketDecoder(sink);
  const reader = readPackets(captureBytes(corpusPath(file)), (packet) => decoder.decode(packet));
  decoder.end();
  ours.packets = reader.summary.packets;
  return ours;
}

const FIELDS = [
  "frame.number",
  "icmp.type",
  "icmpv6.type",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.seq_raw",
  "tcp.len",
  "tcp.ack_raw",
  "tcp.flags",
  "tcp.window_size_value",
  "tcp.urgent_pointer",
];

async function tsharkRows(file: string): Promise<string[]> {
  const { rows, complaint } = await tsharkFields(corpusPath(file), "tcp", FIELDS);
  if (complaint !== "" && rows.length === 0) throw new Error(`tshark read nothing of ${file}: ${complaint}`);
  return rows.flatMap(([frame, icmp, icmpv6, from = [], to, ...others]) =>
    from.map((port, i) => {
      if (`${icmp}${icmpv6}` !== "") return `icmp ${frame} ${port} ${to?.[i]}`;
      const [sequence, length, acknowledgment, flags, ...rest] = others.map((values) => values[i]);
      // Three reserved bits and "accurate ECN" precede the eight flags.
      const eight = Number(flags) & 0xff;
      return [frame, port, to?.[i], sequence, length, acknowledgment, eight, ...rest].join(" ");
    }),
  );
}

/** Rows of `left` that `right` lacks, each occurrence counted. */
function missingIn(right: readonly string[], left: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of right) counts.set(row, (counts.get(row) ?? 0) + 1);
  return left.filter((row) => {
    const count = counts.get(row) ?? 0;
    counts.set(row, count - 1);
    return count <= 0;
  });
}

const files = manifest.filter(({ category }) => CATEGORIES.includes(category)).map(({ file }) => file);

describe.skipIf(corpusMissing !== null)("every packet of the corpus is accounted for", () => {
  test.each(manifest.map(({ file }) => file))("%s", (file) => {
    const { mentioned, packets } = decode(file);
    expect(mentioned.size).toBe(packets);
  });
});

describe.skipIf(corpusMissing !== null || tsharkMissing !== null)(
  "TCP segments of the corpus as tshark sees them",
  () => {
    afterAll(() => {
      console.log(printed.toSorted().join("\n"));
    });

    test.concurrent.each(files)("%s", async (file) => {
      const unreadable = UNREADABLE[file];
      if (unreadable !== undefined) {
        printed.push(`${file}: ${unreadable}`);
        return;
      }
      const { rows } = decode(file);
      const theirs = await tsharkRows(file);
      const [oursOnly, tsharkOnly] = [missingIn(theirs, rows), missingIn(rows, theirs)];
      const explained = EXPLAINED[file];
      if (explained === undefined) {
        expect({ oursOnly, tsharkOnly }).toEqual({ oursOnly: [], tsharkOnly: [] });
        return;
      }
      expect({ ours: oursOnly.length, tshark: tsharkOnly.length }).toEqual({
        ours: explained.ours,
        tshark: explained.tshark,
      });
      printed.push(
        `${file}: ${explained.reason}\n  ours only: ${oursOnly.join(", ")}\n  tshark only: ${tsharkOnly.join(", ")}`,
      );
    });
  },
);
