import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { concernsDiagnosis } from "../../src/payload/heartbeat.ts";
import { payloadOf } from "../../src/payload/payload.ts";
import { hintsOf, readPayload } from "../../src/payload/read-payload.ts";
import type { Reading } from "../../src/payload/types.ts";

const read = (
  content: string | number[],
  subprotocol: string | null = null,
  target: string | null = "/ws",
): Reading => {
  const bytes = typeof content === "string" ? Buffer.from(content) : Uint8Array.from(content);
  return readPayload(payloadOf(bytes, 0, bytes.length, typeof content === "string"), hintsOf(target, subprotocol));
};

/** Examples from each protocol's specification or documentation. */
const table: [string, string | number[], string | null, object][] = [
  [
    "SignalR handshake",
    '{"protocol":"json","version":1}\u001e',
    null,
    { kind: "signalr", messageType: "HandshakeRequest" },
  ],
  [
    "SignalR handshake answer",
    "{}\u001e",
    null,
    { kind: "signalr", messageType: "HandshakeResponse", errorMessage: null },
  ],
  ["SignalR handshake refusal", '{"error":"Requested protocol"}\u001e', null, { errorMessage: "Requested protocol" }],
  ["SignalR ping", '{"type":6}\u001e', null, { kind: "signalr", label: "SignalR Ping", heartbeat: "beat" }],
  [
    "SignalR call",
    '{"type":1,"target":"Send","arguments":[42]}\u001e{"type":6}\u001e',
    null,
    { summary: "Invocation Send" },
  ],
  [
    "SignalR close",
    '{"type":7,"error":"Connection closed"}\u001e',
    null,
    { messageType: "Close", errorMessage: "Connection closed" },
  ],
  [
    "GraphQL init",
    '{"type":"connection_init","payload":{"token":"s3cret"}}',
    "graphql-transport-ws",
    { kind: "graphql-transport-ws", summary: "connection_init" },
  ],
  ["GraphQL ping", '{"type":"ping"}', "graphql-transport-ws", { kind: "graphql-transport-ws", heartbeat: "ping" }],
  [
    "GraphQL error",
    '{"id":"1","type":"error","payload":[{"message":"no such field"}]}',
    "graphql-transport-ws",
    { errorMessage: "no such field" },
  ],
  ["legacy keep alive", '{"type":"ka"}', "graphql-ws", { kind: "subscriptions-transport-ws", heartbeat: "beat" }],
  [
    "legacy refusal",
    '{"type":"connection_error","payload":{"message":"denied"}}',
    null,
    { kind: "subscriptions-transport-ws", errorMessage: "denied" },
  ],
  [
    "STOMP connect",
    "CONNECT\naccept-version:1.2\nhost:a\npasscode:s3cret\nheart-beat:10000,5000\n\n\0",
    null,
    { kind: "stomp", messageType: "CONNECT", keepAliveMs: 10000 },
  ],
  ["STOMP message", "MESSAGE\r\ndestination:/queue/a\r\n\r\nhi\0", "v12.stomp", { summary: "MESSAGE /queue/a" }],
  [
    "STOMP error",
    "ERROR\nmessage:malformed frame received\n\nbody\0\n",
    null,
    { errorMessage: "malformed frame received" },
  ],
  ["STOMP heart-beat", "\n", "v11.stomp", { kind: "stomp", heartbeat: "beat" }],
  [
    "MQTT connect",
    [0x10, 0x10, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 4, 1, 2, 3, 4],
    null,
    { kind: "mqtt", messageType: "CONNECT", keepAliveMs: 60000 },
  ],
  ["MQTT refusal", [0x20, 2, 0, 5], "mqtt", { messageType: "CONNACK", errorMessage: "code 5" }],
  ["MQTT accepted", [0x20, 2, 0, 0], "mqtt", { errorMessage: null }],
  ["MQTT publish", [0x30, 6, 0, 3, 0x61, 0x2f, 0x62, 0x21], "mqtt", { summary: "PUBLISH a/b" }],
  ["MQTT ping", [0xc0, 0], "mqttv3.1", { messageType: "PINGREQ", heartbeat: "ping" }],
  ["MQTT pong", [0xd0, 0], "mqtt", { messageType: "PINGRESP", heartbeat: "pong" }],
  ["WAMP hello", '[1,"somerealm",{"roles":{"caller":{}}}]', null, { kind: "wamp", summary: "HELLO somerealm" }],
  [
    "WAMP abort",
    '[3,{"message":"The realm does not exist."},"wamp.error.no_such_realm"]',
    "wamp.2.json",
    { errorMessage: "wamp.error.no_such_realm: The realm does not exist." },
  ],
  ["WAMP goodbye", '[6,{},"wamp.close.goodbye_and_out"]', "wamp.2.json", { errorMessage: null }],
  [
    "OCPP heartbeat",
    '[2,"19223201","Heartbeat",{}]',
    "ocpp1.6",
    { kind: "ocpp", label: "OCPP CALL Heartbeat", heartbeat: "ping" },
  ],
  [
    "OCPP error",
    '[4,"162376037","NotSupported","SetDisplay not implemented",{}]',
    "ocpp2.0.1",
    { errorMessage: "NotSupported: SetDisplay not implemented" },
  ],
  ["Vite connected", '{"type":"connected"}', "vite-hmr", { kind: "vite-hmr", label: "Vite HMR connected" }],
  [
    "JSON type",
    '{"type":"chat","text":"hi"}',
    null,
    { kind: "json", label: "JSON chat", typeKey: "type", messageType: "chat", heartbeat: null },
  ],
  [
    "JSON ping",
    '{"ts":17,"type":"ping"}',
    null,
    { label: "JSON ping", heartbeat: "ping", shape: "ts=number,type=ping" },
  ],
  ["JSON pong", '{"event":"heartbeat_ack","d":null}', null, { heartbeat: "pong", shape: "d=null,event=heartbeat_ack" }],
  ["JSON camel", '{"cmd":"keepAlive"}', null, { heartbeat: "ping" }],
  ["JSON by key", '{"pong":1492420473027}', null, { heartbeat: "pong", shape: "pong=number" }],
  ["JSON typing is no ping", '{"type":"typing"}', null, { label: "JSON typing", heartbeat: null }],
  ["JSON number", '{"op":11}', null, { label: "JSON op 11", messageType: "11" }],
  ["JSON array", "[1,2]", null, { kind: "json", label: "JSON array" }],
  ["text ping", "ping", null, { kind: "text", heartbeat: "ping" }],
  ["text sentence", "did you ping me?", null, { kind: "text", heartbeat: null }],
  ["text number", "42", null, { kind: "text", summary: "42" }],
  ["binary", [1, 2, 255], null, { kind: "binary", summary: "3 bytes: 01 02 ff" }],
  ["empty", [], null, { kind: "binary", summary: "0 bytes: " }],
];

