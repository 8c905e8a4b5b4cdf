import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import {
  abnormal,
  analysisOf,
  close,
  joined,
  mark,
  refusedSyn,
  reset,
  UPGRADE_FIELDS,
  upgrade,
} from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// The client says Close at 30 s, and the server hangs up instead of answering.

const hungUp = (
  seconds: number,
  tcpFacts: NonNullable<Parameters<typeof abnormal>[2]>["tcpFacts"] = {},
  more: Partial<ConnectionFacts> = {},
): ConnectionFacts =>
  abnormal("server", seconds, { tcpFacts, webSocketFacts: { closeFrames: [close(30, 1000), null] }, ...more });

const causesOf = (...connections: ConnectionFacts[]): string[] => causesIn(several(...connections));

const causesIn = (analysis: Analysis): string[] =>
  judge(analysis)
    .filter(({ ruleId }) => ruleId === "ws.close.unanswered")
    .flatMap(({ causes }) => causes.map(({ id, confidence }) => `${confidence} ${id}`));

const dropped = (): ConnectionFacts => abnormal("server", 30.02);

test("who hangs up at once ended the connection below the WebSocket, or its process ended", () => {
  expect(causesOf(hungUp(30.01))).toEqual(["likely serverTerminated", "possible serverDied", "possible closeIgnored"]);
  const resets = [reset({ at: 30.01 })];
  expect(causesOf(hungUp(30.01, { ending: "rst", resets }))).toEqual([
    "likely closedWithUnread",
    "possible processCrashed",
    "possible closeIgnored",
  ]);
});

test("where its other connections end at that moment, or its port refuses afterwards, its process ended", () => {
  expect(causesOf(hungUp(30.01), dropped(), dropped())[0]).toBe("likely serverDied");
  expect(causesOf(hungUp(30.01), dropped())[0]).toBe("likely serverTerminated");
  expect(causesOf(hungUp(30.01), refusedSyn(31))[0]).toBe("likely serverDied");
});

test("behind a proxy that the 101 names the end may be the proxy's", () => {
  const named = upgrade({ response: { Upgrade: "websocket", Connection: "Upgrade", Server: "nginx/1.24.0" } });
  const behind = hungUp(30.01, {}, { upgrade: named, exchanges: [named.exchange] });
  expect(causesOf(behind)[0]).toBe("likely proxyOrBehind");
  expect(causesOf(behind, refusedSyn(31))[0]).toBe("likely proxyRestarted");
});

test("a system that did not have the connection any more ignored nothing", () => {
  const unknown = reset({ at: 30.01, hasAck: false, answers: mark(30) });
  expect(causesOf(hungUp(30.01, { ending: "rst", resets: [unknown] }))).toEqual(["likely connectionUnknown"]);
});

test("who hangs up only seconds later had the time to answer", () => {
  expect(causesOf(hungUp(35))).toEqual(["likely closeIgnored", "possible peerBlocked"]);
});

test("one connection that several captures hold ended once", () => {
  const joins = [joined("two-captures", { places: [1, 2] })];
  const three = [hungUp(30.01), dropped(), dropped()];
  expect(causesIn(analysisOf(three, { joins }))[0]).toBe("likely serverTerminated");
});

test("a proxy only passes a Close on: who did not answer is behind it", () => {
  const unanswered = (request: Record<string, string>): string[] => {
    const asked = upgrade({ request: { ...UPGRADE_FIELDS, ...request } });
    const exchanges = [asked.exchange];
    const webSocketFacts: Partial<WebSocketFacts> = { closeFrames: [null, close(30, 1000)] };
    return causesOf(abnormal("client", 37, { webSocketFacts, upgrade: asked, exchanges }));
  };
  expect(unanswered({ "X-Forwarded-For": "192.0.2.7" })).toEqual([
    "likely clientBehindSilent",
    "possible closeIgnored",
  ]);
  expect(unanswered({ Host: "chat.example", Connection: "upgrade" })[0]).toBe("likely clientBehindSilent");
  expect(unanswered({})[0]).toBe("likely closeIgnored");
});
