import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ApplicationBeatFacts } from "../../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, close, connectionFacts, mark, stalled, webSocket } from "../../support/facts-builder.ts";

import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// A client that went on pinging by messages after its server had forgotten how to answer them.

const quiet = webSocket().heartbeat[0];
const json = { protocol: "json", engineIo: null, socketIo: [] } as const;

const heartbeat: ApplicationBeatFacts = {
  from: "client",
  by: "name",
  sample: '{"type":"ping","t":17}',
  answerSample: '{"type":"pong","t":17}',
  intervalMs: 5000,
  sent: 6,
  answered: 6,
  unansweredAtEnd: [],
  lastAnswer: mark(30),
  lastAsked: mark(30),
  longestWait: null,
};

/** At 13, 18, 23, 28 and 33 s; it hangs up at 40 s. */
const inVain = (more: Parameters<typeof abnormal>[2] = {}): ConnectionFacts => {
  const asked = [13, 18, 23, 28, 33].map(mark);
  const askedInVain = {
    ...heartbeat,
    sample: '{"type":"ping","t":99}',
    answerSample: null,
    sent: 5,
    answered: 0,
    unansweredAtEnd: asked,
    lastAnswer: null,
    lastAsked: mark(33),
  };
  const { webSocketFacts, ...rest } = more;
  return abnormal("client", 40, {
    session: session({ ...json, heartbeat: null, askedInVain }),
    webSocketFacts: { heartbeat: [quiet, quiet], ...webSocketFacts },
    ...rest,
  });
};

const told = (...all: ConnectionFacts[]) =>
  judge(several(...all)).find(({ ruleId }) => ruleId === "app.heartbeat.missing");
const firstCause = (...all: ConnectionFacts[]) => told(...all)?.causes[0]?.id;

test("is told where the same server answered the same ping on another connection", () => {
  const answered = connectionFacts({ session: session({ ...json, heartbeat }) });
  expect(firstCause(answered, inVain())).toBe("beatHandlerStopped");
  const other = connectionFacts({ session: session({ ...json, heartbeat: { ...heartbeat, sample: "ping" } }) });
  expect(told(other, inVain())).toBeUndefined();
});

test("is told where the Close says so, and not where it says that its sender leaves", () => {
  const closing = (code: number, reason: string) =>
    inVain({ webSocketFacts: { closeFrames: [close(40, code, reason), null] } });
  expect(firstCause(closing(4001, "no pong"))).toBe("beatNotKnown");
  expect(told(closing(4002, "signed out"))).toBeUndefined();
  expect(told(closing(1001, "idle"))).toBeUndefined();
});

test("says nothing of what it may have answered before the capture began", () => {
  const reason = { closeFrames: [close(40, 4001, "no pong"), null] as [ReturnType<typeof close>, null] };
  expect(firstCause(inVain({ webSocketFacts: { ...reason, midstream: true } }))).toBe("peerBlocked");
});

test("is not told of a path that brought nothing there", () => {
  const said = { closeFrames: [close(40, 4001, "no pong"), null] as [ReturnType<typeof close>, null] };
  expect(told(inVain({ webSocketFacts: said, tcpFacts: { events: stalled(20, "client") } }))).toBeUndefined();
});
