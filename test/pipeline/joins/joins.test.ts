import { describe, expect, test } from "vitest";
import type { PacketNumber, RelativeNs } from "../../../src/base/brand.ts";
import type { PacketView } from "../../../src/base/packet-view.ts";
import { Pipeline } from "../../../src/pipeline/pipeline.ts";
import type { Analysis } from "../../../src/store/types.ts";
import { type TcpPacket, tcpPacket } from "../../support/packet-builder.ts";
import { captureBytes, readPackets } from "../../support/read-capture.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

type Line = [capture: number, atMs: number, packet: TcpPacket];

/** Packets of two captures, in the order of their (different) clocks. */
function analyse(lines: readonly Line[], vantageOf = (index: number) => index + 1): Analysis {
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 1, rethrow: true, vantageOf });
  const ordered = [...lines].sort((a, b) => a[1] - b[1]);
  ordered.forEach(([captureIndex, atMs, packet], index) => {
    const bytes = tcpPacket(packet);
    const view: PacketView = {
      packetNumber: (index + 1) as PacketNumber,
      timestampNs: (atMs * 1e6) as RelativeNs,
      linkType: 1,
      bytes,
      start: 0,
      capturedLength: bytes.length,
      originalLength: bytes.length,
      captureIndex,
      interfaceIndex: 0,
      recordOffset: 0,
      clockAheadNs: 0,
    };
    pipeline.onPacket(view);
  });
  pipeline.finish();
  return pipeline.analysis([], 0n, false);
}

const conversation: readonly (readonly [sentMs: number, from: "C" | "S", rest: Partial<TcpPacket>])[] = [
  [0, "C", { flags: "S", seq: 100 }],
  [50, "S", { flags: "SA", seq: 500, ack: 101 }],
  [100, "C", { flags: "A", seq: 101, ack: 501 }],
  [200, "C", { flags: "PA", seq: 101, ack: 501, payload: "hello" }],
  [300, "S", { flags: "PA", seq: 501, ack: 106, payload: "world" }],
];

/** Both ends' captures of the same packets: each way takes 50 ms, the server's clock is ahead by `aheadMs`. */
const atBothEnds = (aheadMs: number): Line[] =>
  conversation.flatMap(([sentMs, from, rest], index): Line[] => {
    const packet: TcpPacket = { from: from === "C" ? C : S, to: from === "C" ? S : C, ipId: index + 1, ...rest };
    const [atClient, atServer] = from === "C" ? [sentMs, sentMs + 50] : [sentMs + 50, sentMs];
    return [
      [0, atClient, packet],
      [1, atServer + aheadMs, packet],
    ];
  });

describe("one connection captured at both its ends", () => {
  test("is told as two views of one, with the offset of the clocks", () => {
    const { connections, joins } = analyse(atBothEnds(7000));
    expect(connections).toHaveLength(2);
    expect(connections.map(({ tcp }) => tcp.halves[0].retransmissions)).toEqual([0, 0]);
    expect(joins).toMatchObject([
      { kind: "two-captures", connections: [0, 1], clockOffsetNs: 7000e6, clockErrorNs: 50e6, foreignResets: [] },
    ]);
  });
  test("tells the clocks of connections that were refused, too", () => {
    const syn: TcpPacket = { from: C, to: S, flags: "S", seq: 100, ipId: 1 };
    const rst: TcpPacket = { from: S, to: C, flags: "RA", seq: 0, ack: 101, ipId: 2 };
    const { joins } = analyse([
      [0, 0, syn],
      [1, 3_600_050, syn],
      [1, 3_600_051, rst],
      [0, 101, rst],
    ]);
    expect(joins).toMatchObject([{ clockOffsetNs: 3600e9, clockErrorNs: 50e6 }]);
  });
  test("the client's capture is named first whichever file came first", () => {
    const swapped = atBothEnds(-9000).map(([capture, at, packet]): Line => [capture === 0 ? 1 : 0, at, packet]);
    const { joins, connections } = analyse(swapped);
    const [nearClient] = joins[0]?.connections ?? [];
    // Where the SYN-ACK takes a round trip to come is the client's side.
    const { syns, synAcks } = connections.find(({ id }) => id === nearClient)?.tcp ?? { syns: [], synAcks: [] };
    expect((synAcks[0]?.timestampNs ?? 0) - (syns[0]?.timestampNs ?? 0)).toBe(100e6);
  });
  test("a RST that only the client got was not sent by the server", () => {
    const forged: Line = [0, 400, { from: S, to: C, flags: "RA", seq: 506, ack: 106 }];
    const { joins } = analyse([...atBothEnds(0), forged]);
    expect(joins[0]?.foreignResets).toMatchObject([{ from: "server" }]);
  });
  test("bytes that left one end and never came to the other", () => {
    const lost: Line = [0, 400, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "into the void" }];
    const { joins } = analyse([...atBothEnds(0), lost]);
    expect(joins[0]?.lostBytes).toEqual([13, 0]);
  });
});

