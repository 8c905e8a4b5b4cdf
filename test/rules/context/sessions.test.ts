import { describe, expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { analysisOf, connectionFacts, exchange, mark, upgrade } from "../../support/facts-builder.ts";
import { namespace as letIn, sessionFacts } from "../../support/session-facts.ts";

/** Polls travel on several connections, in front of a proxy and behind it; the session's id joins them. */
const SID = "lv_VI97HAXpY6yYWAAAC";
const POLL = `/socket.io/?EIO=4&transport=polling&sid=${SID}`;

/** On one of these connections: what it shows of being let in is given. */
const namespace = (given: Partial<SocketIoNamespaceFacts>) =>
  letIn({ sid: SID, connectRequested: null, hasAuth: false, connected: null, ...given });

function poll(id: number, leg: "front" | "back", facts: SocketIoNamespaceFacts, tokens: TokenFacts[] = []) {
  const [client, server] =
    leg === "front" ? (["192.0.2.20", "192.0.2.10"] as const) : (["10.0.0.1", "10.0.0.2"] as const);
  return connectionFacts({
    id: connectionId(id),
    kind: "http",
    client: { address: client, port: 50_000 + id },
    server: { address: server, port: leg === "front" ? 80 : 7002 },
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ target: POLL, status: 200, request: { Host: "x" } })],
    session: sessionFacts({ protocol: "socket.io", socketIo: [facts] }),
    tokens,
  });
}

const asked = (at: number, hasAuth: boolean) => namespace({ connectRequested: mark(at), hasAuth });
const refused = (at: number) => namespace({ refused: { ...mark(at), message: "Token 已过期" } });
const turnedAway = (at: number) =>
  namespace({
    connected: mark(at),
    told: { ...mark(at), event: "error", message: "无效的认证令牌" },
    disconnected: { ...mark(at), from: "server" },
  });

const letInAndOut = (at: number, outAt: number) =>
  namespace({ connected: mark(at), disconnected: { ...mark(outAt), from: "server" } });

/** In CONNECT; it is valid for so many seconds from the capture's beginning. */
const tokenTo = (seconds: number): TokenFacts => ({
  ...mark(1),
  where: "socket.io-auth",
  sid: SID,
  from: "client",
  expiresAtSeconds: 1_700_000_000 + seconds,
  notBeforeSeconds: null,
  issuedAtSeconds: null,
});

const told = (...connections: ConnectionFacts[]) =>
  judge(analysisOf(connections))
    .filter(({ severity }) => severity !== "note")
    .map(({ ruleId, variant, connectionId: id, severity }) => [ruleId, variant, id, severity]);

