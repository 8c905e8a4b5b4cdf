import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { BufferPool } from "../../src/websocket/buffer-pool.ts";
import { WindowPool } from "../../src/websocket/deflate/window-pool.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import { type DeflateParameters, TEXT, UNDECODABLE } from "../../src/websocket/types.ts";
import { agreed, decoder, everyByte, frame, hex, play, position, type Setup } from "../support/websocket-script.ts";

const SERVER: Setup = { direction: 1, deflate: agreed };
const noTakeover: DeflateParameters = { ...agreed, serverNoContextTakeover: true };
const compressedFrame = (payload: Uint8Array, more: object = {}): Buffer =>
  frame({ opcode: TEXT, rsv: 4, payload, mask: null, ...more });

/** One zlib stream over all messages, as an endpoint with context takeover has it; the last four bytes taken off. */
async function takeover(texts: readonly (string | Buffer)[], windowBits = 15): Promise<Buffer[]> {
  const stream = createDeflateRaw({ windowBits });
  const messages: Buffer[] = [];
  for (const text of texts) {
    const parts: Buffer[] = [];
    const collect = (part: Buffer): number => parts.push(part);
    stream.on("data", collect);
    if (text.length > 0) stream.write(text);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    stream.off("data", collect);
    messages.push(Buffer.concat(parts).subarray(0, -4));
  }
  stream.close();
  return messages;
}

const alone = (text: string | Buffer): Buffer =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** Bytes that do not compress. */
function noiseOf(length: number): Buffer {
  let x = 1;
  return Buffer.alloc(length).map(() => {
    x = (Math.imul(x, 69_069) + 1) >>> 0;
    return x >>> 24;
  }) as Buffer;
}

/** Compares without printing a megabyte. */
const sameText = (seen: string | undefined, expected: string): void => {
  expect(seen?.length).toBe(expected.length);
  expect(seen === expected).toBe(true);
};

const reports = Array.from({ length: 60 }, (_, i) => `{"type":"report","vehicle":${i % 7},"speed":${i * 3},"ok":true}`);

describe("the examples of RFC 7692 §7.2.3", () => {
  const SHARED: Setup = { direction: 1, deflate: agreed };
  it.each([
    ["one block", "c107 f248cdc9c90700", ["Hello"]],
    ["two fragments", "4103 f248cd 8004 c9c90700", ["Hello"]],
    ["the second message refers to the first", "c107 f248cdc9c90700 c105 f200110000", ["Hello", "Hello"]],
    ["a block without compression", "c10b 000500faff48656c6c6f00", ["Hello"]],
    ["a block with BFINAL set", "c108 f348cdc9c9070000", ["Hello"]],
    ["two blocks", "c10d f248050000 00ffff cac9c90700", ["Hello"]],
    ["an empty fragment's octet", "c101 00", [""]],
  ])("%s", (_, text, texts) => {
    const bytes = hex(text);
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, SHARED, cuts);
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual(texts);
      expect(seen.frames.every((one) => one.compressed)).toBe(true);
    }
  });
});

