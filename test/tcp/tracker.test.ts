import { describe, expect, test } from "vitest";
import { resetFacts } from "../../src/pipeline/facts/reset-facts.ts";
import { tcpFacts } from "../../src/pipeline/facts/tcp-facts.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { type Timed, track } from "../support/run-tracker.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

type Line = [from: "C" | "S", atMs: number, packet: Partial<TcpPacket>];

let nextIpId = 1;
const script = (...lines: Line[]): Timed[] =>
  lines.map(([from, atMs, packet]) => ({
    atMs,
    bytes: tcpPacket({
      from: from === "C" ? C : S,
      to: from === "C" ? S : C,
      ipId: nextIpId++,
      window: 500,
      ...packet,
    }),
  }));

const OPENING: Line[] = [
  ["C", 0, { flags: "S", seq: 100 }],
  ["S", 10, { flags: "SA", seq: 500, ack: 101 }],
  ["C", 20, { flags: "A", seq: 101, ack: 501 }],
];

const facts = (lines: Line[]) => {
  const told = track(script(...lines));
  const connection = told.connections[0];
  if (connection === undefined) throw new Error("no connection");
  return { told, tcp: tcpFacts(connection, connection.lastPacketNs), connection };
};

describe("opening", () => {
  test("complete, with the round trip from SYN to the last acknowledgment", () => {
    const { tcp } = facts(OPENING);
    expect(tcp).toMatchObject({ opening: "complete", ending: "open", firstCloser: null, roundTripMs: 20 });
  });
  test("SYN answered by RST: refused", () => {
    const { tcp } = facts([OPENING[0] as Line, ["S", 1, { flags: "RA", seq: 0, ack: 101 }]]);
    expect(tcp).toMatchObject({ opening: "refused", ending: "rst", firstCloser: "server" });
  });
  test("SYN repeated into silence: unanswered", () => {
    const { tcp } = facts([0, 1000, 3000, 7000].map((at): Line => ["C", at, { flags: "S", seq: 100 }]));
    expect(tcp).toMatchObject({ opening: "unanswered", ending: "silent" });
    expect(tcp.syns).toHaveLength(4);
  });
  test("another initial sequence number under the same ports is another connection", () => {
    const { told } = facts([...OPENING, ["C", 90_000, { flags: "S", seq: 77_000 }]]);
    expect(told.connections).toHaveLength(2);
    expect(told.connections[1]?.replaces).toBe(0);
  });
  test("a SYN to a peer that holds the ports open: its old numbers, and the RST to them, are the old connection's", () => {
    const { told, tcp } = facts([
      ...OPENING,
      ["C", 9000, { flags: "S", seq: 77_000 }],
      ["S", 9001, { flags: "A", seq: 501, ack: 101 }],
      ["C", 9002, { flags: "R", seq: 101 }],
      ["C", 10_000, { flags: "S", seq: 77_000 }],
      ["S", 10_001, { flags: "SA", seq: 8000, ack: 77_001 }],
      ["C", 10_002, { flags: "A", seq: 77_001, ack: 8001 }],
    ]);
    expect(tcp).toMatchObject({ ending: "rst", firstCloser: "client", resets: [{ ignored: false, hasAck: false }] });
    const after = told.connections[1];
    expect(after && tcpFacts(after, after.lastPacketNs)).toMatchObject({
      opening: "complete",
      resets: [],
      replaces: 0,
    });
  });
  test.each([
    ["IPv4", (host: number) => `10.0.0.${host}`],
    ["IPv6", (host: number) => `[fd00::${host}]`],
  ])("ports used again while other connections come and go: %s", (_, host) => {
    const packets: Timed[] = [];
    const say = (fromPort: string, toPort: string, packet: Partial<TcpPacket>) =>
      packets.push({
        atMs: packets.length,
        bytes: tcpPacket({ from: `${host(1)}:${fromPort}`, to: `${host(2)}:${toPort}`, window: 500, ...packet }),
      });
    const answer = (port: string, packet: Partial<TcpPacket>) =>
      packets.push({
        atMs: packets.length,
        bytes: tcpPacket({ from: `${host(2)}:8080`, to: `${host(1)}:${port}`, window: 500, ...packet }),
      });
    const open = (port: string, seq: number) => {
      say(port, "8080", { flags: "S", seq });
      answer(port, { flags: "SA", seq: seq + 400, ack: seq + 1 });
      say(port, "8080", { flags: "PA", seq: seq + 1, ack: seq + 401, payload: `${port} ${seq}` });
    };
    open("40000", 100);
    open("40001", 5000);
    open("40000", 90_000);
    open("40001", 70_000);
    const told = track(packets);
    expect(told.connections.map(({ replaces }) => replaces)).toEqual([null, null, 0, 1]);
    expect([0, 1, 2, 3].map((id) => told.text(id, 0))).toEqual([
      "40000 100",
      "40001 5000",
      "40000 90000",
      "40001 70000",
    ]);
  });
  test("a second SYN-ACK with another number before any data belongs to the same connection", () => {
    const { told } = facts([
      OPENING[0] as Line,
      OPENING[1] as Line,
      ["S", 15, { flags: "SA", seq: 9000, ack: 101 }],
      ["C", 20, { flags: "A", seq: 101, ack: 9001 }],
      ["S", 25, { flags: "PA", seq: 9001, ack: 101, payload: "hello" }],
    ]);
    expect(told.connections).toHaveLength(1);
    expect(told.text(0, 1)).toBe("hello");
  });
});

