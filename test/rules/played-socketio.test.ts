import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { Finding, RuleId } from "../../src/rules/types.ts";
import type { SocketIoNamespaceFacts } from "../../src/store/session-types.ts";
import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import type { WebSocketFacts } from "../../src/store/websocket-types.ts";
import {
  close,
  connectionFacts,
  deafBeat,
  exchange,
  mark,
  UPGRADE_FIELDS,
  upgrade,
  webSocket,
} from "../support/facts-builder.ts";
import { namespace } from "../support/session-facts.ts";
import { session } from "./cases/application.ts";
import { one } from "./cases/case.ts";

// Faults that were played with real peers of Socket.IO, whose logs told what had happened.

const found = (ruleId: RuleId, analysis: Analysis): Finding[] =>
  judge(analysis).filter((item) => item.ruleId === ruleId);

const causesOf = (ruleId: RuleId, analysis: Analysis): string[] =>
  (found(ruleId, analysis)[0]?.causes ?? []).map(({ id, confidence }) => `${confidence} ${id}`);

describe("an error page that says nothing of origins", () => {
  const failed = (status: number, body: string) =>
    one(
      connectionFacts({
        kind: "http",
        upgrade: null,
        webSocket: null,
        exchanges: [
          exchange({
            target: "/socket.io/?EIO=4&transport=polling",
            request: { Host: "api.test", Connection: "keep-alive", Origin: "http://shop.test" },
            status,
            body,
            response: { Server: "nginx" },
          }),
        ],
      }),
    );
  const told = (analysis: Analysis) => judge(analysis).map(({ ruleId, severity }) => `${severity} ${ruleId}`);

  test("is what its status says; that a page cannot read it is a note", () => {
    expect(told(failed(502, "<h1>502 Bad Gateway</h1>"))).toEqual([
      "error http.upgrade.gateway-error",
      "note http.cors.refused",
    ]);
    expect(told(failed(404, '{"message":"Cannot GET /"}'))[0]).toBe("error http.upgrade.refused");
  });

  test("one that refuses the origin in words is a refusal of the origin", () => {
    expect(told(failed(500, "Error: Not allowed by CORS"))[0]).toBe("error http.cors.refused");
  });
});

const [QUIET] = webSocket().heartbeat;

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64)", "likely pageFrozen"],
  ["node", "likely neverPongsEngineIo"],
])("a Close that %s answers, and no ping before it: %s", (agent, cause) => {
  const unanswered = { ...deafBeat(20, [30]), answered: 0, lastPong: null };
  const { engineIo } = session();
  if (engineIo === null) throw new Error("a session of Engine.IO");
  const connection = connectionFacts({
    upgrade: upgrade({
      target: "/socket.io/?EIO=4&transport=websocket",
      request: { ...UPGRADE_FIELDS, "User-Agent": agent },
    }),
    session: session({ engineIo: { ...engineIo, heartbeat: [QUIET, unanswered] } }),
    webSocket: webSocket({ closeFrames: [close(35.01, null), close(35, null)], heartbeat: [QUIET, QUIET] }),
  });
  expect(causesOf("eio.pong.missing", one(connection))[0]).toBe(cause);
});

test("of a WebSocket that nobody greets the Close is shown that came first, with its code", () => {
  const shut = connectionFacts({
    upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket", request: UPGRADE_FIELDS }),
    session: session({ engineIo: null, socketIo: [], lastTexts: [null, { ...mark(0.2), text: '{"hello":1}' }] }),
    webSocket: webSocket({ closeFrames: [close(5.01, 4008), close(5, 4008, "auth timeout")] }),
  });
  const shown = found("sio.connect.unanswered", one(shut))[0]?.evidence.find(({ what }) => what === "closeFrame");
  expect(shown?.args).toEqual({ from: "server", code: 4008, reason: "auth timeout" });
});

test("a server of version 4 connects nobody unasked: where the capture lacks bytes of the client, it was asked", () => {
  const unasked = session({
    socketIo: [namespace({ name: "/", connectRequested: mark(0.2), connected: mark(0.1) })],
  });
  const connected = (events: WebSocketFacts["events"]) =>
    one(
      connectionFacts({
        upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket" }),
        session: unasked,
        webSocket: webSocket({ firstFrame: [mark(0.2), mark(0.05)], events, eventCounts: { gap: events.length } }),
      }),
    );
  expect(found("eio.request.refused", connected([]))).toMatchObject([{ variant: "oldServer" }]);
  const hole = { ...mark(0.3), code: "gap", from: "client", section: "RFC 6455 §5.2", value: 8 } as const;
  expect(found("eio.request.refused", connected([hole]))).toEqual([]);
});

