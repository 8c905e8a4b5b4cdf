import { encodePacket, encodePayload, type Packet } from "engine.io-parser";
import { describe, expect, it } from "vitest";
import { payloadOf } from "../../src/payload/payload.ts";
import { hintsOf, readPayload } from "../../src/payload/read-payload.ts";
import { readEngineIoRefusal, readPolling } from "../../src/payload/readers/polling.ts";
import type { Reading } from "../../src/payload/types.ts";

const HINTS = hintsOf("/socket.io/?EIO=4&transport=websocket", null);
const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const read = (text: string, hints = HINTS): Reading => {
  const bytes = bytesOf(text);
  return readPayload(payloadOf(bytes, 0, bytes.length, true), hints);
};
const encode = (packet: Packet): Promise<string> =>
  new Promise((resolve) => encodePacket(packet, false, (text) => resolve(String(text))));
const encodeAll = (packets: Packet[]): Promise<string> => new Promise((resolve) => encodePayload(packets, resolve));

describe("Engine.IO over WebSocket", () => {
  it("reads the open packet as engine.io's own server writes it", async () => {
    const data = {
      sid: "lv_VI97HAXpY6yYWAAAC",
      upgrades: ["websocket"],
      pingInterval: 25000,
      pingTimeout: 20000,
      maxPayload: 1000000,
    };
    expect(read(await encode({ type: "open", data: JSON.stringify(data) }))).toMatchObject({
      kind: "engine.io",
      label: "Engine.IO open",
      packet: "open",
      open: {
        sid: "lv_VI97HAXpY6yYWAAAC",
        upgrades: ["websocket"],
        pingIntervalMs: 25000,
        pingTimeoutMs: 20000,
        maxPayloadBytes: 1000000,
      },
    });
  });

  it.each([
    [{ type: "ping" }, { packet: "ping", probe: false, heartbeat: "ping" }],
    [{ type: "pong" }, { packet: "pong", probe: false, heartbeat: "pong" }],
    [
      { type: "ping", data: "probe" },
      { packet: "ping", probe: true, heartbeat: null },
    ],
    [
      { type: "pong", data: "probe" },
      { packet: "pong", probe: true, heartbeat: null },
    ],
    [{ type: "close" }, { packet: "close" }],
    [{ type: "upgrade" }, { packet: "upgrade" }],
    [{ type: "noop" }, { packet: "noop" }],
    [
      { type: "message", data: "hello" },
      { packet: "message", summary: "message hello" },
    ],
    [
      { type: "message", data: Buffer.from("hi") },
      { packet: "message", summary: "message binary" },
    ],
  ] as [Packet, object][])("%j", async (packet, expected) => {
    expect(read(await encode(packet))).toMatchObject({ kind: "engine.io", ...expected });
  });

  it("a binary message is a message packet", () => {
    const reading = readPayload(payloadOf(new Uint8Array([4, 1, 2]), 0, 3, false), HINTS);
    expect(reading).toMatchObject({ kind: "engine.io", packet: "message", summary: "message binary, 3 bytes" });
  });

  it("without a handshake only what is unmistakable is Engine.IO", () => {
    const unknown = hintsOf(null, null);
    expect(read('42["chat",1]', unknown).kind).toBe("socket.io");
    expect(read('0{"sid":"x"}', unknown).kind).toBe("engine.io");
    expect(read("2probe", unknown).kind).toBe("engine.io");
    for (const text of ["2", "3", "42", "40", "3.14", "2024-01-01"]) expect(read(text, unknown).kind).toBe("text");
  });

  it("what is no packet is text, even where Engine.IO is spoken", () => {
    for (const text of ["", "7", "hello", "0{}", "0[1]", "3.14", "2024", "HTTP/1.1 400 Bad Request"]) {
      expect(read(text).kind, text).toBe("text");
    }
  });
});

describe("Engine.IO polling bodies", () => {
  const summaries = (body: string | Uint8Array, complete = true): string[] =>
    readPolling(typeof body === "string" ? bytesOf(body) : body, complete).map(({ reading }) => reading.label);

  it("protocol 4, as engine.io-parser joins it", async () => {
    const body = await encodeAll([
      { type: "open", data: '{"sid":"a","upgrades":[],"pingInterval":1,"pingTimeout":2}' },
      { type: "message", data: '2["a\u00e9"]' },
      { type: "message", data: Buffer.from([1, 2, 3]) },
      { type: "ping" },
    ]);
    expect(summaries(body)).toEqual(["Engine.IO open", "Socket.IO EVENT", "Engine.IO message", "Engine.IO ping"]);
  });

  it("protocol 3, lengths in characters (the € example of its specification)", () => {
    const readings = readPolling(bytesOf("6:4hello2:4€"), true);
    expect(readings.map(({ reading }) => reading.summary)).toEqual(["message hello", "message €"]);
    expect(summaries('12:0{"sid":"x"}2:40')).toEqual(["Engine.IO open", "Socket.IO CONNECT"]);
  });

  it("protocol 3 with binary packets (type, length digits, 0xff)", () => {
    const body = new Uint8Array([0, 6, 0xff, ...bytesOf("4hello"), 1, 5, 0xff, 4, 1, 2, 3, 4, 0, 1, 0xff, 0x33]);
    expect(summaries(body)).toEqual(["Engine.IO message", "Engine.IO message", "Engine.IO pong"]);
  });

  it("JSONP", () => {
    expect(summaries('___eio[0]("6:4hello1:6");')).toEqual(["Engine.IO message", "Engine.IO noop"]);
  });

  it("a body of which only the beginning is there", () => {
    expect(summaries('42["a"]\u001e42["bcdef', false)).toEqual(["Socket.IO EVENT", "Socket.IO EVENT"]);
    expect(summaries("ok")).toEqual([]);
    expect(summaries("")).toEqual([]);
  });

  it("refusals", () => {
    expect(readEngineIoRefusal(bytesOf('{"code":1,"message":"Session ID unknown"}'))).toEqual({
      code: 1,
      message: "Session ID unknown",
    });
    for (const text of ["", "{}", "[1]", '{"code":"1","message":""}'])
      expect(readEngineIoRefusal(bytesOf(text))).toBeNull();
  });
});
