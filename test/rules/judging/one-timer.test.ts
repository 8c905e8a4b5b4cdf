import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { ACCEPT, abnormal, connectionFacts, exchange, mark, SECOND_NS, upgrade } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// One time that a proxy waits, and no longer: polls get its 504, WebSockets end without a word.

const NGINX = { Server: "nginx/1.22.1" };
const HAPROXY = "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.\n</body></html>";
const POLL = "/socket.io/?EIO=4&transport=polling&t=x";

/** A poll of a running session that waited for so long. */
const poll = (waited: number, { response = NGINX as Record<string, string>, body = "", sid = "&sid=a" } = {}) =>
  connectionFacts({
    first: mark(4.9),
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [
      exchange({
        target: `${POLL}${sid}`,
        request: { Host: "app.example" },
        status: 504,
        response,
        body,
        requestAt: 5,
        responseAt: 5 + waited,
      }),
    ],
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** Ended by its server after so long a silence. */
const silent = (idle: number, at: number, response: Record<string, string> = NGINX): ConnectionFacts =>
  abnormal("server", at, {
    upgrade: upgrade({
      response: { Upgrade: "websocket", Connection: "upgrade", "Sec-WebSocket-Accept": ACCEPT, ...response },
    }),
    tcpFacts: { idleBeforeCloseNs: idle * SECOND_NS },
    webSocketFacts: { openedAt: mark(0.1), lastFrame: [mark(at - idle - 0.1), mark(at - idle)] },
  });

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => /^(ws\.close|http)\./.test(ruleId))
    .map(
      ({ ruleId, severity, followsFrom, causes }) =>
        `${severity} ${ruleId}${followsFrom === null ? ` ${causes[0]?.confidence} ${causes[0]?.id}` : ` < ${followsFrom}`}`,
    );

test("polls and WebSockets that one timer of a proxy gives up are one error, which a WebSocket tells", () => {
  const one = [
    "error ws.close.no-close-frame likely nginxReadTimeout",
    "note http.upgrade.gateway-error < ws.close.no-close-frame",
  ];
  expect(told(poll(3), silent(3, 20))).toEqual(one);
  expect(told(poll(3), silent(3, 20), silent(2.8, 23))).toEqual(one);
  // Of another time each has a reason of its own.
  expect(told(poll(7), silent(3, 20))).toEqual([
    "error http.upgrade.gateway-error likely pollTimeout",
    "error ws.close.no-close-frame likely nginxReadTimeout",
  ]);
});

test("a 504 to a poll that waits says nothing of a backend that is gone", () => {
  const [, told504] = told(silent(3, 4), poll(7));
  expect(told(silent(3, 4), poll(7))[0]).toBe("error ws.close.no-close-frame likely nginxReadTimeout");
  expect(told504).toBe("error http.upgrade.gateway-error likely pollTimeout");
  // One that asks for a session should have been answered at once: all of it is one story.
  expect(told(silent(3, 4), poll(7, { sid: "" }))).toHaveLength(2);
  expect(told(silent(3, 4), poll(7, { sid: "" }))[1]).toBe("note http.upgrade.gateway-error < ws.close.no-close-frame");
});

test("a new session on polls is no recovery from a timer that is too short", () => {
  const again = connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [
      { target: POLL, status: 200, body: '0{"sid":"b"}', requestAt: 9, responseAt: 9.1 },
      { target: `${POLL}&sid=b`, status: 200, body: "2", requestAt: 9.2, responseAt: 9.3 },
    ].map((one) => exchange({ request: { Host: "app.example" }, ...one })),
    close: { verdict: "none", clientSees: null, serverSees: null },
  });
  expect(told(poll(3), again)).toEqual(["error http.upgrade.gateway-error likely pollTimeout"]);
  // Polls that open a session had their answer now.
  expect(told(poll(3, { sid: "" }), again)[0]).toMatch(/^warning/);
});

test("a proxy that names itself nowhere but in its 504 is named", () => {
  const own = { response: {}, body: HAPROXY };
  const [error, ...others] = judge(several(poll(3, own), silent(3, 20, {}), silent(1, 30, {}))).filter(
    ({ severity }) => severity !== "note",
  );
  expect(error?.causes[0]).toMatchObject({ id: "proxyIdleTimer", confidence: "likely", args: { front: "haproxy" } });
  expect(others.map(({ ruleId }) => ruleId)).not.toContain("http.upgrade.gateway-error");
});
