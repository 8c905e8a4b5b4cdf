import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { beat, close, connectionFacts, exchange, mark, tcp, upgrade, webSocket } from "../../support/facts-builder.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// A server process that was stopped (SIGSTOP) behind nginx: its client misses the pings, comes back and gets no answer.

const TARGET = "/socket.io/?EIO=4&transport=websocket";

const talk = session();
const withoutPings = connectionFacts({
  upgrade: upgrade({ target: TARGET }),
  session: {
    ...talk,
    engineIo: talk.engineIo && { ...talk.engineIo, heartbeat: [beat(), beat({ lastPing: mark(25) })] },
  },
  webSocket: webSocket({ closeFrames: [close(40, null), null], lastFrame: [mark(40), mark(25)] }),
});

const request = (requestAt: number, answered: Record<string, number>) =>
  exchange({ target: TARGET.replace("websocket", "polling"), requestAt, status: null, ...answered });

const unanswered = connectionFacts({
  first: mark(42),
  kind: "http",
  upgrade: null,
  webSocket: null,
  exchanges: [request(42, {})],
  tcp: tcp({ firstCloser: "client", closedAt: mark(62) }),
  close: { verdict: "none", clientSees: null, serverSees: null },
});

const answeredInBetween = connectionFacts({
  first: mark(50),
  kind: "http",
  upgrade: null,
  webSocket: null,
  exchanges: [request(50.5, { status: 200, responseAt: 51 })],
  close: { verdict: "none", clientSees: null, serverSees: null },
});

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => /^(eio\.pong|http\.upgrade)/.test(ruleId))
    .map(({ ruleId, severity, followsFrom }) => `${severity} ${ruleId} ${followsFrom}`);

test("who comes back to a server that stands still gets no answer for the same reason", () => {
  expect(told(withoutPings, unanswered)).toEqual([
    "error eio.pong.missing null",
    "note http.upgrade.unanswered eio.pong.missing",
  ]);
});

test("a server that was heard since does not stand still", () => {
  expect(told(withoutPings, unanswered, answeredInBetween)).toContain("error http.upgrade.unanswered null");
});
