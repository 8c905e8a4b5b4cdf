import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../src/store/session-types.ts";
import { connectionFacts, mark, upgrade } from "../support/facts-builder.ts";
import { namespace } from "../support/session-facts.ts";
import { session } from "./cases/application.ts";
import { one } from "./cases/case.ts";

// A session of Socket.IO enters several namespaces, each by its own CONNECT: played with socket.io 4 at both ends.

const ORIGIN = 1_700_000_000;

const tokenOf = (name: string, expiresInSeconds: number): TokenFacts => ({
  ...mark(0.02),
  where: "socket.io-auth",
  sid: "s",
  namespace: name,
  from: "client",
  expiresAtSeconds: ORIGIN + expiresInSeconds,
  notBeforeSeconds: null,
  issuedAtSeconds: null,
});

const told = (namespaces: readonly SocketIoNamespaceFacts[], tokens: readonly TokenFacts[] = []): string[] =>
  judge(
    one(
      connectionFacts({
        upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket" }),
        session: session({ socketIo: namespaces }),
        tokens,
      }),
    ),
  ).map(({ severity, ruleId, followsFrom, args }) => `${severity} ${ruleId} ${args["namespace"]} ${followsFrom}`);

const refusedBy = (name: string, message: string) =>
  namespace({ name, connected: null, refused: { ...mark(0.05), message } });
const putOutOf = (name: string, seconds: number) =>
  namespace({ name, disconnected: { ...mark(seconds), from: "server" } });

test("what one namespace refuses is not why another one puts the client out", () => {
  const both = [putOutOf("/", 4), refusedBy("/admin", "jwt expired")];
  expect(told(both, [tokenOf("/", 3600), tokenOf("/admin", -3600)])).toEqual([
    "error jwt.expired /admin null",
    "warning sio.disconnected / null",
    "note sio.connect.refused /admin jwt.expired",
  ]);
});

test("refusals in other words have other reasons, those in the same words have one", () => {
  expect(told([refusedBy("/", "jwt malformed"), refusedBy("/amdin", "Invalid namespace")])).toEqual([
    "error sio.connect.refused / null",
    "error sio.connect.refused /amdin null",
  ]);
  expect(told([refusedBy("/", "jwt malformed"), refusedBy("/admin", "jwt malformed")])).toEqual([
    "error sio.connect.refused / null",
    "note sio.connect.refused /admin sio.connect.refused",
  ]);
});

test("a token speaks for the namespace into which it was to let the client", () => {
  expect(told([putOutOf("/", 0.5), namespace({ name: "/admin" })], [tokenOf("/admin", -3600)])).toEqual([
    "error sio.disconnected / null",
  ]);
});

test("a token that ran out seconds ago is why, where the server's words say so", () => {
  const refused = told([refusedBy("/", "jwt expired")], [tokenOf("/", -1)]);
  expect(refused[0]).toBe("error jwt.expired / null");
  expect(told([refusedBy("/", "Unauthorized")], [tokenOf("/", -1)])).toEqual(["error sio.connect.refused / null"]);
});

test("a licence that ran out is no token, though an old one lies beside it", () => {
  expect(told([refusedBy("/", "Your license expired")], [tokenOf("/", -3600)])).toEqual([
    "error sio.connect.refused / null",
    "note jwt.expired undefined null",
  ]);
});