describe("closing", () => {
  test("the first FIN closes; the RST that answers data sent after it is its consequence", () => {
    const { tcp } = facts([
      ...OPENING,
      ["S", 30, { flags: "FA", seq: 501, ack: 101 }],
      ["C", 40, { flags: "PA", seq: 101, ack: 502, payload: "late" }],
      ["S", 50, { flags: "R", seq: 502 }],
    ]);
    expect(tcp).toMatchObject({ ending: "fin", firstCloser: "server" });
    expect(tcp.resets[0]).toMatchObject({ from: "server", afterFin: true, ignored: false });
    expect(tcp.events.map(({ kind }) => kind)).toContain("data-after-fin");
  });
  test("data where the sender's own FIN should stand: it never sent that, whether it is in the capture or only acknowledged", () => {
    const kinds = (...lines: Line[]) =>
      facts([...OPENING, ...lines]).tcp.events.map(({ kind, from }) => `${kind} ${from}`);
    const answer: Line = ["C", 31, { flags: "FA", seq: 101, ack: 502 }];
    const goesOn: Line = ["S", 900, { flags: "PA", seq: 501, ack: 101, payload: "ping" }];
    expect(kinds(["S", 30, { flags: "FA", seq: 501, ack: 101 }], answer, goesOn)).toContain("data-for-fin server");
    expect(kinds(answer, goesOn)).toContain("data-for-fin server");
    // Its own data up to there, and what goes on behind the FIN of the other side.
    const asOf = (seq: number, ack: number): string[] =>
      kinds(["C", 31, { flags: "FA", seq: 101, ack }], ["S", 900, { flags: "PA", seq, ack: 102, payload: "ping" }]);
    expect(asOf(501, 501)).not.toContain("data-for-fin server");
    expect(asOf(502, 502)).not.toContain("data-for-fin server");
  });
  test("a FIN without the timestamp that its sender's data bears, also where it repeats another one", () => {
    const stamp = Buffer.from("0101080a0000000100000001", "hex");
    const answer: Line = ["S", 40, { flags: "PA", seq: 501, ack: 101, payload: "answer" }];
    const kinds = (more: { options?: Buffer }, ...lines: Line[]) =>
      facts([
        ...[...OPENING, answer].map(([from, atMs, packet]): Line => [from, atMs, { ...packet, ...more }]),
        ...lines,
      ])
        .tcp.events.filter(({ kind }) => kind === "fin-unstamped")
        .map(({ from }) => from);
    const bare: Line = ["S", 900, { flags: "FA", seq: 507, ack: 101 }];
    const own: Line = ["S", 890, { flags: "FA", seq: 507, ack: 101, options: stamp }];
    expect(kinds({ options: stamp }, bare)).toEqual(["server"]);
    expect(kinds({ options: stamp }, own, bare)).toEqual(["server"]);
    expect(kinds({ options: stamp }, own)).toEqual([]);
    expect(kinds({}, bare)).toEqual([]);
  });
  test("RST in mid-connection", () => {
    const { tcp } = facts([...OPENING, ["S", 5030, { flags: "RA", seq: 501, ack: 101 }]]);
    expect(tcp).toMatchObject({ ending: "rst", firstCloser: "server" });
    expect(tcp.resets[0]).toMatchObject({ state: "established", likelyInjected: false });
  });
  test("data that the RST overtook on its way had been sent before it; what begins at its number had not", () => {
    const overtaking = (seq: number, atMs: number) =>
      facts([
        ...OPENING,
        ["S", 5030, { flags: "RA", seq: 511, ack: 101 }],
        ["S", atMs, { flags: "PA", seq, ack: 101, payload: "telemetry!" }],
      ]).tcp.resets[0];
    expect(overtaking(501, 5430)).toMatchObject({ oddities: [], likelyInjected: false });
    for (const forged of [overtaking(511, 5430), overtaking(501, 7030)])
      expect(forged).toMatchObject({ oddities: ["sender-continued"], likelyInjected: true });
  });
  test("so had data that the sender's own FIN overtook, too", () => {
    const { tcp } = facts([
      ...OPENING,
      ["S", 30, { flags: "FA", seq: 519, ack: 101 }],
      ["C", 35, { flags: "PA", seq: 101, ack: 501, payload: "still here" }],
      ["S", 40, { flags: "R", seq: 501 }],
      ["S", 440, { flags: "PA", seq: 501, ack: 101, payload: "telemetry, goodbye" }],
    ]);
    expect(tcp.resets[0]).toMatchObject({ from: "server", oddities: [], likelyInjected: false });
  });
  test("RST far outside the window, and the connection goes on: ignored (RFC 5961 §3)", () => {
    const { tcp } = facts([
      ...OPENING,
      ["S", 30, { flags: "R", seq: 501 + 900_000_000 }],
      ["C", 40, { flags: "A", seq: 101, ack: 501 }],
      ["S", 50, { flags: "PA", seq: 501, ack: 101, payload: "still here" }],
    ]);
    expect(tcp).toMatchObject({ ending: "open", firstCloser: null });
    expect(tcp.resets[0]).toMatchObject({ ignored: true });
  });
  test("RST with another hop limit, whose supposed sender goes on: injected", () => {
    const { connection } = facts([
      ...OPENING,
      ["S", 30, { flags: "RA", seq: 501, ack: 101, hopLimit: 250 }],
      ["S", 40, { flags: "PA", seq: 501, ack: 101, payload: "I never left" }],
      ["C", 41, { flags: "R", seq: 101 }],
    ]);
    const [reset] = connection.resets;
    if (reset === undefined) throw new Error("no reset");
    expect(resetFacts(connection, reset)).toMatchObject({ likelyInjected: true, ignored: false });
    expect(resetFacts(connection, reset).oddities).toEqual(expect.arrayContaining(["hop-limit", "sender-continued"]));
  });
  test("the text inside a RST is not stream data (RFC 9293 §3.5.2)", () => {
    const { told } = facts([...OPENING, ["S", 30, { flags: "RA", seq: 501, ack: 101, payload: "go away" }]]);
    expect(told.text(0, 1)).toBe("");
  });
});