describe("one connection in captures that began at different times", () => {
  /** The last packets alone: of the opening this capture has nothing. */
  const begun = (lines: readonly Line[], late: readonly number[]): Line[] =>
    lines.filter(([capture, , packet]) => !late.includes(capture) || (packet.payload ?? "") !== "");
  const joinOf = (lines: readonly Line[]) => {
    const { joins, connections } = analyse(lines);
    const payloads = connections.map(({ tcp }) => tcp.syns.length);
    return { join: joins[0], joins, syns: joins[0]?.connections.map((id) => payloads[id]) };
  };

  test.each([
    ["the server's", [1], [1, 0]],
    ["the client's", [0], [0, 1]],
    ["neither holds the opening", [0, 1], [0, 0]],
  ])("%s later: the sequence numbers of both directions go on in the other one", (_, late, wanted) => {
    const { join, syns } = joinOf(begun(atBothEnds(7000), late));
    expect(join).toMatchObject({ kind: "two-captures", by: "sequence-numbers", lostBytes: [0, 0] });
    expect(join).toMatchObject({ clockOffsetNs: 7000e6, clockErrorNs: 50e6 });
    expect(syns).toEqual(wanted);
  });

  test("bytes that never came are counted from where both have begun", () => {
    const lost: Line = [0, 400, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "into the void" }];
    expect(joinOf([...begun(atBothEnds(0), [1]), lost]).join?.lostBytes).toEqual([13, 0]);
    const early: Line = [0, 150, { from: C, to: S, flags: "PA", seq: 101, ack: 501, payload: "hello" }];
    const next: Line[] = [
      [0, 500, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "more", ipId: 9 }],
      [1, 550, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "more", ipId: 9 }],
      [1, 551, { from: S, to: C, flags: "A", seq: 506, ack: 110, ipId: 10 }],
      [0, 601, { from: S, to: C, flags: "A", seq: 506, ack: 110, ipId: 10 }],
    ];
    const late = atBothEnds(0).filter(([capture]) => capture === 0);
    expect(joinOf([...late, early, ...next]).join?.lostBytes).toEqual([0, 0]);
  });

  test("other sequence numbers under the same addresses and ports are another connection", () => {
    const other = begun(atBothEnds(7000), [1]).map(
      ([capture, atMs, packet]): Line =>
        capture === 0
          ? [0, atMs, packet]
          : [1, atMs, { ...packet, seq: (packet.seq ?? 0) + 5e6, ack: (packet.ack ?? 0) + 5e6 }],
    );
    expect(joinOf(other).joins).toEqual([]);
  });

  test("a connection whose packets tell nothing about the clocks has those of its captures", () => {
    const oneWay = atBothEnds(7000).flatMap(([capture, atMs, packet]): Line[] => {
      const [from, to] = [packet.from, packet.to].map((end) => (end === C ? "10.0.0.1:40001" : end));
      const isHeard = capture === 0 || (packet.from === C && packet.payload !== undefined);
      return isHeard ? [[capture, atMs + 20, { ...packet, from: from ?? "", to: to ?? "" }]] : [];
    });
    const { joins } = joinOf([...atBothEnds(7000), ...oneWay]);
    expect(joins.map(({ clockOffsetNs }) => clockOffsetNs)).toEqual([7000e6, 7000e6]);
  });
});

describe("captures by different clocks", () => {
  test("what only one of them holds has its clock all the same", () => {
    const alone: Line = [1, 7400, { from: "10.0.0.9:40009", to: S, flags: "S", seq: 1 }];
    const { connections, aheadNs } = analyse([...atBothEnds(7000), alone]);
    expect(connections.map(({ id }) => aheadNs.get(id))).toEqual([0, 7000e6, 7000e6]);
  });

  test.each([-9000, 9000])("each ran until its own last packet: the server's clock is %d ms ahead", (aheadMs) => {
    const { joins, connections } = analyse(atBothEnds(aheadMs));
    const [near, far] = joins[0]?.connections ?? [];
    const lastOf = (id: number | undefined): number | undefined =>
      connections.find((one) => one.id === id)?.last.timestampNs;
    expect(joins[0]?.capturedUntilNs).toEqual([350e6, (300 + aheadMs) * 1e6]);
    expect([lastOf(near), lastOf(far)]).toEqual(joins[0]?.capturedUntilNs);
    // Of the capture that ended first, by its clock, nobody watched on.
    const [first] = [...connections].sort((a, b) => a.last.timestampNs - b.last.timestampNs);
    expect(first?.watchedUntilNs).toBe(first?.last.timestampNs);
  });
});

