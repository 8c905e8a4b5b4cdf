import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { beginningKey, beginningOf } from "../../src/base/masked-text.ts";
import { NO_LANE } from "../../src/websocket/calm/calm-texts.ts";
import { FrameDecoder } from "../../src/websocket/frame-decoder.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from "../../src/websocket/types.ts";
import {
  decoder,
  everyByte,
  type FrameShape,
  frame,
  hex,
  play,
  position,
  Recorder,
  type Setup,
} from "../support/websocket-script.ts";

const SERVER: Setup = { direction: 1 };
const frames = (...shapes: FrameShape[]): Buffer => Buffer.concat(shapes.map(frame));
/** From the server: not masked. */
const bare = (...shapes: FrameShape[]): Buffer => frames(...shapes.map((shape) => ({ ...shape, mask: null })));

describe("the examples of RFC 6455 §5.7", () => {
  it.each([
    ["single-frame unmasked text", "8105 48656c6c6f", SERVER, ["Hello"], 1],
    ["single-frame masked text", "8185 37fa213d 7f9f4d5158", {}, ["Hello"], 1],
    ["fragmented unmasked text", "0103 48656c 8002 6c6f", SERVER, ["Hello"], 2],
    ["ping", "8905 48656c6c6f", SERVER, [], 1],
    ["masked pong", "8a85 37fa213d 7f9f4d5158", {}, [], 1],
  ] as const)("%s", (_, text, setup, texts, count) => {
    const bytes = hex(text);
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, setup, cuts);
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual(texts);
      expect(seen.frames).toHaveLength(count);
    }
  });

  it.each([
    ["827e 0100", 256],
    ["827f 0000000000010000", 65_536],
  ] as const)("%s: binary of %i bytes", (head, length) => {
    const bytes = Buffer.concat([hex(head), Buffer.alloc(length, 7)]);
    const [message] = play(bytes, SERVER).messages;
    expect(message).toMatchObject({ opcode: BINARY, length, keptLength: length, problem: null, validUtf8: null });
  });
});

describe("what a frame shows", () => {
  it("fields, packets and offsets, when it spans packets", () => {
    const bytes = frames({ opcode: PING, payload: "one" }, { opcode: TEXT, payload: "hello", mask: 0x01020304 });
    const seen = play(bytes, {}, [11, 14, 18]);
    expect(seen.frames).toMatchObject([
      { opcode: PING, fin: true, rsv: 0, masked: true, maskingKey: 0x37fa213d, length: 3, streamOffset: 0 },
      {
        opcode: TEXT,
        maskingKey: 0x01020304,
        length: 5,
        streamOffset: 9,
        firstPacketNumber: 1,
        firstTimestampNs: 1000,
        lastPacketNumber: 4,
        lastTimestampNs: 4000,
        compressed: false,
        missingBytes: 0,
        resynchronised: false,
        payloadLength: 0,
        closeCode: null,
      },
    ]);
    expect(seen.frames[0]?.payload).toBe(Buffer.from("one").toString("hex"));
    expect(seen.messages).toMatchObject([{ opcode: TEXT, frames: 1, firstPacketNumber: 1, lastPacketNumber: 4 }]);
  });

  it("a close code and its reason", () => {
    const bytes = frames({ opcode: CLOSE, payload: Buffer.concat([hex("03e8"), Buffer.from("再见\ufeff")]) });
    for (const cuts of [[], everyByte(bytes)]) {
      expect(play(bytes, {}, cuts).frames).toMatchObject([{ closeCode: 1000, closeReason: "再见\ufeff" }]);
    }
    expect(play(bare({ opcode: CLOSE }), SERVER).frames).toMatchObject([{ closeCode: null, closeReason: null }]);
  });

  it("control frames between fragments leave the message whole", () => {
    const bytes = frames(
      { opcode: TEXT, payload: "ab", fin: false },
      { opcode: PING, payload: "p" },
      { opcode: CONTINUATION, payload: "", fin: false },
      { opcode: PONG },
      { opcode: CONTINUATION, payload: "cd" },
    );
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, {}, cuts);
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual(["abcd"]);
      expect(seen.messages[0]).toMatchObject({ frames: 3, wireLength: 4, length: 4 });
      expect(seen.frames.map((one) => one.opcode)).toEqual([1, 9, 0, 10, 0]);
    }
  });

  it("every length at the borders of its forms", () => {
    for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_001]) {
      const bytes = frames({ opcode: BINARY, payload: Buffer.alloc(length, 0x5a) }, { opcode: PING });
      for (const cuts of [[], [1], [3], [7], [13], [length]]) {
        const seen = play(bytes, { keepBytes: 1 << 20 }, cuts);
        expect(seen.events).toEqual([]);
        expect(seen.messages[0]?.bytes.equals(Buffer.alloc(length, 0x5a))).toBe(true);
        expect(seen.frames).toHaveLength(2);
      }
    }
  });

  it("does not write into the bytes it is given", () => {
    const bytes = frames({ opcode: TEXT, payload: "x".repeat(200) }, { opcode: PING, payload: "y" });
    const before = Buffer.from(bytes);
    play(bytes, {}, [50]);
    expect(bytes).toEqual(before);
  });
});

