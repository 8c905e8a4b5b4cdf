import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { FrameTap } from "../../src/pipeline/websocket/frame-tap.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Finding } from "../../src/rules/types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { KeyLog } from "../../src/tls/key-log.ts";
import { readPackets } from "./read-capture.ts";

export interface ReadFrame {
  readonly from: "client" | "server";
  readonly opcode: number;
  readonly length: number;
  readonly code: number | null;
  readonly packet: number;
}

export interface TlsReading {
  readonly frames: readonly ReadFrame[];
  readonly messages: readonly { readonly from: "client" | "server"; readonly text: string }[];
  readonly connections: readonly ConnectionFacts[];
  readonly findings: readonly Finding[];
}

/** A capture with a key log, read as the commands do. */
export function readTls(capture: Uint8Array, keyLog: string | null): TlsReading {
  const keys = new KeyLog();
  if (keyLog !== null) {
    keys.expected = true;
    keys.addAll(new TextEncoder().encode(keyLog));
  }
  const frames: ReadFrame[] = [];
  const messages: { from: "client" | "server"; text: string }[] = [];
  const side = (direction: number) => (direction === 0 ? ("client" as const) : ("server" as const));
  const tap: FrameTap = {
    keptMessageBytes: 1 << 20,
    onFrame: (_, { direction, opcode, length, closeCode, lastPacketNumber }) =>
      void frames.push({ from: side(direction), opcode, length, code: closeCode, packet: lastPacketNumber }),
    onMessage: (_, { direction, bytes, keptLength }) =>
      void messages.push({ from: side(direction), text: Buffer.from(bytes.slice(0, keptLength)).toString("utf8") }),
  };
  // An exception inside a decoder must come out here.
  const pipeline = new Pipeline({ ports: [], tap, keys, seed: 3, rethrow: true });
  readPackets(capture, (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  const analysis = pipeline.analysis([], 0n, false);
  return { frames, messages, connections: analysis.connections, findings: judge(analysis) };
}