test("three captures of one connection stand in a row from the client to the server", () => {
  const clocks = [0, 3000, -2000];
  const lines = conversation.flatMap(([sentMs, from, rest], index): Line[] => {
    const packet: TcpPacket = { from: from === "C" ? C : S, to: from === "C" ? S : C, ipId: index + 1, ...rest };
    // 20 ms from the client to a router, 30 ms on to the server.
    const delays = from === "C" ? [0, 20, 50] : [50, 30, 0];
    return delays.map((delay, capture): Line => [capture, sentMs + delay + (clocks[capture] ?? 0) + 5000, packet]);
  });
  const { connections, joins } = analyse(lines);
  expect(connections).toHaveLength(3);
  const atMs = (id: number | undefined) =>
    (connections.find((one) => one.id === id)?.tcp.syns[0]?.timestampNs ?? 0) / 1e6;
  expect(joins.map((join) => join.connections.map(atMs))).toEqual([
    [5000, 8020],
    [8020, 3050],
  ]);
  expect(joins.map(({ clockOffsetNs }) => clockOffsetNs)).toEqual([3000e6, -5000e6]);
});

describe("a client that goes on from another port", () => {
  const NAT = "10.0.0.1:20071";
  const open = conversation.map(
    ([sentMs, from, rest], index): Line => [
      0,
      sentMs,
      { from: from === "C" ? C : S, to: from === "C" ? S : C, ipId: index + 1, ...rest },
    ],
  );
  const stray = (seq: number, ack: number): Line[] => [
    [0, 900, { from: NAT, to: S, flags: "PA", seq, ack, payload: "again" }],
    [0, 901, { from: S, to: NAT, flags: "R", seq: ack }],
  ];

  test("is known by the numbers of both directions", () => {
    const { connections, rebound } = analyse([...open, ...stray(106, 506)]);
    expect(connections).toHaveLength(2);
    expect(rebound).toEqual([{ connection: 0, continuedBy: 1 }]);
  });
  test("is known even where nobody answers it, once its data is repeated", () => {
    const unanswered = stray(106, 506).slice(0, 1);
    const again = unanswered.map(([capture, atMs, packet]): Line => [capture, atMs + 300, packet]);
    expect(analyse([...open, ...unanswered]).rebound).toEqual([]);
    expect(analyse([...open, ...unanswered, ...again]).rebound).toEqual([{ connection: 0, continuedBy: 1 }]);
  });
  test("is told of its own capture, and not of the client's, where it has never stopped", () => {
    // The client's one comes first in the analysis, and its clock is behind.
    const elsewhere = [...open, ...stray(106, 506)].map(([, atMs, packet]): Line => [1, atMs + 5000, packet]);
    const goesOn: Line = [0, 890, { from: C, to: S, flags: "PA", seq: 106, ack: 506, payload: "again" }];
    const { connections, rebound } = analyse([...open, goesOn, ...elsewhere]);
    const [found] = rebound;
    expect(connections.find(({ id }) => id === found?.connection)?.first.timestampNs).toBe(5000e6);
    expect(connections.find(({ id }) => id === found?.continuedBy)?.client.port).toBe(20_071);
  });
  test("is somebody else where one of them does not fit", () => {
    expect(analyse([...open, ...stray(106, 0x4000_0000)]).rebound).toEqual([]);
    expect(analyse([...open, ...stray(0x4000_0000, 506)]).rebound).toEqual([]);
  });
});