/** Name, direction, stream, events (code, section, value), and texts that are read all the same. */
const violations: [string, 0 | 1, Uint8Array, [string, string, number][], string[]][] = [
  ["unmasked client frame", 0, hex("8102 6869"), [["unmasked-client", "RFC 6455 §5.1", TEXT]], ["hi"]],
  [
    "masked server frame",
    1,
    frame({ opcode: TEXT, payload: "hi" }),
    [["masked-server", "RFC 6455 §5.1", TEXT]],
    ["hi"],
  ],
  ["RSV2", 1, hex("a102 6869"), [["reserved-bits", "RFC 6455 §5.2", 2]], ["hi"]],
  ["RSV3 on a ping", 1, hex("9900"), [["reserved-bits", "RFC 6455 §5.2", 1]], []],
  ["opcode 3", 1, hex("8302 6869 8102 6869"), [["reserved-opcode", "RFC 6455 §5.2", 3]], ["hi"]],
  ["opcode 7 inside a message", 1, hex("0101 61 8701 00 8001 62"), [["reserved-opcode", "RFC 6455 §5.2", 7]], ["ab"]],
  ["opcode 0xb", 1, hex("8b01 61 8102 6869"), [["reserved-opcode", "RFC 6455 §5.2", 11]], ["hi"]],
  ["fragmented ping", 1, hex("0900 8102 6869"), [["control-fragmented", "RFC 6455 §5.5", PING]], ["hi"]],
  [
    "ping of 126 bytes",
    1,
    bare({ opcode: PING, payload: "x".repeat(126) }, { opcode: TEXT, payload: "hi" }),
    [["control-too-long", "RFC 6455 §5.5", 126]],
    ["hi"],
  ],
  [
    "5 bytes with a 16-bit length",
    1,
    hex("817e0005 48656c6c6f"),
    [["length-not-minimal", "RFC 6455 §5.2", 5]],
    ["Hello"],
  ],
  [
    "2 bytes with a 64-bit length",
    1,
    hex("817f0000000000000002 6869"),
    [["length-not-minimal", "RFC 6455 §5.2", 2]],
    ["hi"],
  ],
  [
    "continuation of nothing",
    1,
    hex("0001 61 8001 62 8102 6869"),
    [
      ["unexpected-continuation", "RFC 6455 §5.4", CONTINUATION],
      ["unexpected-continuation", "RFC 6455 §5.4", CONTINUATION],
    ],
    ["hi"],
  ],
  ["a new message inside one", 1, hex("0101 61 8102 6869"), [["expected-continuation", "RFC 6455 §5.4", TEXT]], ["hi"]],
  [
    "text that is not UTF-8",
    1,
    hex("8102 c328 8102 6869"),
    [["invalid-utf8", "RFC 6455 §8.1", TEXT]],
    ["\ufffd(", "hi"],
  ],
  ["text that ends inside a character", 1, hex("8102 e4bd"), [["invalid-utf8", "RFC 6455 §8.1", TEXT]], ["\ufffd"]],
  ["a surrogate", 1, hex("8103 eda080"), [["invalid-utf8", "RFC 6455 §8.1", TEXT]], ["\ufffd\ufffd\ufffd"]],
  [
    "a character left open by the last fragment",
    1,
    hex("0102 61e4 8001 bd"),
    [["invalid-utf8", "RFC 6455 §8.1", TEXT]],
    ["a\ufffd"],
  ],
  ["close of one byte", 1, hex("8801 03"), [["close-malformed", "RFC 6455 §5.5.1", 1]], []],
  ["close reason not UTF-8", 1, hex("8804 03e8 c328"), [["close-malformed", "RFC 6455 §5.5.1", 4]], []],
  ["data after a close", 1, hex("8802 03e8 8102 6869 8900"), [["data-after-close", "RFC 6455 §5.5.1", TEXT]], ["hi"]],
  [
    "several at once",
    0,
    hex("5b7e 0001 00"),
    [
      ["unmasked-client", "RFC 6455 §5.1", 11],
      ["reserved-bits", "RFC 6455 §5.2", 5],
      ["reserved-opcode", "RFC 6455 §5.2", 11],
      ["control-fragmented", "RFC 6455 §5.5", 11],
      ["length-not-minimal", "RFC 6455 §5.2", 1],
    ],
    [],
  ],
];

