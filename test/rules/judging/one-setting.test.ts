import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { connectionFacts, exchange, mark, upgrade, webSocket } from "../../support/facts-builder.ts";
import { several } from "../cases/case.ts";

// One setting that makes requests of several kinds fail: played with Socket.IO 2 clients at a server of 4, by polls and WebSocket.

const poll = (requestAt: number, code: number, message: string) =>
  connectionFacts({
    first: mark(requestAt),
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [
      exchange({
        target: "/socket.io/?EIO=3&transport=polling&t=x",
        request: { Host: "app.example" },
        status: 400,
        body: JSON.stringify({ code, message }),
        requestAt,
        responseAt: requestAt + 0.01,
      }),
    ],
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

const OLD_VERSION = [5, "Unsupported protocol version"] as const;
const UNKNOWN_TRANSPORT = [0, "Transport unknown"] as const;

const inFrames = (openedAt: number) =>
  connectionFacts({
    first: mark(openedAt),
    upgrade: upgrade({ target: "/socket.io/?EIO=3&transport=websocket", requestAt: openedAt }),
    webSocket: webSocket({
      openedAt: mark(openedAt),
      events: [{ ...mark(openedAt + 1), code: "not-websocket", from: "server", section: "RFC 6455 §5.2", value: 0 }],
      eventCounts: { "not-websocket": 1 },
    }),
  });

const told = (...connections: ReturnType<typeof poll>[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => ruleId === "eio.request.refused")
    .map(({ variant, severity, followsFrom }) => `${severity} ${variant} ${followsFrom}`);

test("versions that do not fit are one error, whether a poll or a WebSocket was refused for them", () => {
  expect(told(poll(1, ...OLD_VERSION), inFrames(5))).toEqual([
    "error protocolVersion null",
    "note inFrames eio.request.refused",
  ]);
});

test("what another setting refuses stays an error", () => {
  expect(told(poll(1, ...UNKNOWN_TRANSPORT), inFrames(5))).toEqual(["error transport null", "error inFrames null"]);
});