describe("holes", () => {
  const later = Array.from(
    { length: 20 },
    (_, at): Line => ["C", 200 + at * 10, { flags: "PA", seq: 111 + at, ack: 501, payload: "x" }],
  );
  test("acknowledged but never seen: missed by the capture", () => {
    const { told, tcp } = facts([...OPENING, ["S", 100, { flags: "A", seq: 501, ack: 111 }], ...later]);
    expect(told.lines).toContain("gap 0 0 10 not-captured");
    expect(told.text(0, 0)).toBe("x".repeat(20));
    // Nothing came late: what lies behind the hole is in order.
    expect(tcp.halves[0]).toMatchObject({ missingBytes: 10, notCapturedBytes: 10, outOfOrder: 0 });
  });
  test("never acknowledged and sent again later: waited for, and the one segment is out of order", () => {
    const { told, tcp } = facts([
      ...OPENING,
      ...later,
      ["C", 900, { flags: "PA", seq: 101, ack: 501, payload: "0123456789" }],
    ]);
    expect(told.text(0, 0)).toBe(`0123456789${"x".repeat(20)}`);
    expect(told.lines.filter((line) => line.startsWith("gap"))).toEqual([]);
    expect(tcp.halves[0]).toMatchObject({ outOfOrder: 1, retransmissions: 0 });
  });
  test("data that comes after its own acknowledgment (a capture out of order) is not lost", () => {
    const { told } = facts([
      ...OPENING,
      ["S", 30, { flags: "A", seq: 501, ack: 104 }],
      ["C", 31, { flags: "PA", seq: 101, ack: 501, payload: "abc" }],
      ["C", 32, { flags: "PA", seq: 104, ack: 501, payload: "def" }],
    ]);
    expect(told.text(0, 0)).toBe("abcdef");
  });
});

