import { describe, expect, test } from "vitest";
import { render } from "../../src/i18n/render.ts";
import { judge } from "../../src/rules/judging/judge.ts";
import type { MqttFacts, ProtocolNotice, SessionFacts } from "../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { abnormal, close, connectionFacts, mark, webSocket } from "../support/facts-builder.ts";
import { sessionFacts } from "../support/session-facts.ts";
import { one } from "./cases/case.ts";

// mqtt.js against aedes, over WebSocket: what their logs said, as facts.

const session = (mqtt: Partial<MqttFacts>, given: Partial<SessionFacts> = {}): SessionFacts =>
  sessionFacts({
    protocol: "mqtt",
    mqtt: {
      keepAliveMs: 2000,
      lastPing: null,
      lastPong: null,
      heard: mark(37),
      goodbye: null,
      isWhole: [true, true],
      ...mqtt,
    },
    ...given,
  });

const ended = (by: "client" | "server", mqtt: Partial<MqttFacts>): ConnectionFacts =>
  abnormal(by, 40, {
    webSocketFacts: { lastMessage: [mark(39.9), mark(36.9)] },
    session: session(mqtt),
  });

const told = (given: Partial<ProtocolNotice>): ProtocolNotice => ({
  ...mark(0.2),
  from: "server",
  protocol: "mqtt",
  messageType: "CONNACK",
  errorMessage: "code 4",
  ...given,
});

const refused = (notice: Partial<ProtocolNotice>, by: "client" | "server" = "client", at = 39.9): ConnectionFacts =>
  abnormal(by, 40, {
    webSocketFacts: { lastMessage: [mark(30), mark(39.9)] },
    session: session(
      {},
      {
        notices: [told({ ...mark(at), ...notice })],
      },
    ),
  });

const found = (connection: ConnectionFacts) =>
  judge(one(connection)).find(({ ruleId }) => ruleId === "ws.close.no-close-frame");
const firstCause = (connection: ConnectionFacts) => found(connection)?.causes[0];

describe("MQTT's keep alive", () => {
  test("runs out where the client is silent for one and a half of it", () => {
    const finding = found(ended("server", {}));
    expect(finding?.causes[0]).toMatchObject({
      confidence: "likely",
      id: "mqttClientSilent",
      args: { keepAliveMs: 2000, silentMs: 3000 },
    });
    expect(finding?.evidence[0]).toMatchObject({ what: "lastData", timestampNs: 37e9, args: { from: "client" } });
  });

  test.each<[string, Partial<MqttFacts>]>([
    ["before that", { heard: mark(37.5) }],
    ["long after, which no broker waits for", { heard: mark(33) }],
    ["behind the client's leave", { goodbye: mark(37) }],
    ["where there is none", { keepAliveMs: 0 }],
    ["where bytes of the client are missing", { isWhole: [false, true] }],
  ])("%s it is not the reason", (_, mqtt) => {
    expect(firstCause(ended("server", mqtt))?.id).not.toBe("mqttClientSilent");
  });

  test("a server that ends it for a client that took its leave does as it must", () => {
    expect(judge(one(ended("server", { goodbye: mark(39.99) })))).toEqual([]);
    expect(found(ended("client", { goodbye: mark(39.99) }))).toBeDefined();
  });

  test("a PINGREQ without an answer makes the client hang up", () => {
    const finding = found(ended("client", { lastPing: mark(39), lastPong: mark(35) }));
    expect(finding?.causes[0]).toMatchObject({ id: "mqttPingUnanswered", args: { waitedMs: 1000 } });
    expect(finding?.evidence[0]).toMatchObject({ what: "unansweredBeat", timestampNs: 39e9 });
  });

  test.each<[string, Partial<MqttFacts>]>([
    ["too soon", { lastPing: mark(39.9) }],
    ["with a word of the server's behind it", { lastPing: mark(36), lastPong: mark(36.9) }],
    ["where bytes of the server are missing", { lastPing: mark(39), isWhole: [true, false] }],
  ])("%s it is not why", (_, mqtt) => {
    expect(firstCause(ended("client", mqtt))?.id).not.toBe("mqttPingUnanswered");
  });
});

