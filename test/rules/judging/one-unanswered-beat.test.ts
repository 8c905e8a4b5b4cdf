import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ApplicationBeatFacts } from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, close, mark, quietBeat, tcp } from "../../support/facts-builder.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// A server that no longer answers the application's pings: its client gives up, comes back, asks once, and gives up again.

const json = { protocol: "json", engineIo: null, socketIo: [] } as const;

const beat: ApplicationBeatFacts = {
  from: "client",
  by: "name",
  sample: '{"type":"ping","t":17}',
  answerSample: '{"type":"pong","t":17}',
  intervalMs: 10_000,
  sent: 4,
  answered: 3,
  unansweredAtEnd: [mark(40)],
  lastAnswer: mark(30),
  lastAsked: mark(40),
  longestWait: null,
};

/** It closes with 4000, or hangs up (null). */
const first = (code: number | null): ConnectionFacts =>
  abnormal("client", 48, {
    session: session({ ...json, heartbeat: beat }),
    webSocketFacts: {
      heartbeat: [quietBeat, quietBeat],
      closeFrames: [code === null ? null : close(48, code, "pong timeout"), null],
    },
  });

const again = (code: number | null, said: string, at = 51): ConnectionFacts =>
  abnormal("client", at + 18, {
    first: mark(at),
    session: session({
      ...json,
      heartbeat: null,
      lastTexts: [{ ...mark(at + 10), text: said }, null],
    }),
    tcp: tcp({ firstCloser: "client", closedAt: mark(at + 18) }),
    webSocketFacts: {
      openedAt: mark(at + 0.1),
      heartbeat: [quietBeat, quietBeat],
      closeFrames: [code === null ? null : close(at + 18, code, "pong timeout"), null],
    },
  });

const errors = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all)).flatMap(({ severity, ruleId }) => (severity === "error" ? [ruleId] : []));

const PING = '{"type":"ping","t":99}';

test("its next attempt fails of the same, by its code", () => {
  expect(errors(first(4000), again(4000, PING))).toEqual(["app.heartbeat.missing"]);
});

test("or by its last question, where it just hangs up", () => {
  expect(errors(first(null), again(null, PING))).toEqual(["app.heartbeat.missing"]);
  expect(errors(first(null), again(null, '{"type":"bye"}'))).toHaveLength(2);
});

test("not with another code, nor much later", () => {
  expect(errors(first(4000), again(4001, PING))).toHaveLength(2);
  expect(errors(first(4000), again(4000, PING, 200))).toHaveLength(2);
});
