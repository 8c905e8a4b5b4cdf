import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import type { BeatFacts } from "../../../src/store/websocket-types.ts";
import {
  abnormal,
  analysisOf,
  beat,
  connectionFacts,
  deafBeat,
  joined,
  mark,
  stalled,
  tcp,
  webSocket,
} from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

/** Ended by the server just when the path was open again, of which its segments tell that were sent again since then. */
const endedAfter = (since: number, more: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  ...abnormal("server", since + 7.1, { tcpFacts: { events: stalled(since) } }),
  ...more,
});

/** Given up by the server's heartbeat, unacknowledged. */
const givenUp = (more: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  ...abnormal("server", 45, {
    webSocketFacts: { heartbeat: [deafBeat(20, []), deafBeat(20, [33, 43], false)] },
    tcpFacts: { client: { lastData: mark(30), lastPacket: mark(30) } },
  }),
  ...more,
});

const told = (...connections: ConnectionFacts[]): string[] =>
  judge(several(...connections)).map(
    ({ ruleId, severity, alsoConnections, followsFrom }) =>
      `${severity} ${ruleId}${alsoConnections.length > 0 ? " and others" : ""}${followsFrom === null ? "" : ` from ${followsFrom}`}`,
  );

test("what a dead path does to several connections of two hosts is one error, told by the first that shows it", () => {
  expect(told(endedAfter(32), endedAfter(32.5), givenUp())).toEqual([
    "error ws.close.no-close-frame and others",
    "note ws.pong.missing from ws.close.no-close-frame",
    "note ws.close.no-close-frame from ws.close.no-close-frame",
  ]);
});

test("but not of other hosts, or at another time", () => {
  const elsewhere = { server: { address: "10.0.0.77", port: 8080 } };
  const errors = (...all: ConnectionFacts[]) => told(...all).filter((line) => line.startsWith("error"));
  expect(errors(endedAfter(32), givenUp(elsewhere))).toHaveLength(2);
  expect(errors(endedAfter(22), givenUp())).toHaveLength(2);
});

/** The client's FIN at `at` is sent again for 10 s and never answered. */
const endLost = (at: number): ConnectionFacts => {
  const finRepeat = { last: mark(at + 10), previous: mark(at + 5), heardBefore: mark(at - 5), heardAfter: null };
  return {
    ...abnormal("client", at, {
      tcpFacts: {
        established: mark(at - 20),
        client: { fin: mark(at), finRetransmissions: 6, finAcknowledged: null, finRepeat },
        server: { fin: null },
      },
    }),
    first: mark(at - 20),
  };
};

test("a device that drops one connection while the next one opens drops that one, too, when its time has come", () => {
  // The second one opens at 43 s, while the first one's FIN is repeated.
  const errors = judge(several(endLost(40), endLost(63))).filter(({ severity }) => severity === "error");
  expect(errors.map(({ ruleId, alsoConnections }) => [ruleId, alsoConnections.length])).toEqual([
    ["tcp.path.blackhole", 1],
  ]);
  expect(errors[0]?.causes[0]?.id).toBe("pathStateLost");
});

test("nor is it another error where a capture of the other end proves the loss", () => {
  const pair = (first: number) => joined("two-captures", { places: [first, first + 1], lostBytes: [40, 40] });
  const connections = [endedAfter(32), endedAfter(32), givenUp(), givenUp()];
  const findings = judge(analysisOf(connections, { joins: [pair(0), pair(2)] }));
  expect(findings.filter(({ severity }) => severity === "error")).toHaveLength(1);
});

const ofClient = (last: number, connection: ConnectionFacts): ConnectionFacts => ({
  ...connection,
  client: { address: `10.0.0.${last}`, port: 50_000 + last },
});

test("clients whose paths to one server break in one moment have lost what they share", () => {
  const errors = (...all: ConnectionFacts[]) => told(...all).filter((line) => line.startsWith("error"));
  expect(errors(ofClient(11, givenUp()), ofClient(12, givenUp()))).toEqual(["error ws.pong.missing and others"]);
  const later = abnormal("server", 57, {
    webSocketFacts: { heartbeat: [deafBeat(20, []), deafBeat(20, [45, 55], false)] },
    tcpFacts: { client: { lastData: mark(42), lastPacket: mark(42) } },
  });
  expect(errors(ofClient(11, givenUp()), ofClient(12, later))).toHaveLength(2);
});

test("what a device has forgotten of one client is nothing that another one lost", () => {
  const errors = (...all: ConnectionFacts[]) => told(...all).filter((line) => line.startsWith("error"));
  expect(errors(endLost(40), endLost(63), ofClient(12, endLost(40.2)))).toHaveLength(2);
  expect(errors(endLost(40), ofClient(12, endLost(40.2)))).toHaveLength(1);
});

test("an outage that two clients survived is told once, and what came late for it is no second warning", () => {
  const survivor = (last: number, slowest: BeatFacts["slowest"]): ConnectionFacts =>
    ofClient(
      last,
      connectionFacts({
        tcp: tcp({ events: stalled(20).map((event) => ({ ...event, acknowledgedNs: mark(27.2).timestampNs })) }),
        webSocket: webSocket({ heartbeat: [deafBeat(20, []), beat({ late: slowest ? 1 : 0, slowest })] }),
      }),
    );
  const late = { ping: mark(26), pong: mark(37), roundTripMs: 11_000 };
  expect(told(survivor(11, null), survivor(12, late))).toEqual([
    "warning tcp.path.blackhole and others",
    "note ws.pong.late from tcp.path.blackhole",
  ]);
});

test("also where one capture shows only the end of it, and the other one since when", () => {
  const seen = (last: number, end: number, events: ConnectionFacts["tcp"]["events"]): ConnectionFacts =>
    ofClient(last, abnormal("server", end, { tcpFacts: { events } }));
  const since = (start: number) => stalled(start).map((event) => ({ ...event, acknowledgedNs: mark(39).timestampNs }));
  // Repeated at the client from 28 s on, at the server from 20 s on; the other client's only at 20 s.
  const connections = [seen(11, 39.1, since(28)), seen(11, 39.1, since(20)), seen(12, 39.1, since(20))];
  const joins = [joined("two-captures", { places: [0, 1] })];
  const errors = judge(analysisOf(connections, { joins })).filter(({ severity }) => severity === "error");
  expect(errors).toHaveLength(1);
});
