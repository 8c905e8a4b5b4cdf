import { describe, expect, test } from "vitest";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import { type TcpPacket, tcpPacket } from "../support/packet-builder.ts";
import { packetOf } from "../support/packet-of.ts";

const C = "10.0.0.1:40000";
const S = "10.0.0.2:8080";

const ASKED = Buffer.from(
  [
    "GET /realtime HTTP/1.1",
    "Host: 10.0.0.2:8080",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ].join("\r\n"),
);
const POLLED = Buffer.from("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 10.0.0.2:8080\r\n\r\n");

/** The client asks, hangs up after `waitedSeconds`, and is answered `afterSeconds` behind its FIN. */
function told(asked: Buffer, waitedSeconds: number, answer: string, afterSeconds = 0.0004) {
  const [left, answered] = [waitedSeconds, waitedSeconds + afterSeconds];
  const response = Buffer.from(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`);
  const fin = 101 + asked.length;
  const packets: readonly (readonly [atSeconds: number, packet: TcpPacket])[] = [
    [-0.001, { from: C, to: S, flags: "S", seq: 100 }],
    [-0.001, { from: S, to: C, flags: "SA", seq: 500, ack: 101 }],
    [-0.001, { from: C, to: S, flags: "A", seq: 101, ack: 501 }],
    [0, { from: C, to: S, flags: "PA", seq: 101, ack: 501, payload: asked }],
    [0, { from: S, to: C, flags: "A", seq: 501, ack: fin }],
    [left, { from: C, to: S, flags: "FA", seq: fin, ack: 501 }],
    [answered, { from: S, to: C, flags: "PA", seq: 501, ack: fin + 1, payload: response }],
    [answered, { from: C, to: S, flags: "R", seq: fin + 1 }],
  ];
  const pipeline = new Pipeline({ ports: [8080], tap: null, seed: 1, rethrow: true });
  for (const [index, [atSeconds, packet]] of packets.entries())
    pipeline.onPacket(packetOf(tcpPacket(packet), index + 1, (1 + atSeconds) * 1e9));
  pipeline.finish();
  const analysis = pipeline.analysis([], 0n, false);
  const [first, ...others] = judge(analysis);
  return {
    kind: analysis.connections[0]?.kind,
    sees: analysis.connections[0]?.close.clientSees?.code,
    finding: `${first?.ruleId} ${first?.variant}`,
    causes: first?.causes.map(({ id, confidence }) => `${confidence} ${id}`),
    evidence: first?.evidence.map(({ packet, what }) => `${packet} ${what}`),
    others: others.map(({ ruleId, severity, causes }) => `${severity} ${ruleId} ${causes[0]?.id}`),
  };
}

describe("what is said behind the client's FIN is no answer", () => {
  test.each(["200 OK\r\nServer: Caddy", "502 Bad Gateway"])(
    "%s of a proxy whose client gave up: its backend was silent",
    (answer) => {
      expect(told(ASKED, 10, answer)).toEqual({
        kind: "upgrade-unanswered",
        sees: 1006,
        finding: "http.upgrade.unanswered clientGaveUp",
        causes: ["likely backendSilent", "possible backendFirewalled"],
        evidence: ["4 upgradeRequest", "6 fin", "7 response"],
        others: ["note tcp.rst closedSocketWritten"],
      });
    },
  );

  test("what comes seconds later was under way: the server is slow", () => {
    expect(told(ASKED, 10, "401 Unauthorized", 4)).toMatchObject({
      finding: "http.upgrade.unanswered clientGaveUp",
      causes: ["likely slowHandshake"],
    });
  });

  test("a first poll of Socket.IO that is given up", () => {
    expect(told(POLLED, 4.2, "502 Bad Gateway")).toMatchObject({
      finding: "http.upgrade.unanswered poll",
      causes: ["likely pollUnanswered", "possible wrongPath"],
      evidence: ["4 pollRequest", "6 fin", "7 response"],
    });
  });

  test("who only says that it has no more to ask reads on: a refusal is one", () => {
    expect(told(ASKED, 0.001, "401 Unauthorized")).toMatchObject({
      kind: "upgrade-refused",
      finding: "http.upgrade.refused unauthorized",
    });
  });
});
