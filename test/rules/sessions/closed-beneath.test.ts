import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  BACKEND_LEG,
  close,
  connectionFacts,
  exchange,
  mark,
  refusedUpgrade,
  tcp,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { engineIoSession, namespace, sessionFacts } from "../../support/session-facts.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// socket.conn.close() in a connection handler: played with socket.io 4, over WebSocket alone and after polls.

const TARGET = "/socket.io/?EIO=4&transport=websocket";

const closedAt = (opened: number, ended: number, reason = "", asked = namespace({ connected: mark(opened + 0.1) })) => {
  const sid = `s${opened}`;
  const talk = session({ socketIo: [{ ...asked, sid }] });
  return connectionFacts({
    first: mark(opened),
    last: mark(ended),
    tcp: tcp({ firstCloser: "server", closedAt: mark(ended) }),
    upgrade: upgrade({ target: TARGET, requestAt: opened, responseAt: opened + 0.05 }),
    session: {
      ...talk,
      engineIo: talk.engineIo && {
        ...talk.engineIo,
        sid,
        open: talk.engineIo.open && { ...talk.engineIo.open, ...mark(opened + 0.06) },
      },
    },
    webSocket: webSocket({
      openedAt: mark(opened + 0.05),
      closeFrames: [null, { ...close(ended, null), reason }],
    }),
  });
};

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => ruleId === "sio.disconnected")
    .map(({ severity, variant, alsoConnections }) => `${severity} ${variant} ${alsoConnections.length + 1}`);

test("a server that closes Engine.IO right after each connect is one error", () => {
  expect(told(closedAt(1, 1.2), closedAt(3, 3.2), closedAt(6, 6.2))).toEqual(["error closedBeneath 3"]);
});

test("once it may be a server that stops just then", () => {
  expect(told(closedAt(1, 1.2), closedAt(3, 40))).toEqual(["warning closedBeneath 1"]);
});

test("a session ends once, on however many connections", () => {
  expect(told(closedAt(1, 1.2), closedAt(1, 1.3))).toEqual(["warning closedBeneath 1"]);
});

test("a session that Socket.IO itself ended before is told as that", () => {
  const packet = { ...mark(1.15), from: "server" as const };
  const dismissed = namespace({ connected: mark(1.1), disconnected: packet });
  expect(told(closedAt(1, 1.2, "", dismissed)).join()).not.toContain("closed");
  const refused = namespace({ connected: null, refused: { ...mark(1.15), message: "no" } });
  expect(told(closedAt(1, 1.2, "", refused), closedAt(3, 3.2, "", refused))).toEqual([]);
});

test("a reason is told by its own rule", () => {
  expect(told(closedAt(1, 1.2, "bye"), closedAt(3, 3.2, "bye"))).toEqual([]);
});

test("a CONNECT that nobody answers before the end is told where it comes again", () => {
  const unasked = (opened: number, ended: number) =>
    closedAt(opened, ended, "", namespace({ connectRequested: mark(opened + 0.1), connected: null }));
  expect(told(unasked(1, 1.2), unasked(3, 3.2))).toEqual(["error closedUnasked 2"]);
  expect(told(unasked(1, 1.2))).toEqual([]);
  expect(told(unasked(1, 9), unasked(20, 29))).toEqual([]);
});

describe("of a client that polls first", () => {
  const POLL = "/socket.io/?EIO=4&transport=polling";
  const poll = (sid: string, at: number, body: string, more = {}) =>
    exchange({
      status: 200,
      request: {},
      target: `${POLL}&sid=${sid}`,
      requestAt: at - 0.05,
      responseAt: at,
      body,
      ...more,
    });

  /** A browser's: one connection carries the polls of session after session, each closed by the server at once. */
  const polls = (openings: readonly number[], connected: number | null = null, leg = {}, laterBy = 0) =>
    connectionFacts({
      kind: "http",
      upgrade: null,
      webSocket: null,
      exchanges: openings.flatMap((at) => [
        exchange({
          status: 200,
          request: {},
          target: POLL,
          requestAt: at - 0.1 + laterBy,
          responseAt: at + laterBy,
          body: `0{"sid":"s${at}"}`,
        }),
        poll(`s${at}`, at + 0.1 + laterBy, "ok", { method: "POST", sent: "40" }),
        poll(`s${at}`, at + 0.2 + laterBy, "6\x1e1"),
      ]),
      session: sessionFacts({
        protocol: "socket.io",
        engineIo: engineIoSession({ transport: "polling", sid: `s${openings[0]}` }).engineIo,
        socketIo: openings.map((at) =>
          namespace({
            sid: `s${at}`,
            name: "/",
            connectRequested: mark(at + 0.05),
            connected: at === connected ? mark(at + 0.15) : null,
          }),
        ),
      }),
      ...leg,
    });

  /** What asks for its WebSocket meanwhile; null: it opened, was probed, and closed by the server before it answered. */
  const asks = (at: number, status: number | null, leg = {}) => {
    const target = `/socket.io/?EIO=4&transport=websocket&sid=s${at}`;
    const times = { requestAt: at + 0.05, responseAt: at + 0.21 };
    if (status !== null) return refusedUpgrade({ ...times, target, status, body: "Session ID unknown" }, leg);
    return connectionFacts({
      upgrade: upgrade({ ...times, target, responseAt: at + 0.06 }),
      session: engineIoSession({ sid: `s${at}`, probeSent: mark(at + 0.18) }),
      tcp: tcp({ firstCloser: "server", closedAt: mark(at + 0.19) }),
      webSocket: webSocket({
        openedAt: mark(at + 0.06),
        firstFrame: [mark(at + 0.18), mark(at + 0.19)],
        closeFrames: [null, { ...close(at + 0.19, null), reason: "" }],
      }),
      ...leg,
    });
  };

  const errors = (...connections: ConnectionFacts[]) =>
    judge(several(...connections))
      .filter(({ severity }) => severity !== "note")
      .map(({ severity, ruleId, variant }) => `${severity} ${ruleId} ${variant}`);

  test("what became of the WebSocket that it asked for is no story of its own", () => {
    const one = ["error sio.disconnected closedUnasked"];
    expect(errors(polls([1, 3, 6]))).toEqual(one);
    expect(errors(polls([1, 3, 6]), asks(1, null), asks(3, 400))).toEqual(one);
    const behind = [polls([1, 3], null, BACKEND_LEG, 0.01)];
    expect(errors(polls([1, 3]), ...behind)).toEqual(one);
  });

  test("who was let in some of the times met the same check", () => {
    expect(errors(polls([1, 3, 6], 3))).toEqual(["error sio.disconnected closedBeneath"]);
  });

  test("once it may be a server that stops just then, and is no missing session, nor a probe in vain", () => {
    expect(errors(polls([1]))).toEqual([]);
    expect(errors(polls([1]), asks(1, 400))).toEqual([]);
    expect(errors(polls([1]), asks(1, null))).toEqual([]);
  });
});
