import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import {
  abnormal,
  connectionFacts,
  type ExchangeOverrides,
  exchange,
  mark,
  refusedSyn,
  tcp,
} from "../support/facts-builder.ts";
import { several } from "./cases/case.ts";

// A server of Socket.IO that restarts behind a proxy while its clients live on polls: what dies is the poll that waits.

const FRONT = { client: { address: "192.0.2.20", port: 50_000 }, server: { address: "192.0.2.10", port: 80 } };
const BACK = { client: { address: "10.0.0.1", port: 40_000 }, server: { address: "10.0.0.2", port: 7002 } };
const OPENING = "/socket.io/?EIO=4&transport=polling&t=";
const pollOf = (sid: string) => `${OPENING}x&sid=${sid}`;
const BAD_GATEWAY = { status: 502, response: { Server: "nginx/1.22.1" } };

const http = (ends: typeof FRONT, at: number, all: readonly ExchangeOverrides[], facts = {}): ConnectionFacts =>
  connectionFacts({
    ...ends,
    kind: "http",
    first: mark(at),
    last: mark(at + 0.5),
    upgrade: null,
    webSocket: null,
    exchanges: all.map((one) => exchange({ request: { Host: "app.example" }, ...one })),
    close: { verdict: "none", clientSees: null, serverSees: null },
    ...facts,
  });

/** A session that is opened there and then, and lives on for a second. */
const session = (ends: typeof FRONT, sid: string, at: number) =>
  http(ends, at, [
    {
      target: `${OPENING}${sid}`,
      status: 200,
      requestAt: at,
      responseAt: at + 0.1,
      body: `0{"sid":"${sid}","upgrades":[]}`,
    },
    { target: pollOf(sid), status: 200, requestAt: at + 0.2, responseAt: at + 1 },
  ]);

const waitsInFront = http(FRONT, 20, [{ target: pollOf("a"), requestAt: 20, responseAt: 30.001, ...BAD_GATEWAY }]);
const hungUp = http(BACK, 20, [{ target: pollOf("a"), requestAt: 20.0001, status: null }], {
  tcp: tcp({ firstCloser: "server", closedAt: mark(30) }),
});
const asksAgain = http(FRONT, 30.5, [{ target: OPENING, requestAt: 30.5, responseAt: 30.502, ...BAD_GATEWAY }]);
const refused = (at: number) => ({ ...refusedSyn(at), ...BACK });

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections)).map(
    ({ ruleId, severity, followsFrom }) => `${severity} ${ruleId}${followsFrom === null ? "" : ` < ${followsFrom}`}`,
  );

describe("a poll that its server hung up on, seen where the server is", () => {
  const waited = (more: ExchangeOverrides, facts = {}) =>
    http(BACK, 20, [{ target: pollOf("a"), requestAt: 20, status: null, ...more }], {
      tcp: tcp({ firstCloser: "server", closedAt: mark(30) }),
      ...facts,
    });

  test("is told by itself, and explains the port that refuses afterwards", () => {
    expect(told(hungUp)).toEqual(["error http.upgrade.unanswered"]);
    expect(told(session(BACK, "a", 1), hungUp, refused(30.5))).toEqual([
      "error http.upgrade.unanswered",
      "note tcp.open.refused < http.upgrade.unanswered",
    ]);
    // The server came back, and the client with a new session.
    expect(told(session(BACK, "a", 1), hungUp, session(BACK, "b", 32))[0]).toBe("warning http.upgrade.unanswered");
  });

  test("is no other death than the WebSockets' that ended with it", () => {
    const dropped = { ...abnormal("server", 30), ...BACK };
    expect(told(dropped, hungUp)).toContain("note http.upgrade.unanswered < ws.close.no-close-frame");
    expect(told(dropped, hungUp).filter((one) => one.startsWith("error"))).toHaveLength(1);
  });

  test("not where it had hardly come, was answered, or its client left", () => {
    const nothing = (facts: ConnectionFacts) => told(facts).filter((one) => one.includes("unanswered"));
    expect(nothing(waited({ requestAt: 29.95 }))).toEqual([]);
    expect(nothing(waited({ status: 200, responseAt: 29.9 }))).toEqual([]);
    expect(nothing(waited({}, { tcp: tcp({ firstCloser: "client", closedAt: mark(30) }) }))).toEqual([]);
    expect(nothing(waited({ method: "POST" }))).toEqual([]);
    expect(nothing(waited({}, { tcp: tcp({ firstCloser: "server", server: { missingBytes: 9 } }) }))).toEqual([]);
  });
});

test("seen at the client, a poll that had waited for its 502 got through to the backend, and the quick ones follow from that", () => {
  const all = [session(FRONT, "a", 1), waitsInFront, asksAgain];
  const [finding, ...others] = judge(several(...all));
  expect(finding?.causes[0]?.id).toBe("backendCrashed");
  expect(told(...all)).toEqual([
    "error http.upgrade.gateway-error",
    "note http.upgrade.gateway-error < http.upgrade.gateway-error",
  ]);
  expect(others).toHaveLength(1);
  // As long as nobody answers for a host: nobody knows.
  const unreachable = http(FRONT, 20, [{ target: pollOf("a"), requestAt: 20, responseAt: 23.06, ...BAD_GATEWAY }]);
  expect(judge(several(session(FRONT, "a", 1), unreachable))[0]?.causes[0]?.id).toBe("backendDown");
});

