import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import { abnormal, mark, refusedSyn } from "../../support/facts-builder.ts";
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
