import { expect, test } from "vitest";
import { WebSocketSide } from "../../../src/pipeline/websocket/websocket-side.ts";
import { DecoderMemory } from "../../../src/websocket/memory.ts";
import { position } from "../../support/websocket-script.ts";

/** A server's frame, unmasked (RFC 6455 §5.2), with so much of its payload as `sent`. */
function frame(first: number, length: number, sent = length): Uint8Array {
  const bytes = Buffer.alloc(4 + sent, 0x61);
  bytes[0] = first;
  bytes[1] = 126;
  bytes.writeUInt16BE(length, 2);
  return bytes;
}

function fed(...frames: readonly Uint8Array[]): WebSocketSide {
  const owner = { onBeat() {}, onClose() {}, onMessage() {}, onUnread() {}, onEvent() {}, connectionId: 0, tap: null };
  const side = new WebSocketSide(1, owner, "none", { memory: new DecoderMemory() });
  frames.forEach((bytes, index) => {
    side.feed(bytes, 0, bytes.length, position(index + 1));
  });
  side.end(position(frames.length + 1));
  return side;
}

const [BINARY_BEGIN, CONTINUED, LAST, WHOLE] = [0x02, 0x00, 0x80, 0x82];

test("of a message without an end the announced bytes of its frames are told, and where it began", () => {
  expect(fed(frame(BINARY_BEGIN, 1000), frame(CONTINUED, 500))).toMatchObject({
    unfinishedBytes: 1500,
    unfinishedNumber: 1,
  });
  expect(fed(frame(WHOLE, 200), frame(BINARY_BEGIN, 1000), frame(CONTINUED, 60_000, 10))).toMatchObject({
    unfinishedBytes: 61_000,
    unfinishedNumber: 2,
    largestMessageBytes: 200,
  });
  expect(fed(frame(WHOLE, 60_000, 10))).toMatchObject({ unfinishedBytes: 60_000, unfinishedNumber: 1 });
});

test("a message that ended is none of those", () => {
  expect(fed(frame(BINARY_BEGIN, 1000), frame(LAST, 500))).toMatchObject({
    unfinishedBytes: 0,
    largestMessageBytes: 1500,
  });
});
