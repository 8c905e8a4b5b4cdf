import fc from "fast-check";
import { expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { concernsDiagnosis } from "../../src/payload/heartbeat.ts";
import { payloadOf } from "../../src/payload/payload.ts";
import { hintsOf, readPayload } from "../../src/payload/read-payload.ts";
import { readEngineIoRefusal, readPolling } from "../../src/payload/readers/polling.ts";

const seed = fc.constantFrom(
  '0{"sid":"a","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}',
  '42/im,7["chat",{"a":[1,2]}]',
  '451-["up",{"_placeholder":true,"num":0}]',
  "6:4hello2:4€\u001e2:40",
  '{"type":"connection_error","payload":{"message":"x"}}',
  '{"type":7,"error":"x"}\u001e',
  "CONNECTED\nheart-beat:1,2\n\n\0",
  '[3,{"message":"x"},"a.b"]',
  '[2,"1","Heartbeat",{}]',
  'c[3000,"Go away!"]',
  '___eio[0]("1:6");',
);
const mutated = fc.tuple(seed, fc.nat(), fc.nat(), fc.string({ maxLength: 4 })).map(([text, a, b, put]) => {
  const from = a % text.length;
  return text.slice(0, from) + put + text.slice(from + (b % 5));
});
const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  mutated.map((text) => Buffer.from(text)),
);
const hints = fc
  .tuple(
    fc.constantFrom(null, "/", "/socket.io/?EIO=3&transport=websocket", "/a/1/b/websocket"),
    fc.constantFrom(
      null,
      "mqtt",
      "v12.stomp",
      "wamp.2.json",
      "ocpp1.6",
      "graphql-ws",
      "graphql-transport-ws",
      "vite-hmr",
    ),
  )
  .map(([target, subprotocol]) => hintsOf(target, subprotocol));

it("reads anything, in one bounded line", () => {
  fc.assert(
    fc.property(content, fc.boolean(), fc.boolean(), hints, (bytes, isText, cut, given) => {
      const payload = payloadOf(bytes, 0, bytes.length, isText, cut ? bytes.length + 1 : bytes.length);
      const reading = readPayload(payload, given);
      expect(reading.summary.length).toBeLessThanOrEqual(limits.payloadSummaryCharacters);
      expect(reading.label.length).toBeLessThanOrEqual(limits.payloadSummaryCharacters);
      concernsDiagnosis(bytes, 0, bytes.length, isText);
    }),
    { numRuns: 3000 },
  );
});

it("reads any polling body, bounded", () => {
  fc.assert(
    fc.property(content, fc.boolean(), (bytes, complete) => {
      expect(readPolling(bytes, complete).length).toBeLessThanOrEqual(limits.pollingPacketsPerBody);
      readEngineIoRefusal(bytes);
    }),
    { numRuns: 3000 },
  );
});

// Within the test's time limit, which quadratic time would overrun.
it("long and hostile payloads are read to their end", () => {
  const long = [
    "[".repeat(65_000),
    `4${"2".repeat(65_000)}`,
    `42/${"a".repeat(65_000)}`,
    `{"a":${"\\".repeat(60_000)}`,
    `___eio[0]("${'")'.repeat(30_000)}`,
    " ".repeat(65_000),
    `CONNECT\n${"a:b\n".repeat(16_000)}`,
    "9".repeat(65_000),
    `{"type":"${"keepalive".repeat(7000)}"}`,
  ];
  for (const text of long) {
    const bytes = Buffer.from(text);
    for (const target of ["/", "/socket.io/?EIO=4", "/a/1/b/websocket"]) {
      expect(readPayload(payloadOf(bytes, 0, bytes.length, true), hintsOf(target, null)).label).not.toBe("");
    }
    expect(readPolling(bytes, true).length).toBeLessThanOrEqual(limits.pollingPacketsPerBody);
  }
});
