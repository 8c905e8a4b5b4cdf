import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { readPackets } from "../support/read-capture.ts";

const RUNS = 60;
const SHARES = [0.05, 0.2];
const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

function connectionsOf(bytes: Uint8Array): readonly ConnectionFacts[] {
  const pipeline = new Pipeline({ ports: [], tap: null, keys: null, seed: 1, rethrow: true });
  readPackets(bytes, (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  return pipeline.analysis([], 0n, false).connections;
}

function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = FILE_HEADER_BYTES; at < bytes.length; ) {
    const end = at + RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 8);
    records.push(bytes.subarray(at, end));
    at = end;
  }
  return records;
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const portsOf = ({ client, server }: ConnectionFacts): string => [client.port, server.port].sort().join();

/** The codes that are told of a connection of which packets are missing, and that are not the true ones. */
function wrongCodes(got: ConnectionFacts, whole: readonly ConnectionFacts[]): string[] {
  const truth = whole.find((one) => portsOf(one) === portsOf(got));
  return (["clientSees", "serverSees"] as const)
    .filter((side) => got.close[side] !== null && got.close[side]?.code !== truth?.close[side]?.code)
    .map((side) => `${side} ${got.close[side]?.code}, not ${truth?.close[side]?.code}`);
}

const captures = readdirSync("captures").filter((name) => name.endsWith(".pcap"));

describe("a capture that lacks packets leaves a code open, and tells no other one", () => {
  test.each(captures)("%s", (name) => {
    const bytes = readFileSync(`captures/${name}`);
    const whole = connectionsOf(bytes);
    const records = recordsOf(bytes);
    const wrong: string[] = [];
    let known = 0;
    for (let run = 0; run < RUNS * SHARES.length; run++) {
      const next = numbers(run);
      const share = SHARES[run % SHARES.length] as number;
      const kept = records.filter(() => next() >= share);
      for (const got of connectionsOf(Buffer.concat([bytes.subarray(0, FILE_HEADER_BYTES), ...kept]))) {
        known += got.close.clientSees === null ? 0 : 1;
        wrong.push(...wrongCodes(got, whole).map((what) => `run ${run}, connection ${got.id}: ${what}`));
      }
    }
    expect(wrong).toEqual([]);
    // Unknown is always right, and says nothing.
    if (whole.some(({ close }) => close.clientSees !== null)) expect(known).toBeGreaterThan(RUNS / 2);
  });
});

/** The capture without these packets, by their numbers. */
const without = (bytes: Buffer, gone: ReadonlySet<number>): Buffer =>
  Buffer.concat([bytes.subarray(0, FILE_HEADER_BYTES), ...recordsOf(bytes).filter((_, i) => !gone.has(i + 1))]);

const webSocketsOf = (all: readonly ConnectionFacts[]): readonly ConnectionFacts[] =>
  all.filter(({ webSocket, upgrade, tls }) => webSocket !== null && tls === null && upgrade?.exchange.response != null);

describe("a capture that lacks the answer to an upgrade, and where it began, does not take it for another protocol", () => {
  const told = captures.map((name) => ({ name, bytes: readFileSync(`captures/${name}`) }));
  test.each(told.filter(({ bytes }) => webSocketsOf(connectionsOf(bytes)).length > 0))("$name", ({ bytes }) => {
    for (const { tcp, upgrade, client } of webSocketsOf(connectionsOf(bytes))) {
      const request = upgrade?.exchange.request?.first.packet ?? 0;
      const answer = upgrade?.exchange.response?.first.packet ?? 0;
      const noAnswer = new Set<number>([...tcp.synAcks.map(({ packet }) => packet), answer]);
      // It begins with the request, and the answer is lost.
      const late = new Set<number>([...Array.from({ length: request - 1 }, (_, i) => i + 1), answer]);
      for (const gone of [noAnswer, late]) {
        const got = connectionsOf(without(bytes, gone)).find((one) => one.client.port === client.port);
        const server = got?.tcp.halves[1];
        // Only what was sent behind the answer shows the hole, or its acknowledgment.
        if (server !== undefined && server.streamBytes > 0) expect(server.missingBytes).toBeGreaterThan(0);
      }
    }
  });
});
