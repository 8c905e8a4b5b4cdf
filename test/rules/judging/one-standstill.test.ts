import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  beat,
  close,
  connectionFacts,
  deafBeat,
  exchange,
  half,
  mark,
  refusedSyn,
  tcp,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { comesBack, impatient, patient, pinging, STOPPED, WOKE, wellServed } from "../../support/standing-still.ts";
import { streamed } from "../../support/streams.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// A server process that was stopped (SIGSTOP) behind nginx: its client misses the pings, comes back and gets no answer.

const TARGET = "/socket.io/?EIO=4&transport=websocket";

const talk = session();
const withoutPings = connectionFacts({
  upgrade: upgrade({ target: TARGET }),
  session: {
    ...talk,
    engineIo: talk.engineIo && { ...talk.engineIo, heartbeat: [beat(), beat({ lastPing: mark(25) })] },
  },
  webSocket: webSocket({ closeFrames: [close(40, null), null], lastFrame: [mark(40), mark(25)] }),
  tcp: tcp({ server: { lastData: mark(25) } }),
});

const request = (requestAt: number, answered: Record<string, number>) =>
  exchange({ target: TARGET.replace("websocket", "polling"), requestAt, status: null, ...answered });

const unanswered = connectionFacts({
  first: mark(42),
  kind: "http",
  upgrade: null,
  webSocket: null,
  exchanges: [request(42, {})],
  tcp: tcp({ firstCloser: "client", closedAt: mark(62), server: { firstData: null, lastData: null } }),
  close: { verdict: "none", clientSees: null, serverSees: null },
});

const answeredInBetween = connectionFacts({
  first: mark(50),
  kind: "http",
  upgrade: null,
  webSocket: null,
  exchanges: [request(50.5, { status: 200, responseAt: 51 })],
  close: { verdict: "none", clientSees: null, serverSees: null },
});

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => /^(eio\.pong|http\.upgrade)/.test(ruleId))
    .map(({ ruleId, severity, followsFrom }) => `${severity} ${ruleId} ${followsFrom}`);

test("who comes back to a server that stands still gets no answer for the same reason", () => {
  expect(told(withoutPings, unanswered)).toEqual([
    "error eio.pong.missing null",
    "note http.upgrade.unanswered eio.pong.missing",
  ]);
});

test("a server that was heard since does not stand still", () => {
  expect(told(withoutPings, unanswered, answeredInBetween)).toContain("error http.upgrade.unanswered null");
});

const all = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ severity, followsFrom }) => severity !== "note" || followsFrom !== null)
    .map(({ ruleId, severity, followsFrom }) => `${severity} ${ruleId} ${followsFrom}`)
    .sort();

test("what a server that stood still did to each of its clients follows from that", () => {
  expect(all(impatient(1), patient(2), comesBack(1))).toEqual([
    "error app.standstill null",
    "note http.upgrade.unanswered app.standstill",
    "note ws.close.no-close-frame app.standstill",
    "note ws.close.no-close-frame app.standstill",
  ]);
});

test("it says how long it stood still, and whom it lost by that", () => {
  const [found] = judge(several(impatient(1), patient(2), comesBack(1)));
  expect([found?.ruleId, found?.connectionId, found?.alsoConnections]).toEqual(["app.standstill", 0, [1, 2]]);
  expect(found?.args).toEqual({ silentMs: 40_000, left: 1, waiting: 1, hungUp: 1 });
  expect(found?.causes.map(({ id }) => id)).toEqual(["stoodStill", "overslept"]);
});

test("a server that talked to others meanwhile did not stand still", () => {
  expect(all(impatient(1), patient(2), comesBack(1), wellServed(3))).not.toContain("error app.standstill null");
});

test("two times are two troubles", () => {
  expect(all(impatient(1, 24), comesBack(1, 25, 26))).not.toContain("error app.standstill null");
});

test("a pause that two clients saw, and that nobody died of, is told once", () => {
  const seen = (last: number) => ({ ...streamed(), client: { address: `10.0.0.${last}`, port: 50_000 + last } });
  const told = judge(several(seen(1), seen(2))).filter(({ ruleId }) => ruleId === "ws.ping.stopped");
  expect(told.map(({ connectionId, alsoConnections }) => [connectionId, alsoConnections])).toEqual([[0, [1]]]);
});

test("pings of a client that stayed unanswered tell it first: that is what people search for", () => {
  expect(all(impatient(1), pinging(2), patient(3))).toEqual([
    "error ws.pong.missing null",
    "note ws.close.no-close-frame ws.pong.missing",
    "note ws.close.no-close-frame ws.pong.missing",
    "note ws.close.no-close-frame ws.pong.missing",
    "note ws.pong.missing ws.pong.missing",
  ]);
  const [found] = judge(several(impatient(1), pinging(2), patient(3)));
  expect([found?.variant, found?.connectionId, found?.alsoConnections]).toEqual(["woke", 1, [0, 2]]);
});

test("a server that hangs up at the end of the silence went on, unless its process was ended", () => {
  const heldOut = patient(2);
  const [own, served] = heldOut.tcp.halves;
  const silent = { ...served, lastData: mark(STOPPED), longestPause: null };
  const wordless: ConnectionFacts = {
    ...heldOut,
    webSocket: impatient(2).webSocket,
    tcp: { ...heldOut.tcp, halves: [own, silent] },
  };
  const tell = (...more: ConnectionFacts[]) =>
    judge(several(impatient(1), wordless, comesBack(1), ...more)).find(({ ruleId }) => ruleId === "app.standstill");
  expect(tell()).toMatchObject({ variant: "woke", args: { left: 1, hungUp: 1 } });
  const mute = half({ firstData: null, lastData: null });
  const refused = refusedSyn(WOKE + 1);
  const ended = tell({ ...refused, tcp: { ...refused.tcp, halves: [mute, mute] } });
  expect(ended).toMatchObject({ variant: "still", args: { left: 1 } });
  expect(ended?.evidence.map(({ what }) => what)).not.toContain("hungUpWaking");
});

const isTold = (...connections: ConnectionFacts[]): boolean =>
  judge(several(...connections)).some(({ variant }) => variant === "woke" || variant === "still");

test("whoever takes nothing hears nothing of a server that goes on", () => {
  const full = (one: ConnectionFacts): ConnectionFacts => {
    const [own, served] = one.tcp.halves;
    return { ...one, tcp: { ...one.tcp, halves: [{ ...own, zeroWindows: 1, longestZeroWindowNs: 10e9 }, served] } };
  };
  expect(isTold(pinging(1), pinging(2))).toBe(true);
  expect(isTold(full(pinging(1)), full(pinging(2)))).toBe(false);
});

test("two seconds are no standstill", () => {
  const quick = (last: number, at: number) => {
    const heartbeat = [deafBeat(19.9, [20.4, at - 1]), beat({ pings: 0, answered: 0 })] as const;
    return impatient(last, at, { webSocketFacts: { heartbeat } });
  };
  expect(isTold(quick(1, 22.3), quick(2, 22.5))).toBe(false);
  expect(isTold(quick(1, 23.3), quick(2, 23.5))).toBe(true);
});