describe("a SYN that the other capture lacks", () => {
  const attempt = (atMs: number, to = S): Line => [0, atMs, { from: "10.0.0.1:40001", to, flags: "S", seq: 1 }];

  test("never arrived at the server, whose capture ran", () => {
    const { absences, connections } = analyse([...atBothEnds(7000), attempt(150)]);
    const [absence] = absences;
    expect(absences).toHaveLength(1);
    expect(absence).toMatchObject({ captureIndex: 1, certain: true });
    expect(connections.find(({ id }) => id === absence?.connection)?.client.port).toBe(40_001);
  });
  test("may have arrived when that capture was over, or its filter knows another port", () => {
    expect(analyse([...atBothEnds(7000), attempt(60_000)]).absences).toEqual([]);
    expect(analyse([...atBothEnds(7000), attempt(150, "10.0.0.2:9999")]).absences).toEqual([]);
  });
  test("that the client's capture lacks was sent by somebody else", () => {
    const stranger: Line = [1, 7150, { from: "10.0.0.77:40001", to: S, flags: "S", seq: 1 }];
    expect(analyse([...atBothEnds(7000), stranger]).absences).toEqual([]);
  });
});

describe("a proxied WebSocket", () => {
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const ask = (more: string) =>
    `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${more}\r\n`;
  /** The opening and request of one leg as seen at its two ends, 10 ms apart. */
  const leg = (
    from: string,
    to: string,
    startMs: number,
    request: string,
    captures: readonly [number, number][],
  ): Line[] =>
    captures.flatMap(([capture, clockMs], place): Line[] => {
      const there = place * 10;
      const back = 20 - 2 * there;
      return [
        [capture, startMs + there + clockMs, { from, to, flags: "S", seq: startMs }],
        [capture, startMs + there + back + clockMs, { from: to, to: from, flags: "SA", seq: 9, ack: startMs + 1 }],
        [
          capture,
          startMs + there + 30 + clockMs,
          { from, to, flags: "PA", seq: startMs + 1, ack: 10, payload: request },
        ],
      ];
    });
  const P = "10.0.0.9:80";
  const D = "10.0.1.9:50000";
  const B = "10.0.1.2:8080";

  test("given by its client, its proxy and its backend is one chain", () => {
    const { connections, joins } = analyse([
      ...leg(C, P, 10_000, ask(""), [
        [0, 4000],
        [1, 0],
      ]),
      ...leg(D, B, 10_100, ask("X-Real-IP: 10.0.0.1\r\n"), [
        [1, 0],
        [2, -3000],
      ]),
    ]);
    const ends = (id: number | undefined) => connections.find((one) => one.id === id)?.server.port;
    expect(joins.map(({ kind, connections: pair }) => [kind, ...pair.map(ends)])).toEqual(
      expect.arrayContaining([
        ["two-captures", 80, 80],
        ["two-captures", 8080, 8080],
        ["proxied", 80, 8080],
      ]),
    );
    expect(joins).toHaveLength(3);
  });

  test("given by its client and its backend alone, whatever their clocks say", () => {
    const { connections, joins } = analyse([
      ...leg(C, P, 10_000, ask(""), [[0, 4000]]),
      ...leg(D, B, 10_100, ask("X-Real-IP: 10.0.0.1\r\n"), [[1, -3000]]),
    ]);
    const [front] = joins[0]?.connections ?? [];
    expect(joins).toHaveLength(1);
    expect(connections.find(({ id }) => id === front)?.server.port).toBe(80);
  });

  describe("given by its client and its backend, without a proxy's marks", () => {
    const OWN = "q83vEjRWeJCrze8SNFZ4kA==";
    const askWith = (own: string) => ask("").replace(key, own);
    const switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    /** Asked 30 ms after its start, answered so long after that. */
    const answered = (
      from: string,
      to: string,
      startMs: number,
      waitMs: number,
      own: string,
      capture: number,
    ): Line[] => {
      const request = askWith(own);
      const answer = { from: to, to: from, flags: "PA", seq: 10, ack: startMs + 1 + request.length, payload: switched };
      return [...leg(from, to, startMs, request, [[capture, 0]]), [capture, startMs + 30 + waitMs, answer]];
    };
    const portsOf = ({ connections, joins }: Analysis) =>
      joins.map(({ connections: pair }) => pair.map((id) => connections.find((one) => one.id === id)?.server.port));

    test("it is the one that was answered while the other waited, however far the clocks differ", () => {
      for (const aheadMs of [-5000, -2, 100, 5000]) {
        const lines = [...answered(C, P, 10_000, 24, OWN, 0), ...answered(D, B, 10_005 + aheadMs, 15, OWN, 1)];
        expect(portsOf(analyse(lines))).toEqual([[80, 8080]]);
        expect(analyse(lines).joins[0]).toMatchObject({ by: "key", clockErrorNs: 4.5e6 });
      }
    });

    test("also where one capture looks like the continuation of the other, by a clock that is an hour ahead", () => {
      for (const aheadMs of [-3_600_000, 3_600_000]) {
        const lines = [...answered(C, P, 4_000_000, 24, OWN, 0), ...answered(D, B, 4_000_005 + aheadMs, 15, OWN, 1)];
        const found = analyse(lines, () => 1);
        expect(portsOf(found)).toEqual([[80, 8080]]);
        expect(found.joins[0]?.clockOffsetNs).toBeCloseTo(aheadMs * 1e6, -8);
      }
    });

    test("a key that is copied from a guide, or sent in one capture twice, joins nothing", () => {
      const far = (own: string, capture: number) =>
        analyse([...answered(C, P, 10_000, 24, own, 0), ...answered(D, B, 90_000, 15, own, capture)], (index) => index);
      expect(far(key, 1).joins).toEqual([]);
      expect(far(OWN, 0).joins).toEqual([]);
      expect(far(OWN, 1).joins).toHaveLength(1);
    });
  });
});