describe("messages of a compressed session", () => {
  it("an empty payload is an empty message and leaves the window alone", async () => {
    const [one, two] = (await takeover(["Hello Hello", "Hello Hello again"])) as [Buffer, Buffer];
    const bytes = Buffer.concat([compressedFrame(one), hex("c100"), compressedFrame(two)]);
    const seen = play(bytes, SERVER);
    expect(seen.texts).toEqual(["Hello Hello", "", "Hello Hello again"]);
    expect(seen.messages[1]).toMatchObject({ problem: null, compressed: true, length: 0, validUtf8: true });
  });

  it("uncompressed ones do not enter the window", async () => {
    const [one, two] = (await takeover([reports[0] as string, reports[1] as string])) as [Buffer, Buffer];
    const plain = frame({ opcode: TEXT, payload: "never compressed, ".repeat(200), mask: null });
    const seen = play(Buffer.concat([compressedFrame(one), plain, compressedFrame(two)]), SERVER);
    expect(seen.events).toEqual([]);
    expect(seen.texts[2]).toBe(reports[1]);
    expect(seen.messages.map((one) => one.compressed)).toEqual([true, false, true]);
  });

  it("with control frames between the fragments", async () => {
    const [one] = (await takeover([reports[0] as string])) as [Buffer];
    const bytes = Buffer.concat([
      compressedFrame(one.subarray(0, 5), { fin: false }),
      hex("8900"),
      frame({ opcode: 0, payload: one.subarray(5), mask: null }),
    ]);
    for (const cuts of [[], everyByte(bytes)]) {
      const seen = play(bytes, SERVER, cuts);
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual([reports[0]]);
      expect(seen.frames.map((one) => one.compressed)).toEqual([true, false, true]);
      expect(seen.messages[0]).toMatchObject({ wireLength: one.length, length: (reports[0] as string).length });
    }
  });

  it("past the window's 32 KiB, small and large in turn, for all window sizes", async () => {
    for (let windowBits = 9; windowBits <= 15; windowBits++) {
      const texts = Array.from({ length: 40 }, (_, i) =>
        i % 5 === 4 ? reports.join(",").repeat(1 + (i % 3) * 12) : (reports[i % reports.length] as string),
      );
      const messages = await takeover(texts, windowBits);
      const seen = play(Buffer.concat(messages.map((one) => compressedFrame(one))), { ...SERVER, keepBytes: 1 << 20 });
      expect(seen.events).toEqual([]);
      expect(seen.texts).toEqual(texts);
    }
  });

  it("incompressible ones large enough for zlib, between small ones", async () => {
    const noise = noiseOf(90_000);
    const messages = await takeover([
      reports[0] as string,
      noise,
      noise.subarray(60_000, 61_000),
      reports[1] as string,
    ]);
    const bytes = Buffer.concat(messages.map((payload) => frame({ opcode: 2, rsv: 4, payload, mask: null })));
    const seen = play(bytes, { ...SERVER, keepBytes: 1 << 20 }, [1000, 50_000]);
    expect(seen.events).toEqual([]);
    expect(seen.messages[1]?.bytes.equals(noise)).toBe(true);
    expect(seen.messages[2]?.bytes.equals(noise.subarray(60_000, 61_000))).toBe(true);
  });

  it("that kept the 00 00 ff ff, as some peers send them", () => {
    const text = reports.join().repeat(300);
    const whole = deflateRawSync("Hello", { finishFlush: constants.Z_SYNC_FLUSH });
    const large = deflateRawSync(text, { level: 1, finishFlush: constants.Z_SYNC_FLUSH });
    expect(large.length).toBeGreaterThan(8192);
    const bytes = Buffer.concat([compressedFrame(whole), compressedFrame(large)]);
    const seen = play(bytes, { direction: 1, deflate: noTakeover, keepBytes: 1 << 20 });
    expect(seen.events).toEqual([]);
    expect(seen.texts[0]).toBe("Hello");
    sameText(seen.texts[1], text);
  });

  it("with BFINAL set inside, small and large", () => {
    const first = deflateRawSync("first half, ");
    const second = alone("second half");
    const big = reports.join().repeat(300);
    const large = Buffer.concat([deflateRawSync(big, { level: 1 }), alone(" tail")]);
    expect(large.length).toBeGreaterThan(8192);
    const messages = [Buffer.concat([first, second]), large, deflateRawSync("no octet behind it")];
    const seen = play(Buffer.concat(messages.map((one) => compressedFrame(one))), { ...SERVER, keepBytes: 1 << 20 });
    expect(seen.events).toEqual([]);
    expect(seen.texts[0]).toBe("first half, second half");
    sameText(seen.texts[1], `${big} tail`);
    expect(seen.texts[2]).toBe("no octet behind it");
  });

  it("are checked as text after inflation", () => {
    const seen = play(compressedFrame(alone(Buffer.from("c328", "hex"))), SERVER);
    expect(seen.events).toMatchObject([{ code: "invalid-utf8" }]);
    expect(seen.messages[0]).toMatchObject({ problem: null, validUtf8: false, length: 2 });
  });
});

describe("RFC 7692 §6: RSV1 in the wrong place", () => {
  it.each([
    ["a continuation", "0101 61 c001 62"],
    ["a ping", "c900"],
  ])("%s", (_, text) => {
    const seen = play(hex(text), SERVER);
    expect(seen.events).toMatchObject([{ code: "reserved-bits", section: "RFC 7692 §6", value: 4 }]);
  });
});