describe("readPayload", () => {
  it.each(table)("%s", (_, content, subprotocol, expected) => {
    const reading = read(content, subprotocol);
    expect(reading).toMatchObject(expected);
    expect(JSON.stringify(reading)).not.toContain("s3cret");
  });

  it.each([
    ["o", { messageType: "open" }],
    ["h", { heartbeat: "beat" }],
    ['a["hi","you"]', { summary: "messages hi" }],
    ['["hi"]', { summary: "messages hi" }],
    ['c[3000,"Go away!"]', { messageType: "close", errorMessage: "3000 Go away!" }],
  ])("SockJS %s, where the target says so", (text, expected) => {
    expect(read(text, null, "/echo/123/abcd/websocket")).toMatchObject({ kind: "sockjs", ...expected });
    expect(read(text, null, "/echo").kind).not.toBe("sockjs");
  });

  it("the same bytes mean what the handshake says", () => {
    expect(read("2", null, "/socket.io/?EIO=4&transport=websocket").kind).toBe("engine.io");
    expect(read("2").kind).toBe("text");
    expect(read([0xc0, 0]).kind).toBe("binary");
    expect(read('[2,"1","Heartbeat",{}]').kind).toBe("json");
  });

  it("JSON that was cut off keeps its type", () => {
    const bytes = Buffer.from('{"id":1,"type":"snapshot","rows":[1,2');
    expect(readPayload(payloadOf(bytes, 0, bytes.length, true, 90_000), hintsOf(null, null))).toMatchObject({
      kind: "json",
      messageType: "snapshot",
      shape: null,
    });
  });

  it("summaries are one bounded line and cut no character in two", () => {
    const { summary } = read("😀".repeat(500));
    expect(summary.length).toBeLessThanOrEqual(limits.payloadSummaryCharacters);
    expect(Buffer.from(summary).toString()).toBe(summary);
    expect(summary.endsWith("😀…")).toBe(true);
  });
});

