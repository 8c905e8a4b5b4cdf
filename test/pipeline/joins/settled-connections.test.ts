import { expect, it } from "vitest";
import type { RelativeNs } from "../../../src/base/brand.ts";
import { SettledConnections } from "../../../src/pipeline/joins/settled-connections.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import { TcpConnection } from "../../../src/tcp/connection.ts";
import type { SegmentView } from "../../../src/wire/types.ts";
import { beat, close, connectionFacts, webSocket } from "../../support/facts-builder.ts";

const connection = (id: number): TcpConnection => new TcpConnection(id, 0, 4, ["10.0.0.1", "10.0.0.2"], [1, 2]);

const of = (id: number, overrides: Partial<ConnectionFacts>): [ConnectionFacts, TcpConnection] => {
  const facts = connectionFacts(overrides);
  return [{ ...facts, id: id as ConnectionFacts["id"] }, connection(id)];
};

const clean = { verdict: "clean", clientSees: null, serverSees: null } as const;
const abnormal = { ...clean, verdict: "abnormal" } as const;

it("leaves out other traffic first, then good WebSockets, the oldest of each, and counts them", () => {
  const settled = new SettledConnections(3);
  settled.add(...of(0, { kind: "websocket", close: abnormal }));
  settled.add(...of(1, { kind: "websocket", close: clean }));
  settled.add(...of(2, { kind: "http", webSocket: null }));
  settled.add(...of(3, { kind: "http", webSocket: null }));
  const told = (): number[] => settled.with([]).map(({ id }) => id);
  expect(told()).toEqual([0, 1, 3]);
  settled.add(...of(4, { kind: "tcp-refused", webSocket: null }));
  expect(told()).toEqual([0, 1, 4]);
  settled.add(...of(5, { kind: "upgrade-refused", webSocket: null }));
  expect(told()).toEqual([0, 1, 5]);
  settled.add(...of(6, { kind: "websocket", close: abnormal }));
  expect(told()).toEqual([0, 5, 6]);
  settled.add(...of(7, { kind: "websocket", close: abnormal }));
  expect(told()).toEqual([5, 6, 7]);
  expect(settled.leftOut).toMatchObject({ connections: 5, webSockets: 2, upgradesRefused: 0, troubled: 1 });
  expect(settled.get(0 as ConnectionFacts["id"])).toBeNull();
});

it.each<[string, Partial<WebSocketFacts>]>([
  ["a Close that says 1011", { closeFrames: [close(39.95, 1011), close(39.9, 1011)] }],
  ["pings without an answer", { heartbeat: [beat(), beat({ missing: 2 })] }],
])("keeps what ended cleanly and yet is somebody's trouble: %s", (_, more) => {
  const settled = new SettledConnections(1);
  settled.add(...of(0, { close: clean, webSocket: webSocket(more) }));
  settled.add(...of(1, { close: clean, webSocket: webSocket() }));
  expect(settled.with([]).map(({ id }) => id)).toEqual([0]);
  expect(settled.leftOut).toMatchObject({ connections: 1, webSockets: 1, troubled: 0 });
});

it("gives back what it remembers of connections that are left out, and remembers nothing of one capture alone", () => {
  const segment = new Uint8Array(64);
  const heard = (id: number): [ConnectionFacts, TcpConnection] => {
    const [facts, one] = of(id, { kind: "websocket", close: clean });
    one.low.recent.add({ bytes: segment, payloadLength: 0, optionsLength: 0 } as SegmentView, {
      timestampNs: 1e9 as RelativeNs,
    });
    return [facts, one];
  };
  const settled = new SettledConnections(2);
  const held: number[] = [];
  for (let id = 0; id < 5; id++) {
    settled.add(...heard(id));
    held.push(settled.rememberedBytes);
  }
  const each = held[0] as number;
  expect(each).toBeGreaterThan(0);
  expect(held).toEqual([1, 2, 2, 2, 2].map((connections) => connections * each));
  const alone = new SettledConnections(2, false);
  alone.add(...heard(0));
  expect(alone.rememberedBytes).toBe(0);
  expect(alone.origins([])[0]?.halves[0].recent).toBeNull();
});