describe("quiet signs", () => {
  test("keep-alives that nobody answers", () => {
    const alive: Line[] = [1, 2, 3].map((n) => ["S", n * 75_000, { flags: "A", seq: 500, ack: 101 }]);
    const { tcp } = facts([...OPENING, ...alive]);
    expect(tcp.halves[1]).toMatchObject({ keepAlives: 3, keepAlivesUnanswered: 3, retransmissions: 0 });
  });
  test("a zero window and how long it lasted", () => {
    const { tcp } = facts([
      ...OPENING,
      ["C", 1000, { flags: "A", seq: 101, ack: 501, window: 0 }],
      ["S", 1500, { flags: "A", seq: 500, ack: 101 }],
      ["C", 4000, { flags: "A", seq: 101, ack: 501, window: 900 }],
    ]);
    expect(tcp.halves[0]).toMatchObject({ zeroWindows: 1, zeroWindowNs: 3e9, zeroWindowSince: null });
    expect(tcp.halves[1].keepAlives).toBe(0);
  });
  test("nobody waits for a window behind an RST", () => {
    const { tcp } = facts([
      ...OPENING,
      ["C", 1000, { flags: "A", seq: 101, ack: 501, window: 0 }],
      ["C", 1200, { flags: "RA", seq: 101, ack: 501, window: 900 }],
      ["S", 9000, { flags: "PA", seq: 501, ack: 101, payload: "late" }],
    ]);
    expect(tcp.halves[0]).toMatchObject({ longestZeroWindowNs: 0.2e9 });
  });
  test("data retransmitted and never acknowledged", () => {
    const again: Line[] = [0, 200, 600, 1400, 3000].map((at) => [
      "S",
      1000 + at,
      { flags: "PA", seq: 501, ack: 101, payload: "ping" },
    ]);
    const { tcp } = facts([...OPENING, ...again]);
    expect(tcp.ending).toBe("silent");
    expect(tcp.halves[1].unacknowledged).toMatchObject({ bytes: 4, retransmissions: 4, since: { packet: 4 } });
  });
});

describe("without a SYN", () => {
  test("a stream that begins out of order begins with its earliest byte", () => {
    const { told } = facts([
      ["S", 0, { flags: "PA", seq: 520, ack: 101, payload: "world" }],
      ["S", 1, { flags: "PA", seq: 514, ack: 101, payload: "hello " }],
      ["C", 2, { flags: "A", seq: 101, ack: 525 }],
    ]);
    const direction = told.connections[0]?.directionOf(1) ?? 0;
    expect(told.text(0, direction)).toBe("hello world");
  });
});