describe("violations are told, and reading goes on", () => {
  it.each(violations)("%s", (_, direction, bytes, events, texts) => {
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, { direction }, cuts, 1);
      expect(seen.events.map(({ code, section, value }) => [code, section, value])).toEqual(events);
      expect(seen.texts).toEqual(texts);
    }
  });

  it.each(violations.filter(([, direction]) => direction === 1))(
    "%s, and good frames behind it",
    (_, direction, bytes) => {
      const tail = bare({ opcode: TEXT, payload: "after" });
      const seen = play(Buffer.concat([bytes, tail]), { direction });
      expect(seen.texts.at(-1)).toBe("after");
    },
  );

  it("RSV1 without an agreement: what it means is not known, so nothing is shown as text", () => {
    const seen = play(hex("c107 f248cdc9c90700 8102 6869"), SERVER);
    expect(seen.events).toMatchObject([{ code: "reserved-bits", section: "RFC 6455 §5.2", value: 4 }]);
    expect(seen.frames[0]).toMatchObject({ rsv: 4, compressed: false });
    expect(seen.messages).toMatchObject([
      { problem: "undecodable", keptLength: 0, wireLength: 7, validUtf8: null },
      { problem: null, keptLength: 2 },
    ]);
  });

  it("names the packet that breaks the rule", () => {
    const bytes = Buffer.concat([hex("8102 6869"), hex("8102 c328"), hex("8102 6869")]);
    expect(play(bytes, SERVER, [4, 8]).events).toMatchObject([
      { code: "invalid-utf8", packetNumber: 2, timestampNs: 2000 },
    ]);
  });
});

describe("close codes (RFC 6455 §7.4, IANA registry)", () => {
  const events = (code: number): string[] => {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    return play(frame({ opcode: CLOSE, payload, mask: null }), SERVER).codes;
  };
  const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];
  const reserved = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65_535];

  it.each(sendable)("%i may be sent", (code) => expect(events(code)).toEqual([]));
  it.each(reserved)("%i may not", (code) => expect(events(code)).toEqual(["close-reserved-code"]));
});

describe("lengths that cannot be", () => {
  it.each([
    ["bit 63 set", "827f ffffffffffffffff"],
    ["more than 2^53", "827f 0020000000000000"],
  ])("%s: told, and the next frames are found", (_, head) => {
    const tail = bare({ opcode: TEXT, payload: "one two three" }, { opcode: TEXT, payload: "four five six" });
    const seen = play(Buffer.concat([hex(head), tail]), SERVER, [10]);
    expect(seen.codes).toEqual(["length-too-large", "desynchronised", "resynchronised"]);
    expect(seen.texts).toEqual(["one two three", "four five six"]);
  });

  it("a huge one is read until the stream ends", () => {
    const seen = play(hex("827f 0000100000000000 00112233"), SERVER);
    expect(seen.events).toMatchObject([{ code: "incomplete-frame", value: 2 ** 44 - 4 }]);
  });
});

describe("streams that are not frames", () => {
  it("an HTTP answer where frames should be is named once", () => {
    const bytes = Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{}");
    for (const cuts of [[], everyByte(bytes)]) {
      expect(play(bytes, SERVER, cuts, 1).codes.slice(0, 2)).toEqual(["not-websocket", "desynchronised"]);
      expect(play(bytes, SERVER, cuts, 1).frames).toEqual([]);
    }
  });

  it("what only starts like HTTP is read as the frame it is", () => {
    // A fragmented, compressed control frame with a length of 0x54: wrong in three ways, but a frame.
    const bytes = Buffer.concat([hex("4854"), Buffer.alloc(0x54, 0x61), bare({ opcode: TEXT, payload: "hi" })]);
    for (const cuts of [[], everyByte(bytes)]) expect(play(bytes, SERVER, cuts).texts).toEqual(["hi"]);
  });
});