describe("concernsDiagnosis", () => {
  const asks = (content: string | number[]): boolean => {
    const bytes = typeof content === "string" ? Buffer.from(content) : Uint8Array.from(content);
    return concernsDiagnosis(bytes, 0, bytes.length, typeof content === "string");
  };

  it.each(table.filter(([, , , expected]) => "heartbeat" in expected && expected.heartbeat !== null))(
    "asks for %s",
    (_, content) => {
      expect(asks(content)).toBe(true);
    },
  );

  it.each([
    "2",
    "3",
    "2probe",
    "5",
    '0{"sid":"a"}',
    "40",
    '40/im,{"token":"x"}',
    "41/im,",
    '44{"message":"x"}',
    '42["ping"]',
    '42/im,["error",{"message":"无效的认证令牌"}]',
    '42/im,7["exception",{"status":"error"}]',
    '42["unauthorized"]',
    '42["token_expired",{"message":"jwt expired"}]',
    '42/im,["sessionExpired"]',
    '42["jwt:invalid"]',
    '42["invalid_token"]',
    "o",
    "h",
    'c[3000,"x"]',
    "\n",
  ])("asks for %j", (text) => {
    expect(asks(text)).toBe(true);
  });

  it.each([
    '42["chat",{"a":1}]',
    '42["token","it has expired"]',
    '42["session",{"a":1}]',
    '{"type":5,"data":[1,2,3]}',
    '{"price":1.5}',
    "hello",
    "[1,2,3]",
    [0x81, 2, 3],
    "",
  ])("does not ask for %j", (content) => {
    expect(asks(content)).toBe(false);
  });
});

/** JSON.parse reads any depth with a stack of its own; what writes a value out again has none. */
describe("JSON that is nested deeper than a stack", () => {
  const deep = "[".repeat(30_000) + "]".repeat(30_000);

  it.each([
    ["graphql-transport-ws", `{"type":"error","id":"1","payload":${deep}}`],
    ["ocpp1.6", `[4,"id","Code","desc",${deep}]`],
    ["signalr", `{"type":1,"invocationId":"1","error":${deep}}\u001e`],
    [null, `{"jsonrpc":"2.0","error":${deep}}`],
    [null, deep],
  ])("is a text: %s", (subprotocol, content) => {
    expect(() => read(content, subprotocol)).not.toThrow();
    expect(read(`{"event":"a","data":${deep}}`, subprotocol).kind).toBe("text");
  });

  it("is counted outside of strings only", () => {
    const quoted = `{"type":"error","id":"1","payload":[{"message":"${"[".repeat(2000)}\\\\\\""}]}`;
    expect(read(quoted, "graphql-transport-ws").kind).toBe("graphql-transport-ws");
    const widest = `{"type":"next","id":"1","payload":{"data":${"[".repeat(limits.jsonDepth - 2)}${"]".repeat(limits.jsonDepth - 2)}}}`;
    expect(read(widest, "graphql-transport-ws").kind).toBe("graphql-transport-ws");
  });
});