describe("a poll that its server hung up on, and a port that refuses since", () => {
  const before = [session(FRONT, "a", 1), session(BACK, "a", 1)];
  const died = [...before, waitsInFront, hungUp, asksAgain, refused(30.501)];

  test("are one death, which the port tells", () => {
    expect(told(...died)).toEqual([
      "error tcp.open.refused",
      "note http.upgrade.gateway-error < tcp.open.refused",
      "note http.upgrade.gateway-error < tcp.open.refused",
    ]);
    const [finding] = judge(several(...died));
    expect(finding?.evidence[0]?.what).toBe("legFin");
    expect(finding?.causes[0]?.id).toBe("serverStopped");
  });

  test("are a warning when the client gets a session again", () => {
    const back = [...died, session(FRONT, "b", 33), session(BACK, "b", 33)];
    expect(told(...back)[0]).toBe("warning tcp.open.refused");
    const [finding] = judge(several(...back));
    expect(finding?.args["recoveredMs"]).toBeCloseTo(2598);
    expect(finding?.evidence.at(-1)?.what).toBe("recoveredByPolls");
  });

  test("are two events when it served others in between", () => {
    const others = session(BACK, "c", 30.2);
    const asksLater = http(FRONT, 32, [{ target: OPENING, requestAt: 32, responseAt: 32.002, ...BAD_GATEWAY }]);
    const events = [...before, waitsInFront, hungUp, others, asksLater, refused(32.001)];
    expect(told(...events)).toContain("error http.upgrade.gateway-error");
    const refusal = judge(several(...events)).find(({ ruleId }) => ruleId === "tcp.open.refused");
    expect(refusal?.evidence.map(({ what }) => what)).not.toContain("legFin");
  });
});

describe("a poll that its server hung up on together with its WebSockets", () => {
  // NestJS without shutdown hooks, ended by SIGTERM: it had one client on polls and one on a WebSocket.
  const socket = (until: number) => abnormal("server", until, { ...BACK, first: mark(20) });
  const asksOnce = http(FRONT, 32, [{ target: OPENING, requestAt: 32, responseAt: 32.002, ...BAD_GATEWAY }]);
  const others = [waitsInFront, hungUp, asksAgain, refused(30.501), asksOnce, refused(32.001)];

  test("is one death, which the first of them tells", () => {
    const errorsOf = (until: number) => told(socket(until), ...others).filter((line) => !line.startsWith("note"));
    expect(errorsOf(29.98)).toEqual(["error ws.close.no-close-frame"]);
    expect(errorsOf(30.02)).toEqual(["error tcp.open.refused"]);
    expect(told(socket(29.98), ...others)).toContain("note http.upgrade.gateway-error < ws.close.no-close-frame");
  });

  test("is another event when the WebSocket ended long before", () => {
    expect(told(socket(25), ...others)).toContain("error tcp.open.refused");
  });

  test("is seen so behind the proxy alone, too", () => {
    const behind = [socket(29.99), hungUp, refused(30.501), refused(32.001)];
    expect(told(...behind).filter((line) => !line.startsWith("note"))).toEqual(["error ws.close.no-close-frame"]);
  });
});

test("a 502 whose backend is seen to hang up comes from that backend", () => {
  const [finding] = judge(several(waitsInFront, hungUp));
  expect(finding?.evidence.map(({ what }) => what)).toEqual(["pollRequest", "legFin", "response"]);
  expect(finding?.causes.map(({ id, confidence }) => `${confidence} ${id}`)).toEqual(["certain backendCrashed"]);
});

describe("a poll that failed, seen before the proxy", () => {
  const severityOf = (...connections: ConnectionFacts[]) => told(...connections)[0];

  test("is a warning when the client gets a session again", () => {
    expect(severityOf(waitsInFront, session(FRONT, "b", 33))).toBe("warning http.upgrade.gateway-error");
  });

  test("is an error when nobody comes back to that session, or another client opened it", () => {
    const opened = session(FRONT, "b", 33);
    const unused = { ...opened, exchanges: opened.exchanges.slice(0, 1) };
    expect(severityOf(waitsInFront, unused)).toBe("error http.upgrade.gateway-error");
    const refusedNext = opened.exchanges.map((one, index) =>
      index === 0 || one.response === null ? one : { ...one, response: { ...one.response, status: 400 } },
    );
    expect(told(waitsInFront, { ...opened, exchanges: refusedNext })).not.toContain(
      "warning http.upgrade.gateway-error",
    );
    const other = { ...FRONT, client: { address: "192.0.2.21", port: 50_000 } };
    expect(severityOf(waitsInFront, session(other, "b", 33))).toBe("error http.upgrade.gateway-error");
  });

  test("is an error when polls go on to fail in that session", () => {
    const again = http(FRONT, 33.5, [{ target: pollOf("b"), requestAt: 33.5, responseAt: 33.6, ...BAD_GATEWAY }]);
    expect(severityOf(waitsInFront, session(FRONT, "b", 33), again)).toBe("error http.upgrade.gateway-error");
  });

  test("is an error when the next session fails as well, however long after it was opened", () => {
    const failing = (sid: string, at: number) =>
      http(FRONT, at, [{ target: pollOf(sid), requestAt: at, responseAt: at + 5, ...BAD_GATEWAY }]);
    const loop = [session(FRONT, "b", 33), failing("b", 34.5), session(FRONT, "c", 40)];
    expect(told(waitsInFront, ...loop)).toEqual(["error http.upgrade.gateway-error"]);
  });

  test("is an error beside a session that went on all the time", () => {
    const other = session(FRONT, "c", 29.5);
    expect(severityOf(waitsInFront, other, session(FRONT, "b", 33))).toBe("error http.upgrade.gateway-error");
  });
});