describe("the end of a direction", () => {
  it.each([
    ["inside a payload", "8105 4865", "incomplete-frame", 3],
    ["inside a header", "817e", "incomplete-frame", 0],
    ["inside a fragmented message", "0101 61", "incomplete-message", 0],
  ] as const)("%s", (_, text, code, value) => {
    expect(play(hex(text), SERVER).events).toMatchObject([{ code, value }]);
    expect(play(hex(text), SERVER).messages).toEqual([]);
  });

  it("between frames says nothing", () => {
    expect(play(hex("8100"), SERVER).codes).toEqual([]);
  });
});

describe("messages larger than what is kept", () => {
  it("keep their beginning, their length and their UTF-8 verdict", () => {
    const text = "好".repeat(40_000);
    const bytes = frames({ opcode: TEXT, payload: text }, { opcode: TEXT, payload: "next" });
    const cuts = Array.from({ length: 60 }, (_, i) => (i + 1) * 1999);
    const seen = play(bytes, {}, cuts);
    expect(seen.events).toEqual([]);
    expect(seen.messages[0]).toMatchObject({
      length: 120_000,
      wireLength: 120_000,
      keptLength: limits.keptMessageBytes,
      validUtf8: true,
      problem: null,
    });
    expect(seen.messages[0]?.bytes).toEqual(Buffer.from(text).subarray(0, limits.keptMessageBytes));
    expect(seen.texts[1]).toBe("next");
  });

  it("are found invalid far behind it, once, and at the packet where it happens", () => {
    for (const mask of [0x01020304, null]) {
      const body = Buffer.alloc(200_000, 0x61);
      body[150_000] = 0xff;
      body[190_000] = 0xff;
      const bytes = frame({ opcode: TEXT, payload: body, mask });
      const seen = play(bytes, { direction: mask === null ? 1 : 0 }, [100_000, 140_000, 160_000]);
      expect(seen.events).toMatchObject([{ code: "invalid-utf8", packetNumber: 3 }]);
      expect(seen.messages[0]?.validUtf8).toBe(false);
    }
  });

  it("are kept whole when asked", () => {
    const body = Buffer.alloc(300_000, "abc");
    const seen = play(frame({ opcode: BINARY, payload: body }), { keepBytes: 1 << 20 }, [7, 100, 100_000]);
    expect(seen.messages[0]?.bytes.equals(body)).toBe(true);
  });

  it("are kept up to limits.inflatedMessageBytes, however they arrive", () => {
    const body = Buffer.alloc(limits.inflatedMessageBytes - 1, "text ");
    const bytes = frame({ opcode: TEXT, payload: body, mask: null });
    const cuts = Array.from({ length: 64 }, (_, i) => (i + 1) << 20);
    const [message] = play(bytes, { direction: 1, keepBytes: limits.inflatedMessageBytes }, cuts).messages;
    expect(message).toMatchObject({ problem: null, keptLength: body.length, validUtf8: true });
    expect(message?.bytes.equals(body)).toBe(true);
  });

  it("give counts only when nothing is to be kept, and text is still checked", () => {
    const bytes = frames(
      { opcode: TEXT, payload: "hello" },
      { opcode: BINARY, payload: "world" },
      { opcode: TEXT, payload: hex("ff") },
    );
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, { keepBytes: 0 }, cuts);
      expect(seen.messages).toMatchObject([
        { length: 5, keptLength: 0, validUtf8: true },
        { length: 5, keptLength: 0, validUtf8: null },
        { length: 1, keptLength: 0, validUtf8: false },
      ]);
      expect(seen.codes).toEqual(["invalid-utf8"]);
    }
  });
});

