import { describe, expect, it } from "vitest";
import { connectionId, packetNumber } from "../../src/base/brand.ts";
import { replayOf } from "../../src/cli/screen/replay.ts";
import { DetailReader, type Replay } from "../../src/session/connection-detail.ts";
import { ROW } from "../../src/session/detail-types.ts";
import { KnownConnections } from "../../src/session/known-connections.ts";
import { searchPayloads } from "../../src/session/search-payloads.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { connectionFacts, mark } from "../support/facts-builder.ts";
import { openDesk } from "../support/open-desk.ts";

const never = new AbortController().signal;

/** A capture read again when the packets before this one have made room for newer ones. */
function replayFrom(path: string, firstPacket: number, originNs: bigint | null): Replay {
  const whole = replayOf({
    paths: () => [path],
    packetsGone: () => 0,
    isInTime: false,
    originNs: () => originNs,
    onProgress: () => undefined,
  });
  return (makeSink, signal) =>
    whole((vantageOf) => {
      const sink = makeSink(vantageOf);
      return { onPacket: (view) => (view.packetNumber < firstPacket ? undefined : sink.onPacket(view)) };
    }, signal);
}

/** The first use of a pair of ports, and the second. */
const use = (id: number, from: number, to: number): ConnectionFacts =>
  connectionFacts({
    id: connectionId(id),
    client: { address: "10.0.0.1", port: 50_000 },
    first: { ...mark(id), packet: packetNumber(from) },
    last: { ...mark(id + 1), packet: packetNumber(to) },
  });

describe("a live capture whose first packets are gone", () => {
  it("finds messages on the connections that hold them", async () => {
    const path = "captures/trouble.pcapng";
    const desk = await openDesk(path);
    const { connections, originNs } = desk.getSnapshot();
    // Forty connections came before these: reading again counts from 0, as if there had been none.
    const later = connections.map((facts) => ({ ...facts, id: connectionId(facts.id + 40) }));
    const found = await searchPayloads("speedkmh", later, { ports: [] }, replayFrom(path, 1, originNs), never);
    expect([...found].sort()).toEqual([40, 41, 42, 43]);
  });

  it("tells one use of a pair of ports from the next", () => {
    const known = new KnownConnections([use(0, 1, 10), use(5, 20, 90)]);
    const again = (packet: number): number | null => known.idOf(use(0, packet, packet));
    expect([again(1), again(8), again(20), again(60)]).toEqual([0, 0, 5, 5]);
    expect(known.idOf({ ...use(0, 30, 40), client: { address: "10.0.0.2", port: 50_000 } })).toBeNull();
  });

  it("shows the frames of a connection though an earlier one on its ports is gone", async () => {
    const path = "captures/trouble.pcapng";
    const { connections, originNs } = (await openDesk(path)).getSnapshot();
    const chosen = connections.find(({ id }) => id === 1);
    if (chosen === undefined) throw new Error("no connection #1");
    const earlier = {
      ...chosen,
      id: connectionId(99),
      first: { ...chosen.first, packet: -9 },
      last: { ...chosen.last, packet: -1 },
    };
    const detail = await new DetailReader().open({
      connections: [earlier as ConnectionFacts, ...connections],
      ids: [chosen.id],
      ports: [],
      replay: replayFrom(path, 1, originNs),
      signal: never,
    });
    const kinds = Array.from({ length: detail.length }, (_, index) => detail.row(index)?.kind);
    expect(kinds.filter((kind) => kind === ROW.frame).length).toBeGreaterThan(3);
  });
});