test("the legs of a proxied WebSocket are joined by their key, with what nginx changed", () => {
  // captures/README.md: nginx with proxy_set_header Upgrade, Connection "upgrade", X-Real-IP and X-Forwarded-For.
  const pipeline = new Pipeline({ ports: [], tap: null, seed: 1, rethrow: true });
  readPackets(captureBytes("captures/proxied-any.pcap"), (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  const { joins, connections } = pipeline.analysis([], null, false);
  expect(joins).toHaveLength(1);
  expect(joins[0]).toMatchObject({ kind: "proxied", by: "key" });
  const [front, back] = joins[0]?.connections ?? [];
  expect(connections.find(({ id }) => id === front)?.server.port).toBe(80);
  expect(connections.find(({ id }) => id === back)?.server.port).toBe(8080);
  expect(joins[0]?.changedRequest).toContainEqual({ name: "x-real-ip", before: null, behind: "192.168.50.20" });
});

describe("the legs of a proxy in two captures, the second of which looks like the first one's continuation", () => {
  const PROXY = "10.0.0.2:80";
  const BACKEND = "10.0.1.9:8080";
  const key = "q4xkcO32u266gldTuKaSOw==";
  const request = `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
  const refusal = "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n";
  const leg = (capture: number, client: string, server: string, askedMs: number, answeredMs: number): Line[] =>
    (
      [
        [askedMs - 3, true, { flags: "S", seq: 100 }],
        [askedMs - 2, false, { flags: "SA", seq: 500, ack: 101 }],
        [askedMs - 1, true, { flags: "A", seq: 101, ack: 501 }],
        [askedMs, true, { flags: "PA", seq: 101, ack: 501, payload: request }],
        [answeredMs, false, { flags: "PA", seq: 501, ack: 101 + request.length, payload: refusal }],
      ] as const
    ).map(([atMs, isClients, rest], index) => [
      capture,
      atMs,
      { from: isClients ? client : server, to: isClients ? server : client, ipId: index + 1, ...rest },
    ]);

  test.each([3200, 61_000, -3200])("by a clock %d ms ahead", (aheadMs) => {
    const { joins, connections, aheadNs } = analyse(
      [
        ...leg(0, C, PROXY, 100_000, 100_010),
        ...leg(1, "10.0.0.2:50000", BACKEND, 100_004 + aheadMs, 100_006 + aheadMs),
      ],
      () => 1,
    );
    const [join] = joins;
    const portOf = (id: number | undefined): number | undefined =>
      connections.find((one) => one.id === id)?.server.port;
    expect(join).toMatchObject({ kind: "proxied", by: "key", clockOffsetNs: aheadMs * 1e6 });
    expect(join?.connections.map(portOf)).toEqual([80, 8080]);
    const ahead = join?.connections.map((id) => aheadNs.get(id) ?? 0) ?? [];
    expect((ahead[1] ?? 0) - (ahead[0] ?? 0)).toBe(aheadMs * 1e6);
  });

  test("by one clock, with the proxy in time", () => {
    const { joins } = analyse(
      [...leg(0, C, PROXY, 100_000, 100_010), ...leg(1, "10.0.0.2:50000", BACKEND, 100_004, 100_006)],
      () => 1,
    );
    expect(joins).toMatchObject([{ kind: "proxied", by: "key", clockOffsetNs: null }]);
  });
});

describe("connections of one capture with the same initial sequence numbers", () => {
  const NAT = "203.0.113.7:61000";
  /** The handshake and a request, `startMs` on, of this client; behind a NAT packets come `behindMs` later on their way out. */
  const from = (client: string, startMs: number, behindMs: number, key: string): Line[] =>
    (
      [
        [0 + behindMs, "C", { flags: "S", seq: 100 }],
        [50 - behindMs, "S", { flags: "SA", seq: 500, ack: 101 }],
        [60 + behindMs, "C", { flags: "A", seq: 101, ack: 501 }],
        [70 + behindMs, "C", { flags: "PA", seq: 101, ack: 501, payload: requestWith(key) }],
      ] as const
    ).map(([atMs, side, rest], index) => [
      0,
      startMs + atMs,
      { from: side === "C" ? client : S, to: side === "C" ? S : client, ipId: index + 1, ...rest },
    ]);
  const requestWith = (key: string): string =>
    `GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

  test("are one, before and behind a NAT, where the SYN-ACK came back through it", () => {
    const { joins } = analyse([...from(C, 0, 0, "a"), ...from(NAT, 0, 1, "a")]);
    expect(joins).toMatchObject([{ kind: "two-captures", connections: [0, 1], by: "initial-sequence-numbers" }]);
  });

  const elsewhere = (lines: Line[]): Line[] => lines.map(([, atMs, packet]) => [1, atMs, packet]);

  test("are one in a capture on each side of a NAT, whatever their clocks, unless several have them", () => {
    const { joins } = analyse([...from(C, 0, 0, "a"), ...elsewhere(from(NAT, 90_000, 20, "a"))]);
    expect(joins).toMatchObject([{ kind: "two-captures", connections: [0, 1] }]);
    const twice = [
      ...from(C, 0, 0, "a"),
      ...from("10.0.0.3:40001", 300, 0, "b"),
      ...elsewhere(from(NAT, 90_000, 20, "a")),
    ];
    expect(analyse(twice).joins).toEqual([]);
  });

  test("are one where a capture repeats, an hour later, the SYNs that nobody answered", () => {
    const syns = (capture: number, startMs: number): Line[] =>
      [0, 1000, 3000].map((atMs): Line => [capture, startMs + atMs, { from: C, to: S, flags: "S", seq: 100 }]);
    const { connections, joins } = analyse([...syns(0, 0), ...syns(1, 3_600_000)], () => 1);
    expect(connections.map(({ tcp }) => tcp.syns.length)).toEqual([3, 3]);
    expect(joins).toMatchObject([{ kind: "two-captures" }]);
    // A clock that goes on: the same client tries again.
    expect(analyse([...syns(0, 0), ...syns(1, 7000)], () => 1).connections).toHaveLength(1);
  });

  test("are one where a capture repeats the opening of a connection that went on: its clock is another one", () => {
    // By its times the second capture continues the first one.
    const { connections, joins } = analyse([...from(C, 0, 0, "a"), ...elsewhere(from(C, 3_600_000, 20, "a"))], () => 1);
    expect(connections).toHaveLength(2);
    expect(joins).toMatchObject([{ kind: "two-captures", connections: [0, 1] }]);
    expect(joins[0]?.clockOffsetNs).toBe(3600e9);
  });

  test("are one behind a NAT, too, where the SYN has the same time stamp", () => {
    const stamped = (lines: Line[], more = 0): Line[] =>
      lines.map(([capture, atMs, packet], index) => {
        const options = new Uint8Array(12);
        new DataView(options.buffer).setUint32(0, 0x0101080a);
        new DataView(options.buffer).setUint32(4, 77_000 + index + more);
        return [capture, atMs, { ...packet, options }];
      });
    const behind = elsewhere(from(NAT, 3_600_000, 20, "a"));
    const { joins } = analyse([...stamped(from(C, 0, 0, "a")), ...stamped(behind)], () => 1);
    expect(joins).toMatchObject([{ kind: "two-captures", connections: [0, 1] }]);
    expect(joins[0]?.clockOffsetNs).toBe(3600e9);
    // Another stamp: another connection, whose numbers are the same by chance.
    expect(analyse([...stamped(from(C, 0, 0, "a")), ...stamped(behind, 1000)], () => 1).joins).toEqual([]);
  });

  test("are many where somebody made the packets up, and clients that send the same key are no proxy's legs", () => {
    expect(analyse([...from(C, 0, 0, "a"), ...from(NAT, 200, 0, "a")]).joins).toEqual([]);
  });
});
