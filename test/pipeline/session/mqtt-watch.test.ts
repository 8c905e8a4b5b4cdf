import { describe, expect, test } from "vitest";
import { SessionWatch } from "../../../src/pipeline/session/session-watch.ts";
import { BINARY, type MessageView } from "../../../src/websocket/types.ts";
import { beat } from "../../support/facts-builder.ts";
import { messageView } from "../../support/message-view.ts";

// mqtt.js and aedes in Node write each field of a packet into a message of its own.

const binary = (direction: 0 | 1, hex: string, atMs: number): MessageView => {
  const bytes = new Uint8Array(Buffer.from(hex.replace(/ /g, ""), "hex"));
  return {
    ...messageView(direction, "", atMs, atMs),
    opcode: BINARY,
    bytes,
    keptLength: bytes.length,
    length: bytes.length,
    wireLength: bytes.length,
  };
};

const CONNECT = ["10", "0e", "0004", "4d515454", "04", "02", "0002", "0002", "6431"];
const CONNECT_5 = ["10 0f 0004 4d515454 05 02 003c 00 0002 6431"];

function watching(subprotocol: string | null = null) {
  const watch = new SessionWatch("websocket", "/", subprotocol, () => 0);
  let atMs = 0;
  const say = (direction: 0 | 1, ...parts: readonly string[]): void => {
    for (const part of parts) watch.onMessage(binary(direction, part, ++atMs), false);
  };
  return { watch, say, facts: () => watch.facts(() => beat()) };
}

describe("MQTT in pieces", () => {
  test("is named by its CONNECT, whose keep alive is read", () => {
    const { say, facts } = watching();
    say(0, ...CONNECT);
    say(1, "20", "02", "00", "00");
    expect(facts()).toMatchObject({
      protocol: "mqtt",
      notices: [],
      mqtt: { keepAliveMs: 2000, isWhole: [true, true] },
    });
  });

  test("a refusal is a notice with its code", () => {
    const { say, facts } = watching();
    say(0, ...CONNECT);
    say(1, "20", "02", "00", "04");
    expect(facts().notices).toMatchObject([
      { packet: 13, from: "server", protocol: "mqtt", messageType: "CONNACK", code: 4 },
    ]);
  });

  test("a long packet between them is passed over, and several in one message are each read", () => {
    const { say, facts } = watching("mqtt");
    say(0, ...CONNECT, `30 82 01 0001 61 ${"c0".repeat(127)}`, "c000 30 04 0001 61 78 c000 e000");
    say(1, "d0", "00");
    expect(facts().mqtt).toMatchObject({ lastPing: { packet: 11 }, lastPong: { packet: 13 }, goodbye: { packet: 11 } });
  });

  test("the server of MQTT 5 may set the keep alive", () => {
    const { say, facts } = watching("mqtt");
    say(0, ...CONNECT_5);
    expect(facts().mqtt?.keepAliveMs).toBe(60_000);
    say(1, "20 09 00 00 06 21 000a 13 001e");
    expect(facts().mqtt?.keepAliveMs).toBe(30_000);
  });

  test("a will that is left behind is no failure, a session taken over is", () => {
    const { say, facts } = watching("mqtt");
    say(0, ...CONNECT_5, "e0 02 04 00");
    expect(facts().notices).toEqual([]);
    say(1, "e0 02 8e 00");
    expect(facts().notices).toMatchObject([{ messageType: "DISCONNECT", code: 0x8e }]);
  });

  test("a hole in the middle of a packet is passed over, any other ends it", () => {
    const long = { ...binary(0, "30 8f 4e 0001 61", 20), length: 10_002, problem: "limit" as const };
    const within = watching("mqtt");
    within.say(0, ...CONNECT);
    within.watch.onMessage({ ...long, length: 10_001 }, false);
    within.say(0, "78", "c000");
    expect(within.facts().mqtt).toMatchObject({ isWhole: [true, true], lastPing: { packet: 11 } });
    const behind = watching("mqtt");
    behind.say(0, ...CONNECT);
    behind.watch.onMessage(long, false);
    expect(behind.facts().mqtt?.isWhole).toEqual([false, true]);
    const missing = watching("mqtt");
    missing.say(0, ...CONNECT, "30", "04");
    missing.watch.onHole(0);
    missing.say(0, "61", "c000");
    expect(missing.facts().mqtt).toMatchObject({ isWhole: [false, true], lastPing: null });
  });

  test("what only begins like it is somebody else's", () => {
    for (const other of ["10 02 0805", "10 00", "10 0e 0004 4d515454", "10 ff ff ff ff 01"]) {
      const { say, facts } = watching();
      say(0, other, "0102030405");
      expect(facts().mqtt, other).toBeUndefined();
    }
    const { say, facts } = watching();
    say(0, "10 02 0805");
    expect(facts().protocol).toBe("binary");
  });

  test("the last packet before the server's end is remembered", () => {
    const { watch, say, facts } = watching("mqtt");
    say(0, ...CONNECT);
    watch.onEnd(1, 100e6);
    watch.onMessage(binary(0, "c000", 200), false);
    expect(facts().mqtt?.heard?.packet).toBe(9);
  });
});
