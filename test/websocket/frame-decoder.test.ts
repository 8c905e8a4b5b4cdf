import { describe, expect, it } from "vitest";
import { BINARY } from "../../src/websocket/types.ts";
import { everyByte, hex, play, type Setup } from "../support/websocket-script.ts";

const SERVER: Setup = { direction: 1 };

describe("the examples of RFC 6455 §5.7", () => {
  it.each([
    ["single-frame unmasked text", "8105 48656c6c6f", SERVER, ["Hello"], 1],
    ["single-frame masked text", "8185 37fa213d 7f9f4d5158", {}, ["Hello"], 1],
    ["fragmented unmasked text", "0103 48656c 8002 6c6f", SERVER, ["Hello"], 2],
    ["ping and its pong", "8905 48656c6c6f 8a05 48656c6c6f", SERVER, [], 2],
  ] as const)("%s", (_, text, setup, texts, frames) => {
    const bytes = hex(text);
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, setup, cuts);
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual(texts);
      expect(seen.frames).toHaveLength(frames);
    }
  });

  it("binary of 256 bytes and of 64 KiB", () => {
    for (const [head, length] of [
      ["827e 0100", 256],
      ["827f 0000000000010000", 65_536],
    ] as const) {
      const bytes = Buffer.concat([hex(head), Buffer.alloc(length, 7)]);
      const [message] = play(bytes, SERVER).messages;
      expect(message).toMatchObject({ opcode: BINARY, length, keptLength: length, problem: null, validUtf8: null });
    }
  });
});
