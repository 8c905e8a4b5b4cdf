import { describe, expect, test } from "vitest";
import { connectionId } from "../../../src/base/brand.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import {
  analysisOf,
  beat,
  close,
  connectionFacts,
  mark,
  tcp,
  upgrade,
  webSocket,
} from "../../support/facts-builder.ts";
import { polled } from "../../support/polled-sessions.ts";
import { engineIoSession, namespace } from "../../support/session-facts.ts";

// Played with socket.io 4: a middleware that never calls next(), over WebSocket and over polls, and a server whose log says
// “forced close” after its connectTimeout.

const found = (...connections: ConnectionFacts[]) =>
  judge(analysisOf(connections, { clockSeconds: 120 })).filter(({ ruleId }) => ruleId.startsWith("sio.connect."));
const timeouts = (...connections: ConnectionFacts[]) => found(...connections).map(({ args }) => args["timeoutMs"]);

const open = { ...mark(0.01), pingIntervalMs: 25_000, pingTimeoutMs: 20_000, upgrades: [], maxPayloadBytes: null };
const waits = namespace({ name: "/", connected: null });
const beats = (given: Parameters<typeof beat>[0]) => [beat({ pings: 0, answered: 0 }), beat(given)] as const;

describe("over WebSocket", () => {
  const hanging = (seconds: number, code: number | null = null, answered = 1) =>
    connectionFacts({
      upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket" }),
      session: {
        ...engineIoSession({ sid: "s", open, heartbeat: [...beats({ pings: 1, answered })] }),
        socketIo: [waits],
      },
      webSocket: webSocket({ closeFrames: [null, close(seconds, code)] }),
    });

  test("the server's own end is named by its timer, the usual one and one that was set", () => {
    expect(timeouts(hanging(45.02))).toEqual([45_000]);
    expect(timeouts(hanging(6.06))).toEqual([6000]);
  });

  test("another end is not: between two seconds, with a code, or with a ping that nobody answered", () => {
    expect(timeouts(hanging(6.5))).toEqual([undefined]);
    expect(timeouts(hanging(45.02, 1001))).toEqual([undefined]);
    expect(timeouts(hanging(45.02, null, 0))).toEqual([undefined]);
  });
});

describe("over polls", () => {
  const quiet = beats({ pings: 0, answered: 0 });
  /** What each poll is, by the packet that tells it. */
  const asking = () => ({
    ...polled({ method: "POST", body: "ok", requestAt: 0.02, responseAt: 0.03 }),
    session: { ...engineIoSession({ transport: "polling", sid: "s", open, heartbeat: [...quiet] }), socketIo: [waits] },
  });
  const answered = (id: number, seconds: number, engineIo: Parameters<typeof engineIoSession>[0] = {}) =>
    polled(
      { requestAt: seconds - 1, responseAt: seconds },
      { heartbeat: [...quiet], ...engineIo },
      {
        id: connectionId(id),
      },
    );
  const closing = (seconds: number) => {
    const one = answered(3, seconds);
    const last = one.exchanges[0]?.response?.last ?? mark(seconds);
    return {
      ...one,
      session: engineIoSession({ transport: "polling", sid: "s", closed: { ...last, from: "server" } }),
    };
  };

  test("nobody was let in: told, with the timer that ended it", () => {
    expect(found(asking(), answered(2, 30), closing(45.03))).toMatchObject([
      { ruleId: "sio.connect.unanswered", variant: "plain", args: { timeoutMs: 45_000 } },
    ]);
  });

  test("while a poll waits the server owes its answer still", () => {
    const waiting = polled(
      { requestAt: 30, status: null },
      { heartbeat: [...quiet] },
      {
        id: connectionId(3),
        tcp: tcp({ ending: "open", closedAt: null, firstCloser: null }),
      },
    );
    expect(found(asking(), answered(2, 30), waiting)).toMatchObject([{ ruleId: "sio.connect.unanswered" }]);
  });

  test("not of a client that soon left, nor where the capture lacks a piece of a poll", () => {
    expect(found(asking(), answered(2, 3))).toEqual([]);
    const torn = { ...answered(2, 30), tcp: tcp({ server: { missingBytes: 100 } }) };
    expect(found(asking(), torn, closing(45.03))).toEqual([]);
  });
});
