import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, mark, refusedSyn, refusedUpgrade, reset, tcp } from "../../support/facts-builder.ts";
import { begun, opened, polled, posted } from "../../support/polled-sessions.ts";
import { namespace } from "../../support/session-facts.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// Played with NestJS 11: its log ends in the WsException that handleConnection had thrown, 78 ms after Socket.IO's CONNECT.

const isBlamed = (connectedAt: number, lastMessages: [number, number], refusedAt = 10.5): boolean => {
  const ended = abnormal("server", 10, {
    session: session({ socketIo: [namespace({ connected: mark(connectedAt) })] }),
    webSocketFacts: { lastMessage: [mark(lastMessages[0]), mark(lastMessages[1])] },
  });
  const found = judge(several(ended, refusedSyn(refusedAt))).find(({ ruleId }) => ruleId === "ws.close.no-close-frame");
  return found?.causes.some(({ id }) => id === "connectHandlerThrew") ?? false;
};

test("a process that dies right after it has let a client in died of its connection handler", () => {
  expect(isBlamed(9.92, [9.9, 9.92])).toBe(true);
});

test("not one that lived on for a while, was asked for something, spoke, or is still there", () => {
  expect(isBlamed(9, [8.9, 9])).toBe(false);
  expect(isBlamed(9.92, [9.95, 9.92])).toBe(false);
  expect(isBlamed(9.92, [9.9, 9.96])).toBe(false);
  expect(isBlamed(9.92, [9.9, 9.92], 90)).toBe(false);
});

describe("a client that polls first, and was not let in before its server's process ended", () => {
  const TARGET = "/socket.io/?EIO=4&transport=websocket&sid=s";

  /** CONNECT was posted, and taken. */
  const asks = (at: number) => {
    const begun = posted(at, "40/im,");
    const im = namespace({ name: "/im", sid: "s", connectRequested: mark(at), connected: null });
    return { ...begun, session: begun.session && { ...begun.session, socketIo: [im] } };
  };
  const torn = (at: number, more: Partial<ConnectionFacts> = {}) => ({
    first: mark(at - 0.03),
    last: mark(at),
    tcp: tcp({ ending: "rst", firstCloser: "server", closedAt: mark(at), resets: [reset({ at })] }),
    ...more,
  });
  const wanted = (at: number) => refusedUpgrade({ target: TARGET, status: null, requestAt: at - 0.02 }, torn(at));
  const waits = (at: number) => polled({ requestAt: at - 0.02, status: null }, {}, torn(at));

  const told = (...all: ConnectionFacts[]) =>
    judge(several(...all))
      .filter(({ severity }) => severity === "error")
      .map(({ ruleId, causes }) => `${ruleId} ${causes[0]?.id}`);

  test("is told what ended it, once, whoever is refused afterwards", () => {
    expect(told(begun(1), asks(1.01), wanted(1.05), waits(1.053), refusedSyn(1.1), refusedSyn(2))).toEqual([
      "http.upgrade.dropped connectCrashed",
    ]);
  });

  test("but not where it had asked long before, or not at all", () => {
    const processOnly = ["http.upgrade.dropped processCrashed"];
    expect(told(begun(1), wanted(1.05), waits(1.053), refusedSyn(1.1))).toEqual(processOnly);
    expect(told(begun(1), asks(1.01), wanted(4), waits(4.003), refusedSyn(4.1))).toEqual(processOnly);
    // Whose port goes on to accept has not died.
    expect(told(begun(1), asks(1.01), wanted(1.05), waits(1.053))).not.toContain(processOnly[0]);
  });

  test("and before its proxy the backend ended rather than never ran", () => {
    const page = {
      status: 502,
      response: { Server: "nginx/1.22.1" },
      body: "<html><center>nginx/1.22.1</center></html>",
    };
    const open = opened(1, "s");
    const failed = (at: number) => polled({ ...page, requestAt: at, responseAt: at + 0.01 });
    expect(told(open, failed(1.2))).toEqual(["http.upgrade.gateway-error backendCrashed"]);
    expect(told(open, failed(9))).toEqual(["http.upgrade.gateway-error backendDown"]);
  });
});
