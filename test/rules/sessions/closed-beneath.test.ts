import { expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { close, connectionFacts, mark, tcp, upgrade, webSocket } from "../../support/facts-builder.ts";
import { namespace } from "../../support/session-facts.ts";
import { session } from "../cases/application.ts";
import { several } from "../cases/case.ts";

// socket.conn.close() in a connection handler: played with socket.io 4, over WebSocket alone and after polls.

const TARGET = "/socket.io/?EIO=4&transport=websocket";

const closedAt = (opened: number, ended: number, reason = "", asked = namespace({ connected: mark(opened + 0.1) })) => {
  const sid = `s${opened}`;
  const talk = session({ socketIo: [{ ...asked, sid }] });
  return connectionFacts({
    first: mark(opened),
    last: mark(ended),
    tcp: tcp({ firstCloser: "server", closedAt: mark(ended) }),
    upgrade: upgrade({ target: TARGET, requestAt: opened, responseAt: opened + 0.05 }),
    session: {
      ...talk,
      engineIo: talk.engineIo && {
        ...talk.engineIo,
        sid,
        open: talk.engineIo.open && { ...talk.engineIo.open, ...mark(opened + 0.06) },
      },
    },
    webSocket: webSocket({
      openedAt: mark(opened + 0.05),
      closeFrames: [null, { ...close(ended, null), reason }],
    }),
  });
};

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => ruleId === "sio.disconnected")
    .map(({ severity, variant, alsoConnections }) => `${severity} ${variant} ${alsoConnections.length + 1}`);

test("a server that closes Engine.IO right after each connect is one error", () => {
  expect(told(closedAt(1, 1.2), closedAt(3, 3.2), closedAt(6, 6.2))).toEqual(["error closedBeneath 3"]);
});

test("once it may be a server that stops just then", () => {
  expect(told(closedAt(1, 1.2), closedAt(3, 40))).toEqual(["warning closedBeneath 1"]);
});

test("a session ends once, on however many connections", () => {
  expect(told(closedAt(1, 1.2), closedAt(1, 1.3))).toEqual(["warning closedBeneath 1"]);
});

test("a session that Socket.IO itself ended before is told as that", () => {
  const packet = { ...mark(1.15), from: "server" as const };
  const dismissed = namespace({ connected: mark(1.1), disconnected: packet });
  expect(told(closedAt(1, 1.2, "", dismissed)).join()).not.toContain("closed");
  const refused = namespace({ connected: null, refused: { ...mark(1.15), message: "no" } });
  expect(told(closedAt(1, 1.2, "", refused), closedAt(3, 3.2, "", refused))).toEqual([]);
});

test("a reason is told by its own rule", () => {
  expect(told(closedAt(1, 1.2, "bye"), closedAt(3, 3.2, "bye"))).toEqual([]);
});

test("a CONNECT that nobody answers before the end is told where it comes again", () => {
  const unasked = (opened: number, ended: number) =>
    closedAt(opened, ended, "", namespace({ connectRequested: mark(opened + 0.1), connected: null }));
  expect(told(unasked(1, 1.2), unasked(3, 3.2))).toEqual(["error closedUnasked 2"]);
  expect(told(unasked(1, 1.2))).toEqual([]);
  expect(told(unasked(1, 9), unasked(20, 29))).toEqual([]);
});
