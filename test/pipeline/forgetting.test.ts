import { describe, expect, it } from "vitest";
import { connectionId, relativeNs } from "../../src/base/brand.ts";
import * as limits from "../../src/base/limits.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { tcpPacket } from "../support/packet-builder.ts";
import { packetOf } from "../support/packet-of.ts";

const SECOND_NS = 1e9;

function feeder(forgetsEnded: boolean) {
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 7, forgetsEnded, rethrow: true });
  let number = 0;
  const send = (bytes: Uint8Array, atNs: number): void => pipeline.onPacket(packetOf(bytes, ++number, atNs));
  const syn = (port: number, seq: number): Uint8Array =>
    tcpPacket({ from: `10.0.0.1:${port}`, to: "10.0.0.2:8080", flags: "S", seq });
  const refused = (port: number, atNs: number): void => {
    send(syn(port, Math.round(atNs / 1e6)), atNs);
    send(
      tcpPacket({ from: "10.0.0.2:8080", to: `10.0.0.1:${port}`, flags: "RA", ack: Math.round(atNs / 1e6) + 1 }),
      atNs + 1000,
    );
  };
  const opened = (port: number, atNs: number): void => send(syn(port, Math.round(atNs / 1e6)), atNs);
  const accepted = (port: number, atNs: number): void => {
    const seq = Math.round(atNs / 1e6);
    send(syn(port, seq), atNs);
    send(tcpPacket({ from: "10.0.0.2:8080", to: `10.0.0.1:${port}`, flags: "SA", seq: 1, ack: seq + 1 }), atNs + 100);
  };
  return { pipeline, refused, opened, accepted };
}

const all = (pipeline: Pipeline) => pipeline.analysis([], 0n, true).connections;

describe("connections that have ended", () => {
  it("keep their facts, word for word, when they are not tracked any more", () => {
    const { pipeline, refused, opened } = feeder(true);
    refused(1000, 0);
    opened(1001, 2000);
    const before = pipeline.factsOf(connectionId(0));
    pipeline.advance(relativeNs(SECOND_NS * 61));
    expect(pipeline.factsOf(connectionId(0))).toEqual(before);
    expect(all(pipeline).map(({ id, kind }) => [id, kind])).toEqual([
      [0, "tcp-refused"],
      [1, "tcp-unanswered"],
    ]);
    // The same ports again: a new connection, not the old one revived.
    opened(1000, SECOND_NS * 62);
    expect(all(pipeline).map(({ id, client }) => [id, client.port])).toEqual([
      [0, 1000],
      [1, 1001],
      [2, 1000],
    ]);
    expect(pipeline.lastPacketOf(connectionId(0))).toBe(2);
  });

  it("stay tracked while packets of them may still come, and where a file is read", () => {
    const [live, offline] = [feeder(true), feeder(false)];
    for (const { refused, opened, pipeline } of [live, offline]) {
      refused(1000, 0);
      pipeline.advance(relativeNs(SECOND_NS * (pipeline === live.pipeline ? 30 : 3600)));
      opened(1000, SECOND_NS * 4000);
      expect(all(pipeline)).toHaveLength(2);
      expect(all(pipeline)[1]?.tcp.replaces).toBe(0);
    }
  });

  it("are forgotten, oldest first and counted, beyond the limit", () => {
    const { pipeline, refused } = feeder(true);
    const extra = 10;
    for (let number = 0; number < limits.keptConnectionsLive + extra; number++) {
      refused(10_000 + number, number * 1e6);
    }
    pipeline.advance(relativeNs(SECOND_NS * 600));
    expect(pipeline.forgotten).toBe(extra);
    expect(pipeline.connectionCount).toBe(limits.keptConnectionsLive + extra);
    expect(all(pipeline)[0]?.id).toBe(extra);
    expect(pipeline.factsOf(connectionId(0))).toBeNull();
    expect(pipeline.lastPacketOf(connectionId(0))).toBe(0);
  });

  it("make room live too, where many end within a minute, but not before they could be told and judged", () => {
    const { pipeline, refused } = feeder(true);
    const [many, apartNs] = [3 * limits.endedConnections, 4e6];
    for (let number = 0; number < many; number++) refused(10_000 + number, number * apartNs);
    const most = 1.5 * limits.endedConnections + limits.keptConnectionsLive;
    expect(all(pipeline).length).toBeLessThanOrEqual(most);
    expect(all(pipeline).length + pipeline.forgotten).toBe(many);
    const { pipeline: rush, refused: inRush } = feeder(true);
    for (let number = 0; number < many; number++) inRush(10_000 + number, number * 1e5);
    expect(all(rush)).toHaveLength(many);
    rush.advance(relativeNs(2 * limits.crowdedEndedConnectionMs * 1e6));
    expect(all(rush).length).toBeLessThanOrEqual(most);
  });

  it("let nobody go who is still open while there is room", () => {
    for (const live of [true, false]) {
      const { pipeline, accepted } = feeder(live);
      const open = Math.floor(0.9 * (live ? limits.trackedConnectionsLive : limits.trackedConnections));
      for (let number = 0; number < open; number++) accepted(1024 + number, number * 1000);
      pipeline.advance(relativeNs(SECOND_NS * 30));
      expect(all(pipeline)).toHaveLength(open);
      expect(all(pipeline).filter(({ tcp }) => tcp.evicted)).toEqual([]);
    }
  });

  it("of a flood of SYNs the first and the last ones are told, and all counted", () => {
    const { pipeline, opened } = feeder(false);
    const flood = limits.halfOpenConnections + 3 * limits.keptHalfOpen;
    for (let number = 0; number < flood; number++) opened(1024 + number, number * 1000);
    expect(all(pipeline).length).toBeLessThan(flood);
    pipeline.finish();
    const { connections, leftOut } = pipeline.analysis([], 0n, false);
    expect(leftOut.connections + connections.length).toBe(flood);
    expect(connections[0]?.id).toBe(0);
    expect(connections.at(-1)?.id).toBe(flood - 1);
    expect(connections.length).toBeLessThanOrEqual(limits.halfOpenConnections + limits.keptHalfOpen);
  });

  it("make room where a file is read, with everything told or counted", () => {
    const { pipeline, refused, opened } = feeder(false);
    const [scanned, failed] = [limits.trackedConnections + 100, 100];
    for (let number = 0; number < scanned; number++) opened(1024 + (number % 60_000), number * 1e6);
    expect(all(pipeline).length).toBeLessThanOrEqual(limits.trackedConnections + limits.keptConnections);
    for (let number = 0; number < failed; number++) refused(1024 + (number % 60_000), (scanned + number) * 1e6);
    pipeline.finish();
    const { connections, leftOut } = pipeline.analysis([], 0n, false);
    expect(connections).toHaveLength(limits.keptConnections);
    expect(leftOut.connections + connections.length).toBe(pipeline.connectionCount);
    // A SYN without an answer is whole: nobody was let go while it was open.
    expect(leftOut.openOnes).toBe(0);
  });
});
