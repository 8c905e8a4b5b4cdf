import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { connectionFacts, mark, tcp, upgrade, webSocket } from "../support/facts-builder.ts";
import { namespace } from "../support/session-facts.ts";
import { session } from "./cases/application.ts";
import { several } from "./cases/case.ts";

// A client that comes back with the token that had run out, each time that the server puts it out: played with socket.io 4.

const ORIGIN = 1_700_000_000;
/** The token runs out so many seconds after the capture's beginning. */
const ENDS = 5;

const tokenOf = (seconds: number, sid: string, ends: number): TokenFacts => ({
  ...mark(seconds + 0.02),
  where: "socket.io-auth",
  sid,
  from: "client",
  expiresAtSeconds: ORIGIN + ends,
  notBeforeSeconds: null,
  issuedAtSeconds: null,
});

const attempt = (
  seconds: number,
  lasting: number,
  facts: Partial<SocketIoNamespaceFacts>,
  ends = ENDS,
): ConnectionFacts => {
  const sid = `s${seconds}`;
  const asked = upgrade({
    target: "/socket.io/?EIO=4&transport=websocket",
    requestAt: seconds,
    responseAt: seconds + 0.01,
  });
  const of = namespace({
    sid,
    connectRequested: mark(seconds + 0.02),
    connected: mark(seconds + 0.03),
    ...facts,
  });
  const talk = session({ socketIo: [of] });
  return connectionFacts({
    first: mark(seconds),
    last: mark(seconds + lasting),
    upgrade: asked,
    exchanges: [asked.exchange],
    tokens: [tokenOf(seconds, sid, ends)],
    session: { ...talk, engineIo: talk.engineIo && { ...talk.engineIo, sid } },
    webSocket: webSocket({ openedAt: mark(seconds + 0.01), closeFrames: [null, null] }),
    tcp: tcp({ firstCloser: "client", closedAt: mark(seconds + lasting), established: mark(seconds) }),
  });
};

const refusedAt = (seconds: number, ends = ENDS) =>
  attempt(seconds, 0.1, { connected: null, refused: { ...mark(seconds + 0.05), message: "jwt expired" } }, ends);
const turnedAwayAt = (seconds: number, ends = ENDS) =>
  attempt(
    seconds,
    0.1,
    {
      told: { ...mark(seconds + 0.04), event: "unauthorized", message: "jwt expired" },
      disconnected: { ...mark(seconds + 0.05), from: "server" },
    },
    ends,
  );
const putOut = attempt(1, 4.1, { disconnected: { ...mark(ENDS + 0.06), from: "server" } });

const told = (...connections: ConnectionFacts[]) =>
  judge(several(...connections))
    .filter(({ ruleId }) => ruleId === "jwt.expired")
    .map(
      ({ severity, variant, followsFrom, alsoConnections }) =>
        `${severity} ${variant} × ${alsoConnections.length + 1}${followsFrom === null ? "" : ` < ${followsFrom}`}`,
    );

describe("a client that comes back with a token that had run out", () => {
  test("did not get in when only its WebSocket opened: each time is the same error", () => {
    expect(told(refusedAt(6), refusedAt(7.2), refusedAt(8.4))).toEqual(["error refusedNamespace × 3"]);
    expect(told(turnedAwayAt(6), turnedAwayAt(7.2))).toEqual(["error refusedNamespace × 2"]);
  });

  test("and with a new one at last got in: a warning", () => {
    const renewed = attempt(9, 30, {}, 3600);
    const [finding] = judge(several(refusedAt(6), refusedAt(7.2), renewed));
    expect(finding).toMatchObject({ ruleId: "jwt.expired", severity: "warning" });
    expect(finding?.args["recoveredMs"]).toBeCloseTo(2910, -1);
  });

  test("after it was put out just when the token ran out is turned away for that: one error", () => {
    const expected = ["error duringSession × 1", "note refusedNamespace × 2 < jwt.expired"];
    expect(told(putOut, refusedAt(5.8), refusedAt(7))).toEqual(expected);
    // Within the leeway, too: the server says itself that it ran out.
    expect(told(putOut, turnedAwayAt(5.8), turnedAwayAt(7))).toEqual(expected);
  });

  test("is another matter when the token is another one", () => {
    expect(told(putOut, refusedAt(20, 12))).toEqual(["error duringSession × 1", "error refusedNamespace × 1"]);
  });
});
