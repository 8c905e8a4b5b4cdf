import { createHash, type Hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Direction } from "../../src/base/brand.ts";
import type { TcpConnection } from "../../src/tcp/connection.ts";
import { TcpTracker } from "../../src/tcp/tracker.ts";
import type { TcpSink } from "../../src/tcp/types.ts";
import { PacketDecoder } from "../../src/wire/packet-decoder.ts";
import { corpusMissing, corpusPath, manifest, truthOf } from "../support/corpus.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

interface Coverage {
  readonly bytes: number;
  readonly sha256?: string;
  readonly first_wins_sha256?: string;
}
interface Truth {
  readonly streams: readonly {
    readonly stream: number;
    readonly client: string;
    readonly server: string;
    readonly coverage?: Readonly<Partial<Record<"client" | "server", Coverage>>>;
  }[];
}

/** Where we deliver other bytes than the segments hold, and why that is right. Printed by the test. */
const EXPLAINED: Readonly<Record<string, string>> = {
  "OISF+suricata-verify/firewall/tcp-session-decode-malformed-ipv4/input.pcap":
    "packet 8 has broken IPv4 options; a host drops it, tshark does not decode it, an observer reads its byte",
  "OISF+suricata-verify/issue-3341-tcphdr-01/urgent11_cve_2019_12260.pcap":
    "the truth counts a byte at the sequence number of the SYN, which no receiver takes as data",
  "ntop+nDPI/heuristic_tcp_ack_payload.pcap":
    "pure acknowledgments carry padding: the truth counts bytes at the SYN's number and behind the FIN",
  "arkime+arkime/tcpseq_synthetic.pcap":
    "both ends of stream 0 are 30.0.0.0:0, so its two directions cannot be told apart",
  "zeek+zeek/ipv4/fragmented-4.pcap":
    "overlapping fragments with other bytes: ours keeps the first copy, tshark the later one",
};

class Streams implements TcpSink {
  readonly hashes = new Map<TcpConnection, [Hash, Hash]>();
  readonly bytes = new Map<TcpConnection, [number, number]>();
  onOpen(connection: TcpConnection): void {
    this.hashes.set(connection, [createHash("sha256"), createHash("sha256")]);
    this.bytes.set(connection, [0, 0]);
  }
  isClient(): boolean {
    return true;
  }
  onBytes(connection: TcpConnection, direction: Direction, bytes: Uint8Array, start: number, end: number): void {
    // By the physical end: who is the client is another test's business.
    const index = connection.indexOf(direction);
    this.hashes.get(connection)?.[index].update(bytes.subarray(start, end));
    const counts = this.bytes.get(connection);
    if (counts !== undefined) counts[index] += end - start;
  }
  onGap(): void {}
  onEnd(): void {}
}

function streamsOf(file: string): { tracker: TcpTracker; streams: Streams } {
  const streams = new Streams();
  const tracker = new TcpTracker(streams, 7);
  const decoder = new PacketDecoder({
    onSegment: (segment, packet) => tracker.onSegment(segment, packet),
    onIcmpError() {},
    onDatagram() {},
    onArp() {},
    onOther() {},
    onMalformed() {},
  });
  const reader = readPackets(captureBytes(corpusPath(file)), (packet) => decoder.decode(packet));
  tracker.finish(reader.view);
  return { tracker, streams };
}

const endpointsOf = ({ addresses, ports }: TcpConnection): string[] =>
  [0, 1].map((index) => {
    const address = addresses[index] ?? "";
    return `${address.includes(":") ? `[${address}]` : address}:${ports[index]}`;
  });

describe.skipIf(corpusMissing !== null)("TCP streams of the corpus equal the bytes that their segments hold", () => {
  const files = manifest.filter(({ file }) => truthOf<Truth>(file)?.streams.some((stream) => stream.coverage) ?? false);

  test.each(files.map(({ file }) => file))("%s", (file) => {
    const truth = truthOf<Truth>(file) as Truth;
    const { tracker, streams } = streamsOf(file);
    const taken = new Set<TcpConnection>();
    const wrong: string[] = [];
    for (const stream of truth.streams) {
      const ends = [stream.client, stream.server].sort().join(" ");
      const connection = tracker.connections.find(
        (candidate) => !taken.has(candidate) && endpointsOf(candidate).sort().join(" ") === ends,
      );
      if (connection === undefined) {
        if (stream.coverage) wrong.push(`stream ${stream.stream} ${ends}: not found`);
        continue;
      }
      taken.add(connection);
      if (stream.coverage === undefined) continue;
      for (const side of ["client", "server"] as const) {
        const held = stream.coverage[side];
        if (held === undefined) continue;
        const { bytes, sha256, first_wins_sha256 } = held;
        const index = endpointsOf(connection).indexOf(stream[side]);
        const got = streams.hashes.get(connection)?.[index as 0 | 1].copy().digest("hex");
        const count = streams.bytes.get(connection)?.[index as 0 | 1];
        const wanted = first_wins_sha256 ?? sha256;
        if (count !== bytes || (wanted !== undefined && got !== wanted && bytes > 0)) {
          wrong.push(
            `stream ${stream.stream} ${side}: ${count} of ${bytes} bytes${count === bytes ? ", other content" : ""}`,
          );
        }
      }
    }
    const reason = EXPLAINED[file];
    if (reason !== undefined && wrong.length > 0) {
      console.log(`${file}: ${reason}\n  ${wrong.join("\n  ")}`);
      return;
    }
    expect(wrong).toEqual([]);
  });
});
