import { expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { SessionFacts } from "../../src/store/session-types.ts";
import { analysisOf, close, connectionFacts, mark, webSocket } from "../support/facts-builder.ts";
import { engineIoSession, sessionFacts } from "../support/session-facts.ts";

/** Open for a while; the server's last message, and right behind it a Close of that side with that code. */
function said(text: string, from: "client" | "server", code: number | null, session: Partial<SessionFacts> = {}) {
  const closes = [close(30.02, code), close(30.021, code)] as const;
  const connection = connectionFacts({
    webSocket: webSocket({
      closeFrames: from === "client" ? [closes[0], closes[1]] : [closes[1], closes[0]],
      lastMessage: [mark(29), mark(30)],
      messages: [
        { text: 20, binary: 0, bytes: 400 },
        { text: 80, binary: 0, bytes: 4000 },
      ],
    }),
    session: { ...sessionFacts({ lastTexts: [null, { ...mark(30), text }] }), ...session },
  });
  return judge(analysisOf([connection])).map(
    ({ ruleId, variant, severity, causes }) => `${severity} ${ruleId} ${variant}: ${causes.map(({ id }) => id).join()}`,
  );
}

const EXPIRED = '{"type":"error","message":"jwt expired"}';
const KICKED = '{"type":"kicked","reason":"logged in elsewhere"}';

test("a normal Close behind the server's no is a refusal, whoever sent it", () => {
  const expired = ["warning ws.close.code turnedAway: saidWhy,tokenRejected"];
  expect(said(EXPIRED, "client", 1000)).toEqual(expired);
  expect(said(EXPIRED, "client", null)).toEqual(expired);
  expect(said(EXPIRED, "server", 1000)).toEqual(expired);
  expect(said(EXPIRED, "server", 1001)).toEqual(expired);
  expect(said(KICKED, "server", 1000)).toEqual(["warning ws.close.code turnedAway: saidWhy,replacedElsewhere"]);
});

test("an end after other words is a normal one", () => {
  expect(said('{"type":"done","errors":0,"failed":[]}', "server", 1000)).toEqual([]);
  expect(said('{"type":"error","message":"no such channel"}', "client", 1000)).toEqual([]);
  expect(said('{"type":"bye"}', "server", 1001).map((one) => one.slice(0, 28))).toEqual([
    "note ws.close.code goingAway",
  ]);
});

test("Socket.IO says so in packets of its own, which other rules read", () => {
  expect(said(EXPIRED, "client", 1000, { engineIo: engineIoSession().engineIo })).toEqual([]);
});

test("what a protocol inside says is told by its name", () => {
  const notices = [
    { ...mark(30), protocol: "stomp", from: "server", messageType: "ERROR", errorMessage: "Invalid token" } as const,
  ];
  expect(said("ERROR invalid token", "server", 1000, { notices })).toEqual([
    "error ws.close.code saidInProtocol: saidInProtocol,tokenRejected",
  ]);
});

test("as the answer to the handshake it is told of the handshake alone", () => {
  const atOnce = (messages: number, text: string, reason: string) =>
    judge(
      analysisOf([
        connectionFacts({
          webSocket: webSocket({
            closeFrames: [close(0.026, 1000), close(0.025, 1000, reason)],
            lastMessage: [null, messages === 0 ? null : mark(0.024)],
            messages: [
              { text: 0, binary: 0, bytes: 0 },
              { text: messages, binary: 0, bytes: 40 },
            ],
          }),
          session: sessionFacts({ lastTexts: [null, messages === 0 ? null : { ...mark(0.024), text }] }),
        }),
      ]),
    ).map(({ ruleId, variant }) => `${ruleId} ${variant}`);
  expect(atOnce(1, EXPIRED, "")).toEqual(["http.upgrade.closed-at-once told"]);
  expect(atOnce(0, "", "token expired")).toEqual(["http.upgrade.closed-at-once close"]);
});