describe("a Socket.IO session whose polls are on four connections, two of them behind the proxy", () => {
  test("is refused once, by the server, and CONNECT's auth is found on the connection that carried it", () => {
    const all = [poll(0, "front", asked(1, true)), poll(1, "front", refused(1.5))];
    const behind = [poll(2, "back", asked(1.1, true)), poll(3, "back", refused(1.4))];
    expect(told(...all, ...behind)).toEqual([["sio.connect.refused", "auth", 3, "error"]]);
    expect(told(...all)).toEqual([["sio.connect.refused", "auth", 1, "error"]]);
  });

  test("without auth in any of them the client sent no token", () => {
    expect(told(poll(0, "front", asked(1, false)), poll(1, "front", refused(1.5)))).toEqual([
      ["sio.connect.refused", "noAuth", 1, "error"],
    ]);
  });

  test("an error event and a disconnect are one refusal, with the server's words", () => {
    const analysis = [poll(0, "front", turnedAway(1.5)), poll(1, "back", turnedAway(1.4))];
    expect(told(...analysis)).toEqual([["sio.disconnected", "told", 1, "error"]]);
    expect(judge(analysisOf(analysis))[0]?.args).toMatchObject({ event: "error", message: "无效的认证令牌" });
  });

  test("the token in CONNECT had expired: said once, with the answer that came on another connection", () => {
    expect(told(poll(0, "front", asked(1, true), [tokenTo(-600)]), poll(1, "front", refused(1.5)))).toEqual([
      ["jwt.expired", "refusedNamespace", 1, "error"],
    ]);
  });

  test("let in and put out at once: said once, where the DISCONNECT came, and with the token of the other connection", () => {
    const all = [poll(0, "front", asked(1, true), [tokenTo(-600)]), poll(1, "front", letInAndOut(1.5, 1.6))];
    expect(told(...all)).toEqual([["jwt.expired", "disconnected", 1, "error"]]);
    const behind = [poll(2, "back", asked(1.1, true), [tokenTo(-600)]), poll(3, "back", letInAndOut(1.4, 1.5))];
    expect(told(...all, ...behind)).toEqual([["jwt.expired", "disconnected", 3, "error"]]);
  });

  test("put out just when the token of another connection ran out", () => {
    const all = [poll(0, "front", asked(1, true), [tokenTo(60)]), poll(1, "front", letInAndOut(1.5, 60.4))];
    expect(told(...all)).toEqual([["jwt.expired", "duringSession", 1, "error"]]);
    expect(judge(analysisOf(all)).find(({ ruleId }) => ruleId === "sio.disconnected")?.severity).toBe("note");
  });

  test("put out long before its token runs out: the token is fine", () => {
    expect(told(poll(0, "front", asked(1, true), [tokenTo(600)]), poll(1, "front", letInAndOut(1.5, 60.4)))).toEqual([
      ["sio.disconnected", "plain", 1, "warning"],
    ]);
  });

  test("a poll that the capture lacks the request of may hold the answer to a CONNECT", () => {
    const socket = (id: number): ConnectionFacts => ({
      ...connectionFacts({ id: connectionId(id), upgrade: upgrade({ target: POLL }) }),
      client: { address: "192.0.2.20", port: 50_000 + id },
      server: { address: "192.0.2.10", port: 80 },
    });
    const stray: ConnectionFacts = {
      ...poll(2, "front", namespace({ sid: null })),
      session: null,
      exchanges: [{ ...exchange({ status: 200 }), request: null }],
      first: mark(1.1),
      last: mark(1.2),
    };
    const unanswered = [poll(0, "front", asked(1, true)), socket(1)];
    expect(told(...unanswered)).toEqual([["sio.connect.unanswered", "plain", 0, "error"]]);
    expect(told(...unanswered, stray)).toEqual([]);
  });

  test("another session on the same connection is none of its business", () => {
    const other = namespace({ sid: "other", connectRequested: mark(1), hasAuth: true });
    expect(told(poll(0, "front", other), poll(1, "front", refused(1.5)))).toEqual([
      ["sio.connect.refused", "noAuth", 1, "error"],
    ]);
  });

  test("a login that the proxy left out is the proxy's fault: of the leg that shows the refusal", () => {
    const request = (fields: Record<string, string>) => ({
      exchanges: [exchange({ target: POLL, status: 200, request: { Host: "x", ...fields } })],
    });
    const client = { ...poll(0, "front", refused(1.5)), ...request({ Authorization: "Bearer secret" }) };
    const backend = (fields: Record<string, string>) => ({ ...poll(1, "back", refused(1.4)), ...request(fields) });
    const cause = (fields: Record<string, string>) =>
      judge(analysisOf([client, backend(fields)])).map(({ causes }) => `${causes[0]?.confidence} ${causes[0]?.id}`)[0];
    expect(cause({})).toBe("certain proxyDropsCredentials");
    expect(cause({ authorization: "Bearer secret" })).toBe("likely tokenNotRenewed");
    const [finding] = judge(analysisOf([client, backend({})]));
    expect(finding?.evidence.map(({ what, args }) => [what, args["name"]])).toContainEqual([
      "fieldDropped",
      "authorization",
    ]);
  });
});

test("of several errors the one about the login is told, with how many others there were", () => {
  const error = (at: number, message: string) => ({ ...mark(at), event: "exception", message });
  const firstErrors = [error(1, "Unauthorized"), error(2, "Internal server error")];
  const several = namespace({ connected: mark(0.5), told: error(2, "Internal server error"), errors: 2, firstErrors });
  const finding = judge(analysisOf([poll(0, "front", several)])).find(({ ruleId }) => ruleId === "sio.exception");
  expect(finding).toMatchObject({ args: { message: "Unauthorized", others: 1 } });
  expect(finding?.evidence).toHaveLength(2);
});

// Compared each with each, they would outlast the test's time limit many times over.
test("thousands of connections of one session are judged as soon as they are read", () => {
  const refusedRequest = (id: number): ConnectionFacts => {
    const failure = { ...mark(id / 100), event: "exception", message: "jwt expired" };
    const facts = namespace({
      connected: mark(id / 100),
      told: failure,
      errors: 1,
      firstErrors: [failure],
      served: null,
    });
    return poll(id, "front", facts, [tokenTo(-100)]);
  };
  const connections = Array.from({ length: 3000 }, (_, id) => refusedRequest(id));
  const found = judge(analysisOf(connections));
  expect(found.map(({ ruleId }) => ruleId)).toContain("jwt.expired");
  // What the connections in the middle carried is not looked at: that nothing else was served is not known.
  expect(found.map(({ variant }) => variant)).not.toContain("refusedRequests");
  expect(judge(analysisOf(connections.slice(0, 20))).map(({ variant }) => variant)).toContain("refusedRequests");
});