describe("a gap inside a payload of known length", () => {
  it("counts as missing, and the next frame is where it should be", () => {
    const { reader, seen } = decoder();
    const bytes = frames({ opcode: TEXT, payload: "abcdefghij" }, { opcode: TEXT, payload: "next" });
    reader.feed(bytes, 0, 9, position(1));
    reader.gap(4, position(2));
    reader.feed(bytes, 13, bytes.length, position(3));
    reader.end(position(3));
    expect(seen.events).toMatchObject([{ code: "gap", value: 4, packetNumber: 2 }]);
    expect(seen.frames).toMatchObject([
      { length: 10, missingBytes: 4, lastPacketNumber: 3, resynchronised: false },
      { length: 4, missingBytes: 0, streamOffset: 16 },
    ]);
    expect(seen.messages).toMatchObject([
      { problem: "gap", wireLength: 10, keptLength: 3, validUtf8: null },
      { problem: null },
    ]);
    expect(seen.texts).toEqual(["abc", "next"]);
  });

  it("may reach exactly to the frame's end", () => {
    const { reader, seen } = decoder(SERVER);
    reader.feed(hex("8104 6162"), 0, 4, position(1));
    reader.gap(2, position(2));
    reader.feed(hex("8102 6869"), 0, 4, position(3));
    expect(seen.codes).toEqual(["gap"]);
    expect(seen.frames).toMatchObject([{ missingBytes: 2 }, { missingBytes: 0 }]);
    expect(seen.texts[1]).toBe("hi");
  });

  it("leaves a control frame's payload only as far as it is known", () => {
    const { reader, seen } = decoder(SERVER);
    reader.feed(hex("8806 03e8 61"), 0, 5, position(1));
    reader.gap(2, position(2));
    reader.feed(hex("62"), 0, 1, position(3));
    expect(seen.frames).toMatchObject([{ closeCode: 1000, closeReason: "a", missingBytes: 2, payloadLength: 3 }]);
    expect(seen.codes).toEqual(["gap"]);
  });
});

describe("texts that nobody reads", () => {
  const long = "x".repeat(140);
  /** Refuses every text that begins as this one. */
  class Skipping extends Recorder {
    override readonly skippedKey = beginningKey(beginningOf(Buffer.from(long)), long.length);
  }

  const text = (payload: string) => ({ opcode: TEXT, payload: Buffer.from(payload, "latin1") });

  function skipping(...texts: string[]): Skipping {
    const sink = new Skipping();
    const reader = new FrameDecoder(0, sink, "none", { memory: new DecoderMemory() });
    const bytes = frames(...texts.map(text));
    reader.feed(bytes, 0, bytes.length, position(1));
    return sink;
  }

  it("are counted and known to be valid", () => {
    const { frames: read, messages, unread, codes } = skipping(long, long, `y${long}`, `${long}z`);
    // Whether the first one of a piece is skipped is not this class's to say.
    expect(unread).toEqual({ texts: 2, bytes: 281 });
    expect(read).toHaveLength(2);
    expect(messages).toMatchObject([{ length: 140 }, { length: 141, keptLength: 141, validUtf8: true }]);
    expect(codes).toEqual([]);
  });

  it("are not taken for granted behind a gap: no boundary is known there", () => {
    const sink = new Skipping();
    const memory = new DecoderMemory();
    const reader = new FrameDecoder(0, sink, "none", { memory });
    const one = frames(text(long));
    reader.feed(one, 0, one.length, position(1));
    const lane = reader.calmLane;
    expect(memory.texts.feed(lane, one, 0, one.length, position(1))).toBe(one.length);
    reader.gap(700, position(2));
    expect(sink.unread).toEqual({ texts: 1, bytes: 140 });
    // It may be the inside of a frame that began in the gap, until it proves to be none.
    expect(reader.calmLane).toBe(NO_LANE);
    expect(memory.texts.feed(lane, one, 0, one.length, position(3))).toBe(0);
    reader.feed(one, 0, one.length, position(3));
    expect(sink.unread).toEqual({ texts: 1, bytes: 140 });
    reader.feed(one, 0, one.length, position(4));
    expect(sink.codes).toEqual(["gap", "desynchronised", "resynchronised"]);
    reader.gap(8, position(5));
    expect(sink.codes.slice(3)).toEqual(["gap", "desynchronised"]);
  });

  it("are read all the same where they are not ASCII", () => {
    const { messages, codes } = skipping(`${long}\u00c3\u00a4`, `${long}\u00e4`);
    expect(messages).toMatchObject([
      { keptLength: 142, validUtf8: true },
      { keptLength: 141, validUtf8: false },
    ]);
    expect(codes).toEqual(["invalid-utf8"]);
  });
});
