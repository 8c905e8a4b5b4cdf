import { describe, expect, test } from "vitest";
import { judge } from "../../src/rules/judging/judge.ts";
import type { MqttFacts, SessionFacts } from "../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { abnormal, mark } from "../support/facts-builder.ts";
import { one } from "./cases/case.ts";

// mqtt.js against aedes, over WebSocket: what their logs said, as facts.

const session = (mqtt: Partial<MqttFacts>, given: Partial<SessionFacts> = {}): SessionFacts => ({
  protocol: "mqtt",
  engineIo: null,
  socketIo: [],
  notices: [],
  lastTexts: [null, null],
  heartbeat: null,
  notAPacket: null,
  tellingTexts: [],
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
