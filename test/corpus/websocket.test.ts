import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { FrameTap } from "../../src/pipeline/websocket/frame-tap.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { corpusMissing, corpusPath, manifest, truthOf } from "../support/corpus.ts";
import { captureBytes, readPackets } from "../support/read-capture.ts";

interface TruthFrame {
  readonly dir: "client" | "server";
  readonly pcap_frame: number;
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly masked: boolean;
  readonly payload_len: number;
  readonly close_code: number | null;
}
interface TruthMessage {
  readonly opcode: number;
  readonly len: number;
  readonly sha256: string;
}
interface Truth {
  readonly streams: readonly {
    readonly stream: number;
    readonly client: string;
    readonly server: string;
    readonly ws_frames?: readonly TruthFrame[];
    readonly pings?: readonly { readonly frame: number; readonly answered_by: number | null }[];
  }[];
  readonly crosscheck?: {
    readonly streams: readonly {
      readonly stream: number;
      readonly messages?: Readonly<Record<"client" | "server", readonly TruthMessage[]>>;
    }[];
  };
}

/** Where we differ from the truth file and why ours is right. Printed by the test. */
const EXPLAINED: Readonly<Record<string, string>> = {
  "michael0710+CheckOCPP/extralargeOPENEVSE.pcapng":
    'stream 6 began before the capture: pings, pongs and {"pong": 1} are recognised by shape, tshark needs the handshake',
  "secdev+scapy/websocket_invalid_handshakes.pcap":
    "five bad handshakes, then one masked frame of 13 bytes: tshark takes the first 101 as the upgrade and shows no frame",
};

type Row = readonly [
  dir: string,
  opcode: number,
  fin: boolean,
  rsv1: boolean,
  masked: boolean,
  length: number,
  code: number | null,
  packet: number,
];

class Recorder implements FrameTap {
  readonly keptMessageBytes = 1 << 24;
  readonly frames = new Map<number, Row[]>();
  readonly messages = new Map<number, Record<"client" | "server", { opcode: number; len: number; sha256: string }[]>>();

  onFrame(connection: number, frame: Parameters<FrameTap["onFrame"]>[1]): void {
    const rows = this.frames.get(connection) ?? [];
    this.frames.set(connection, rows);
    rows.push([
      frame.direction === 0 ? "client" : "server",
      frame.opcode,
      frame.fin,
      (frame.rsv & 4) !== 0,
      frame.masked,
      frame.length,
      frame.closeCode,
      frame.lastPacketNumber,
    ]);
  }

  onMessage(connection: number, message: Parameters<FrameTap["onMessage"]>[1]): void {
    const sides = this.messages.get(connection) ?? { client: [], server: [] };
    this.messages.set(connection, sides);
    const sha256 = createHash("sha256").update(message.bytes.subarray(0, message.keptLength)).digest("hex");
    sides[message.direction === 0 ? "client" : "server"].push({ opcode: message.opcode, len: message.length, sha256 });
  }
}

function analyse(
  file: string,
  ports: readonly number[],
): { recorder: Recorder; connections: readonly ConnectionFacts[] } {
  const recorder = new Recorder();
  const pipeline = new Pipeline({ ports, tap: recorder, seed: 11, rethrow: true });
  readPackets(captureBytes(corpusPath(file)), (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  return { recorder, connections: pipeline.analysis([], null, false).connections };
}

const text = ({ address, port }: { address: string; port: number }): string =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

function differences(file: string, truth: Truth): string[] {
  const forced = manifest.find((row) => row.file === file)?.tshark_args?.[1]?.match(/tcp\.port==(\d+)/)?.[1];
  const { recorder, connections } = analyse(file, forced === undefined ? [] : [Number(forced)]);
  const wrong: string[] = [];
  const taken = new Set<number>();
  for (const stream of truth.streams) {
    const found = connections.find(
      (connection) =>
        !taken.has(connection.id) &&
        text(connection.client) === stream.client &&
        text(connection.server) === stream.server,
    );
    const wanted = stream.ws_frames ?? [];
    if (found === undefined) {
      if (wanted.length > 0) wrong.push(`stream ${stream.stream}: no connection ${stream.client} → ${stream.server}`);
      continue;
    }
    taken.add(found.id);
    const bySide = (rows: readonly Row[]): Row[] => [...rows].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    const own = bySide(recorder.frames.get(found.id) ?? []).map((row) => JSON.stringify(row));
    const theirs = bySide(
      wanted.map((frame) => [
        frame.dir,
        frame.opcode,
        frame.fin,
        frame.rsv1,
        frame.masked,
        frame.payload_len,
        frame.close_code,
        frame.pcap_frame,
      ]),
    ).map((row) => JSON.stringify(row));
    for (const row of theirs) if (!own.includes(row)) wrong.push(`stream ${stream.stream}: not found ${row}`);
    for (const row of own) if (!theirs.includes(row)) wrong.push(`stream ${stream.stream}: not in truth ${row}`);
    if (own.length !== theirs.length) wrong.push(`stream ${stream.stream}: ${own.length} frames for ${theirs.length}`);
    const messages = truth.crosscheck?.streams.find((row) => row.stream === stream.stream)?.messages;
    for (const side of ["client", "server"] as const) {
      const data = (messages?.[side] ?? []).filter(({ opcode }) => opcode < 8);
      const ours = recorder.messages.get(found.id)?.[side] ?? [];
      data.forEach(({ opcode, len, sha256 }, at) => {
        const got = ours[at];
        if (got?.opcode !== opcode || got.len !== len || got.sha256 !== sha256) {
          wrong.push(
            `stream ${stream.stream} ${side} message ${at}: ${JSON.stringify(got)} for ${JSON.stringify({ opcode, len, sha256 })}`,
          );
        }
      });
    }
  }
  return wrong;
}

describe.skipIf(corpusMissing !== null)(
  "the WebSocket captures of the corpus agree with their truth frame by frame",
  () => {
    const files = manifest.filter(({ category }) => category === "websocket").map(({ file }) => file);

    test("all 49 are there", () => expect(files).toHaveLength(49));

    test.each(files)("%s", (file) => {
      const truth = truthOf<Truth>(file);
      if (truth === null) throw new Error("no truth file");
      const wrong = differences(file, truth);
      const reason = EXPLAINED[file];
      if (reason !== undefined) {
        expect(wrong, "an explanation that is no longer needed").not.toEqual([]);
        console.log(`${file}: ${reason}\n  ${wrong.join("\n  ")}`);
        return;
      }
      expect(wrong).toEqual([]);
    });
  },
);