describe("what cannot be inflated", () => {
  const broken = compressedFrame(hex("ffffffff"));

  it("corrupt data fails once; what refers to it is undecodable, also once", async () => {
    const [one, two, three] = (await takeover(reports)) as [Buffer, Buffer, Buffer];
    const bytes = Buffer.concat([one, two, three].map((payload) => compressedFrame(payload)).toSpliced(1, 0, broken));
    const seen = play(bytes, SERVER);
    expect(seen.events).toMatchObject([
      { code: "deflate-failed", section: "RFC 7692 §7.2.2", value: 4 },
      { code: "deflate-undecodable", value: UNDECODABLE.earlierMessage },
    ]);
    expect(seen.messages).toMatchObject([
      { problem: null },
      { problem: "inflate-failed", keptLength: 0, length: 0, wireLength: 4, validUtf8: null },
      { problem: "undecodable", keptLength: 0 },
      { problem: "undecodable" },
    ]);
  });

  it("without context takeover each message stands alone", () => {
    const messages = [compressedFrame(alone("one")), broken, compressedFrame(alone("two")), broken];
    const seen = play(Buffer.concat(messages), { direction: 1, deflate: noTakeover });
    expect(seen.codes).toEqual(["deflate-failed", "deflate-failed"]);
    expect(seen.texts).toEqual(["one", "", "two", ""]);
  });

  it("a reference to before the first byte is corrupt", () => {
    expect(play(compressedFrame(hex("f200110000")), SERVER).codes).toEqual(["deflate-failed"]);
  });

  it("a message that ends inside a block is corrupt, small or large", () => {
    const large = alone(Buffer.from(reports.join().repeat(500)));
    for (const payload of [alone(reports.join()), Buffer.concat([large, alone("x".repeat(9000)), large])]) {
      const cut = payload.subarray(0, payload.length - 3);
      expect(play(compressedFrame(cut), SERVER).codes).toEqual(["deflate-failed"]);
    }
  });

  it("each direction obeys its own parameter", async () => {
    const [one, two] = (await takeover([reports[0] as string, reports[1] as string])) as [Buffer, Buffer];
    const stream = (mask: number | null): Buffer =>
      Buffer.concat([one, two].map((payload) => compressedFrame(payload, { mask })));
    const clientOnly = { ...agreed, clientNoContextTakeover: true };
    expect(play(stream(null), { direction: 1, deflate: clientOnly }).codes).toEqual([]);
    expect(play(stream(1), { direction: 0, deflate: clientOnly }).codes).toEqual(["deflate-failed"]);
  });
});

