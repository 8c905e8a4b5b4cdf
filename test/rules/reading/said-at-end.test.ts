import { expect, test } from "vitest";
import { saidAtEnd } from "../../../src/rules/reading/said-at-end.ts";
import type { SessionFacts } from "../../../src/store/session-types.ts";
import { close, connectionFacts, mark, webSocket } from "../../support/facts-builder.ts";
import { engineIoSession, namespace, sessionFacts } from "../../support/session-facts.ts";

const said = (given: Partial<SessionFacts>) =>
  saidAtEnd(
    connectionFacts({
      session: sessionFacts(given),
      webSocket: webSocket({
        closeFrames: [close(30.02, 1000), close(30.01, 1000)],
        lastMessage: [mark(10), mark(30)],
      }),
    }),
  );

const notice = { ...mark(30), from: "server" as const, errorMessage: "no right" };

test("a protocol's own end is told by its name", () => {
  expect(said({ notices: [{ ...notice, protocol: "stomp", messageType: "ERROR" }] })).toEqual({
    protocol: "STOMP",
    from: "server",
    text: "no right",
  });
  expect(said({ notices: [{ ...notice, protocol: "mqtt", messageType: "DISCONNECT", code: 142 }] })?.text).toBe(
    "DISCONNECT 142",
  );
});

test("Socket.IO and Engine.IO end it with packets of their own", () => {
  const by = (from: "client" | "server") => ({ ...mark(29.9), from });
  expect(said({ socketIo: [namespace({ disconnected: by("server") })] })?.text).toBe("DISCONNECT");
  expect(said({ socketIo: [namespace({ refused: { ...mark(29.9), message: "jwt expired" } })] })?.text).toBe(
    "jwt expired",
  );
  expect(said(engineIoSession({ closed: by("server") }))).toMatchObject({ protocol: "Engine.IO", text: "close" });
  // A goodbye of the client's, and what was long before, say nothing of why.
  expect(said({ socketIo: [namespace({ disconnected: by("client") })] })).toBeNull();
  expect(said(engineIoSession({ closed: by("client") }))).toBeNull();
  expect(said({ socketIo: [namespace({ disconnected: { ...mark(20), from: "server" } })] })).toBeNull();
});
