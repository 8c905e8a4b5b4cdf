import { describe, expect, test } from "vitest";
import type { Mark } from "../../../src/base/packet-view.ts";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import { BACKEND_LEG, connectionFacts, mark, upgrade, webSocket } from "../../support/facts-builder.ts";
import { dismissed, pinged, polled, saidGoodBye, unknown } from "../../support/polled-sessions.ts";
import { engineIoSession } from "../../support/session-facts.ts";
import { several } from "../cases/case.ts";

const told = (...all: ConnectionFacts[]): string[] =>
  judge(several(...all))
    .filter(({ ruleId }) => ruleId === "eio.pong.missing")
    .map(({ variant, connectionId, args }) => `${variant} #${connectionId} ${args["waitedMs"]}`);

const waiting = (seconds: number) => polled({ requestAt: seconds, status: null });

describe("the heartbeat of a session that only polls", () => {
  test("a client that leaves when its patience for a ping ends, while its poll waits, gave the server up", () => {
    expect(told(pinged(20), waiting(20.1), saidGoodBye(35.1))).toEqual(["noPing #2 15100"]);
    // The poll that waited was answered at last.
    expect(told(pinged(20), polled({ requestAt: 20.1, responseAt: 40 }), saidGoodBye(35.1))).toHaveLength(1);
  });

  test("once, where a proxy handed it on", () => {
    const all = [pinged(20), waiting(20.1), saidGoodBye(35.1)];
    const behind = [pinged(20, BACKEND_LEG), { ...waiting(20.1), ...BACKEND_LEG }, saidGoodBye(35.2, BACKEND_LEG)];
    // As of WebSockets, of the leg whose server is silent.
    expect(told(...all, ...behind)).toEqual(["noPing #5 15200"]);
  });

  test("who leaves sooner or later, or heard the server meanwhile, just left", () => {
    expect(told(pinged(20), waiting(20.1), saidGoodBye(28))).toEqual([]);
    expect(told(pinged(20), waiting(20.1), saidGoodBye(45))).toEqual([]);
    expect(told(pinged(20), pinged(30), waiting(30.1), saidGoodBye(35.1))).toEqual([]);
    // There was no poll that could have been answered.
    expect(told(pinged(20), saidGoodBye(35.1))).toEqual([]);
  });

  test("a client that comes back after a ping, to a session that is gone, was away too long", () => {
    expect(told(pinged(20), unknown(32))).toEqual(["pollsStopped #1 12000"]);
    const behind = [pinged(20, BACKEND_LEG), unknown(32.1, BACKEND_LEG)];
    expect(told(pinged(20), unknown(32), ...behind)).toEqual(["pollsStopped #1 12000"]);
  });

  test("but not one that came back in time, and whose session was unknown all the same", () => {
    expect(told(pinged(20), unknown(22))).toEqual([]);
    expect(told(pinged(20), polled({ method: "POST", requestAt: 20.1 }), unknown(32))).toEqual([]);
  });

  test("a client that asks on after a ping, and posts no pong, is dismissed by the answer to what it asks", () => {
    expect(told(pinged(20), dismissed(25))).toEqual(["pongNotPosted #1 5000"]);
    const behind = [pinged(20, BACKEND_LEG), dismissed(24.99, BACKEND_LEG)];
    expect(told(pinged(20), dismissed(25), ...behind)).toEqual(["pongNotPosted #3 4990"]);
    const pong = (seconds: number) =>
      polled({ method: "POST", requestAt: seconds, responseAt: seconds + 0.1, sent: "3" });
    expect(told(pinged(20), pong(20.1), dismissed(25))).toEqual([]);
    // Dismissed for another reason, sooner or later than its patience ends.
    expect(told(pinged(20), dismissed(22))).toEqual([]);
    expect(told(pinged(20), dismissed(28))).toEqual([]);
    const causes = (...all: ConnectionFacts[]) =>
      judge(several(...all)).find(({ variant }) => variant === "pongNotPosted")?.causes[0]?.id;
    expect(causes(pinged(20), dismissed(25))).toBe("neverPongsEngineIo");
    expect(causes(pinged(10), pong(10.1), pinged(20), dismissed(25))).toBe("peerBlocked");
  });

  test("a session that went on over a WebSocket is another matter", () => {
    const onWebSocket = (upgraded: Mark | null): ConnectionFacts =>
      connectionFacts({
        upgrade: upgrade({ target: "/socket.io/?EIO=4&transport=websocket&sid=s" }),
        session: engineIoSession({ sid: "s", probeSent: mark(2), upgraded }),
        webSocket: webSocket({ firstFrame: [mark(2), mark(2.1)], closeFrames: [null, null] }),
      });
    expect(told(pinged(20), waiting(20.1), onWebSocket(mark(3)), saidGoodBye(35.1))).toEqual([]);
    // One that was only probed took nothing from it.
    expect(told(pinged(20), waiting(20.1), onWebSocket(null), saidGoodBye(35.1))).toEqual(["noPing #3 15100"]);
  });
});
