import { describe, expect, test } from "vitest";
import { judge } from "../../../src/rules/judging/judge.ts";
import type { ConnectionFacts } from "../../../src/store/types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import { close, connectionFacts, mark, tcp, tlsFacts, upgrade, webSocket } from "../../support/facts-builder.ts";
import { one } from "../cases/case.ts";

// Played with aiohttp 3.14.3: its log said "Received frame with non-zero reserved bits" for frames that tshark finds in order.

const none = { text: 0, binary: 0, continuation: 0, close: 0, ping: 0, pong: 0, reserved: 0, payloadBytes: 0 };

/** The client sends a pong and then its only message; the server closes with 1002. */
const failed = (more: Partial<WebSocketFacts>, facts: Partial<ConnectionFacts> = {}, server = "") =>
  connectionFacts({
    upgrade: upgrade({ response: { Upgrade: "websocket", Connection: "Upgrade", Server: server } }),
    webSocket: webSocket({
      compression: "permessage-deflate",
      frames: [
        { ...none, text: 1, pong: 1 },
        { ...none, ping: 1, close: 1 },
      ],
      firstFrame: [mark(2), mark(2)],
      lastMessage: [mark(2.5), null],
      closeFrames: [close(2.6, 1002), close(2.51, 1002)],
      ...more,
    }),
    ...facts,
  });

function told(connection: ConnectionFacts): [string | undefined, string | undefined] {
  const finding = judge(one(connection)).find(({ ruleId }) => ruleId === "ws.close.code");
  const first = finding?.causes[0];
  return [finding?.variant, first && `${first.confidence} ${first.id}`];
}

const AIOHTTP = "Python/3.11 aiohttp/3.14.3";
const BOTH_TOLD: Partial<ConnectionFacts> = {
  close: {
    verdict: "clean",
    clientSees: { code: 1002, reason: "", clean: true },
    serverSees: { code: 1002, reason: "", clean: true },
  },
};

describe("a 1002 for frames that are all in order", () => {
  test("does not blame the side that sent them", () => {
    expect(told(failed({}))).toEqual(["faultNotSeen", "possible faultNotSeen"]);
  });

  test("is a bug of two versions of aiohttp where a pong came before the first compressed message", () => {
    const named = ["faultNotSeen", "likely compressionForgotten"];
    expect(told(failed({}, {}, AIOHTTP))).toEqual(named);
    expect(
      told(
        failed({ lastMessage: [null, null], unfinishedMessage: [{ ...mark(2.5), bytes: 9000 }, null] }, {}, AIOHTTP),
      ),
    ).toEqual(named);
    // It waits for the answer where it fails a connection: its application did not close.
    expect(told(failed({}, BOTH_TOLD, AIOHTTP))).toEqual(named);
    expect(told(failed({}, BOTH_TOLD))).toEqual(["byItself", "likely closedItself"]);
  });

  test("is no such bug in another version, without compression, or behind an earlier message", () => {
    const unknown = ["faultNotSeen", "possible faultNotSeen"];
    expect(told(failed({}, {}, "Python/3.11 aiohttp/3.14.1"))).toEqual(unknown);
    expect(told(failed({ compression: null }, {}, AIOHTTP))).toEqual(unknown);
    expect(told(failed({ frames: [{ ...none, text: 2, pong: 1 }, none] }, {}, AIOHTTP))).toEqual(unknown);
    expect(told(failed({ firstFrame: [mark(2.5), null] }, {}, AIOHTTP))).toEqual(unknown);
  });

  test("is no riddle where something is wrong, or was not read", () => {
    const broken = ["protocolError", "likely framesBroken"];
    const event = { ...mark(2.5), code: "gap", from: "client" as const, section: "RFC 6455 §5.2", value: 1 };
    expect(told(failed({ events: [event], eventCounts: { gap: 1 } }))).toEqual(broken);
    expect(told(failed({ eventCounts: { gap: 1 } }))).toEqual(broken);
    expect(told(failed({ midstream: true, compression: "unknown" }))).toEqual(broken);
    expect(told(failed({}, { tcp: tcp({ client: { missingBytes: 20 } }) }))).toEqual(broken);
    // What the server did wrong itself, and what came after its Close, is not what it found.
    const later = { ...event, ...mark(2.55) };
    expect(told(failed({ events: [later, { ...event, from: "server" }], eventCounts: { gap: 2 } }))[0]).toBe(
      "faultNotSeen",
    );
  });

  test("inside TLS nobody on the way changed it", () => {
    const finding = judge(one(failed({}, { tls: tlsFacts({ decrypted: true }) }))).find(
      ({ ruleId }) => ruleId === "ws.close.code",
    );
    expect(finding?.causes.map(({ id }) => id)).toEqual(["faultNotSeen"]);
  });
});