describe("after a gap", () => {
  const run = (payloads: readonly Buffer[], deflate: DeflateParameters): ReturnType<typeof play> => {
    const { seen, reader } = decoder({ direction: 1, deflate });
    for (const [i, payload] of payloads.entries()) {
      const bytes = compressedFrame(payload);
      if (i === 1) {
        reader.feed(bytes, 0, 4, position(i));
        reader.gap(bytes.length - 4, position(i));
      } else {
        reader.feed(bytes, 0, bytes.length, position(i));
      }
    }
    return seen;
  };

  it("with context takeover: said once, and never shown", async () => {
    const early = await takeover(reports.slice(0, 6));
    const seen = run(early, agreed);
    expect(seen.codes).toEqual(["gap", "deflate-undecodable"]);
    expect(seen.events[1]).toMatchObject({ value: UNDECODABLE.bytesMissing, section: "RFC 7692 §7.1.1" });
    expect(seen.messages.map((one) => one.problem)).toEqual([null, "gap", ...Array(4).fill("undecodable")]);
    expect(seen.texts.slice(1)).toEqual(Array(5).fill(""));
  });

  it("a message that refers to nothing before it is read all the same", () => {
    const seen = run([alone("one"), alone("two"), alone("three"), alone("four")], agreed);
    expect(seen.codes).toEqual(["gap"]);
    expect(seen.texts).toEqual(["one", "", "three", "four"]);
  });

  it("is certain again once 32 KiB in a row are known", () => {
    const text = Buffer.from(noiseOf(30_000).toString("base64"));
    const dictionary = text.subarray(-32_768);
    const next = deflateRawSync(dictionary.subarray(-2000, -1400), { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    const seen = run(
      [alone("one"), alone("two"), alone(text), next.subarray(0, -4), Buffer.from("ffffffff", "hex")],
      agreed,
    );
    expect(next.length).toBeLessThan(100);
    expect(seen.codes).toEqual(["gap", "deflate-failed"]);
    sameText(seen.texts[3], dictionary.subarray(-2000, -1400).toString());
  });

  it("with no_context_takeover the next message works", () => {
    const seen = run([alone("one"), alone("two"), alone("three")], noTakeover);
    expect(seen.codes).toEqual(["gap"]);
    expect(seen.texts).toEqual(["one", "", "three"]);
  });
});

describe("a handshake that is not in the capture", () => {
  it("is named as the cause, and compressed bytes are never shown as text", async () => {
    const messages = (await takeover(reports)).slice(5);
    const seen = play(Buffer.concat(messages.map((one) => compressedFrame(one))), { direction: 1, deflate: "unknown" });
    expect(seen.events).toMatchObject([{ code: "deflate-undecodable", value: UNDECODABLE.handshakeMissing }]);
    for (const [i, text] of seen.texts.entries()) expect(["", reports[i + 5]]).toContain(text);
    expect(seen.frames.every((one) => one.compressed)).toBe(true);
  });

  it("bytes that are not DEFLATE are undecodable, not corrupt: nobody said that RSV1 is compression", () => {
    const seen = play(compressedFrame(hex("ffffffff")), { direction: 1, deflate: "unknown" });
    expect(seen.codes).toEqual(["deflate-undecodable"]);
  });

  it("what inflates to no text is not shown as text", () => {
    const seen = play(compressedFrame(alone(Buffer.from("c328", "hex"))), { direction: 1, deflate: "unknown" });
    expect(seen.codes).toEqual(["deflate-undecodable"]);
    expect(seen.messages).toMatchObject([{ problem: "undecodable", keptLength: 0 }]);
  });

  it("a whole connection from its first message is read", async () => {
    const seen = play(Buffer.concat((await takeover(reports)).map((one) => compressedFrame(one))), {
      direction: 1,
      deflate: "unknown",
    });
    expect(seen.texts).toEqual(reports);
  });
});

describe("bounds", () => {
  it("a bomb stops at limits.inflatedMessageBytes, and is told", () => {
    const bomb = alone(Buffer.alloc(limits.inflatedMessageBytes + 1000));
    const seen = play(Buffer.concat([compressedFrame(bomb), compressedFrame(alone("next"))]), SERVER);
    expect(seen.events).toMatchObject([
      { code: "inflate-limit", section: "RFC 6455 §10.4", value: limits.inflatedMessageBytes },
    ]);
    expect(seen.messages[0]).toMatchObject({
      problem: "inflate-limit",
      length: limits.inflatedMessageBytes,
      keptLength: limits.keptMessageBytes,
    });
    expect(seen.texts[1]).toBe("next");
  });

  it("more messages under way than memory allows: told, and counted on", () => {
    const memory = new DecoderMemory(new WindowPool(), new BufferPool(2048));
    const text = "x".repeat(5000);
    const bytes = frame({ opcode: TEXT, payload: text, mask: null });
    const seen = play(bytes, { direction: 1, memory }, [100, 1000]);
    expect(seen.codes).toEqual(["message-limit"]);
    expect(seen.messages).toMatchObject([{ problem: "limit", length: 5000, validUtf8: null }]);
    const compressed = compressedFrame(alone(noiseOf(4000)));
    const other = play(compressed, { ...SERVER, memory }, [100, 1000]);
    expect(other.codes).toEqual(["message-limit"]);
    expect(other.messages).toMatchObject([{ problem: "limit", keptLength: 0 }]);
    expect(play(bytes.subarray(0, 4 + 1000), { direction: 1, memory }, [500]).codes).toEqual(["incomplete-frame"]);
  });

  it("the window idle for longest is dropped, and its direction says so", async () => {
    const memory = new DecoderMemory(new WindowPool(2));
    const streams = await Promise.all([0, 1, 2].map(() => takeover(reports.slice(0, 3))));
    const peers = streams.map(() => decoder({ ...SERVER, memory }));
    for (const round of [0, 1, 2]) {
      for (const [i, { reader }] of peers.entries()) {
        const bytes = compressedFrame((streams[i] as Buffer[])[round] as Buffer);
        reader.feed(bytes, 0, bytes.length, position(round + 1));
      }
    }
    for (const { seen } of peers) {
      expect(seen.events).toMatchObject([
        { code: "deflate-undecodable", value: UNDECODABLE.windowDropped, packetNumber: 2 },
      ]);
      expect(seen.texts).toEqual([reports[0], "", ""]);
    }
    for (const { reader } of peers) reader.end(position(4));
    const again = play(Buffer.concat((streams[0] as Buffer[]).map((one) => compressedFrame(one))), {
      ...SERVER,
      memory,
    });
    expect(again.texts).toEqual(reports.slice(0, 3));
  });
});