describe("what a known protocol says right before the end", () => {
  test("is the reason, whichever side hangs up", () => {
    for (const by of ["client", "server"] as const) {
      const finding = found(refused({ code: 4 }, by));
      expect(finding?.evidence[0]).toMatchObject({ what: "mqttNotice", args: { from: "server", meaning: "mqtt.4" } });
      const causes = finding?.causes.map(({ confidence, id }) => `${confidence} ${id}`);
      expect(causes?.slice(0, 2)).toEqual(["likely mqttRefused", "likely passwordRefused"]);
      expect(causes).toContain(by === "client" ? "possible clientKilled" : "possible serverTerminated");
    }
  });

  test("a session taken over, in the words of both languages", () => {
    const finding = found(refused({ code: 0x8e, messageType: "DISCONNECT" }, "server"));
    expect(finding?.causes.slice(0, 2).map(({ id }) => id)).toEqual(["mqttRefused", "replacedElsewhere"]);
    const words = (language: "en" | "zh-CN") => finding && JSON.stringify(render(finding, language));
    expect(words("en")).toContain("DISCONNECT with code 142, session taken over");
    expect(words("zh-CN")).toContain("DISCONNECT，代码 142，会话被接管");
    const odd = found(refused({ code: 0xaa }));
    expect(odd && JSON.stringify(render(odd, "en"))).toContain("code 170, a code without a common meaning");
  });

  test("of other protocols is quoted", () => {
    const finding = found(
      refused({ protocol: "stomp", messageType: "ERROR", errorMessage: "Failed to send message to ExecutorChannel" }),
    );
    expect(finding?.causes[0]).toMatchObject({ id: "saidInProtocol", args: { from: "server", name: "STOMP" } });
  });

  test.each<[string, ConnectionFacts]>([
    ["long before", refused({ ...mark(37) })],
    ["before other words", refused({}, "client", 39)],
    ["of one request only", refused({ protocol: "graphql-transport-ws", messageType: "error" })],
    ["a normal end of SockJS", refused({ protocol: "sockjs", messageType: "close", code: 3000 })],
  ])("%s it is none", (_, connection) => {
    expect(firstCause(connection)?.id).not.toMatch(/mqttRefused|saidInProtocol/);
  });

  test("is told once, also where the client hangs up on it; a broker that goes down is a warning", () => {
    const polite = (code: number, by: "client" | "server") =>
      connectionFacts({
        session: session({}, { notices: [told({ ...mark(39.8), messageType: "DISCONNECT", code })] }),
        webSocket: webSocket({
          closeFrames:
            by === "client" ? [close(39.9, 1000), close(39.95, 1000)] : [close(39.95, 1000), close(39.9, 1000)],
          lastMessage: [mark(30), mark(39.8)],
        }),
      });
    for (const by of ["client", "server"] as const)
      expect(judge(one(polite(142, by)))).toMatchObject([
        { ruleId: "ws.close.code", variant: "saidInMqtt", severity: "error", args: { from: "server", number: 142 } },
      ]);
    expect(judge(one(polite(139, "server")))).toMatchObject([{ variant: "saidInMqtt", severity: "warning" }]);
  });

  test("as an answer to a login it makes a polite end a refusal", () => {
    const polite = connectionFacts({
      session: session(
        {},
        { notices: [told({ code: 5, errorMessage: "code 5" })], lastTexts: [null, { ...mark(0.2), text: "code 5" }] },
      ),
      webSocket: webSocket({
        closeFrames: [close(0.21, 1000), close(0.2, 1000)],
        lastMessage: [mark(0.1), mark(0.2)],
        messages: [
          { text: 0, binary: 13, bytes: 24 },
          { text: 0, binary: 4, bytes: 4 },
        ],
      }),
    });
    expect(judge(one(polite))).toMatchObject([
      { ruleId: "http.upgrade.closed-at-once", variant: "told", causes: [{ id: "mqttRefused" }] },
    ]);
  });
});

describe("SockJS' own close", () => {
  const closing = (code: number, reason: string, wire = 1000) =>
    connectionFacts({
      session: session(
        {},
        {
          protocol: "sockjs",
          notices: [
            told({ ...mark(30), protocol: "sockjs", messageType: "close", code, errorMessage: `${code} ${reason}` }),
          ],
        },
      ),
      webSocket: webSocket({
        closeFrames: [close(30.02, wire), close(30.01, wire, "Normal closure")],
        lastMessage: [mark(10), mark(30)],
      }),
    });

  test("counts instead of the normal one on the wire", () => {
    const [finding] = judge(one(closing(4002, "kicked")));
    expect(finding).toMatchObject({
      ruleId: "ws.close.code",
      variant: "private",
      args: { code: 4002, reason: "kicked", from: "server" },
    });
    expect(finding?.evidence.find(({ what }) => what === "closeFrame")?.args["code"]).toBe(1000);
  });

  test("is nobody's trouble where it is a normal one, or a word of the library's about itself", () => {
    for (const [code, reason] of [
      [1000, "Normal closure"],
      [3000, "Go away!"],
      [2010, "Another connection still open"],
    ] as const)
      expect(judge(one(closing(code, reason))), reason).toEqual([]);
  });
});