describe("a client that is let in, and refused what it asks for", () => {
  const said = (at: number, message: string) => ({ ...mark(at), event: "exception", message });
  const told = (
    given: Partial<SocketIoNamespaceFacts>,
    messages: readonly string[] = ["Unauthorized", "Unauthorized"],
    more: Partial<ConnectionFacts> = {},
  ) => {
    const firstErrors = messages.map((message, index) => said(10 + index, message));
    const socketIo = [
      namespace({ firstErrors, told: firstErrors.at(-1) ?? null, errors: messages.length, served: null, ...given }),
    ];
    return found("sio.exception", one(connectionFacts({ session: session({ socketIo }), ...more }))).map(
      ({ variant, severity, causes }) => `${severity} ${variant} ${causes[0]?.id}`,
    );
  };

  test("is warned of; not where anything else came from the server after it", () => {
    expect(told({})).toEqual(["warning refused tokenRejected"]);
    expect(told({ served: mark(5) })).toEqual(["warning refused tokenRejected"]);
    expect(told({ served: mark(11.5) })).toEqual(["note plain tokenRejected"]);
    expect(told({}, ["Unauthorized", "Validation failed"])).toEqual(["note plain tokenRejected"]);
    expect(told({}, ["Internal server error"])).toEqual(["note plain plainError"]);
  });

  test("and so it is where its requests fail at the server, each time", () => {
    const thrice = ["Internal server error", "Internal server error", "Internal server error"];
    expect(told({}, thrice)).toEqual(["warning failing plainError"]);
    expect(told({ served: mark(5) }, thrice)).toEqual(["warning failing plainError"]);
    expect(told({ served: mark(11.5) }, thrice)).toEqual(["note plain plainError"]);
    expect(told({}, ["Validation failed", "Validation failed", "Validation failed"])).toEqual([
      "note plain handlerException",
    ]);
    expect(told({ disconnected: { ...mark(30), from: "server" } }, thrice)).toEqual([]);
  });

  test("not where the capture may lack what else came", () => {
    expect(told({ served: undefined } as unknown as Partial<SocketIoNamespaceFacts>)).toEqual([
      "note plain tokenRejected",
    ]);
    const gap = { ...mark(20), code: "gap", from: "server", section: "RFC 6455 §5.2", value: 40 } as const;
    const holed = { webSocket: webSocket({ events: [gap], eventCounts: { gap: 1 } }) };
    expect(told({}, undefined, holed)).toEqual(["note plain tokenRejected"]);
  });

  test("one thing that a user may not do is a note, where anything was served before", () => {
    expect(told({}, ["Forbidden resource"])).toEqual(["warning refused permissionMissing"]);
    expect(told({ served: mark(5) }, ["Forbidden resource"])).toEqual(["note plain permissionMissing"]);
  });

  test("an acknowledgment says it as well as an event", () => {
    const failedAcks = { count: 3, first: [{ ...mark(10), event: "join", message: "Unauthorized" }] };
    expect(told({ failedAcks }, [])).toEqual(["warning refused tokenRejected"]);
    expect(
      told({ failedAcks: { ...failedAcks, first: [{ ...mark(10), event: "join", message: "name taken" }] } }, []),
    ).toEqual([]);
  });
});

test.each([
  ["token_expired", "jwt expired", 4, "likely tokenRanOut"],
  ["token_expired", "token_expired", 0.5, "likely tokenNotRenewed"],
  ["unauthorized", "invalid signature", 4, "likely tokenOfOthers"],
  ["forbidden", "admins only", 4, "likely permissionMissing"],
  ["error", "Subscription expired", 4, "likely otherTermOver"],
  ["error", "room is full", 4, "likely gatewayDisconnects"],
])("put out after the event %s, “%s”, at %d s: %s", (event, message, seconds, cause) => {
  const told = { ...mark(seconds), event, message };
  const socketIo = [
    namespace({ told, firstErrors: [told], errors: 1, disconnected: { ...mark(seconds + 0.01), from: "server" } }),
  ];
  expect(causesOf("sio.disconnected", one(connectionFacts({ session: session({ socketIo }) })))[0]).toBe(cause);
});
