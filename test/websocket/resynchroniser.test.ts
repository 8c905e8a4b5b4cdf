import { describe, expect, it, vi } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { BufferPool } from "../../src/websocket/buffer-pool.ts";
import { WindowPool } from "../../src/websocket/deflate/window-pool.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import { BINARY, CLOSE, CONTINUATION, PING, TEXT } from "../../src/websocket/types.ts";
import { agreed, decoder, frame, hex, position, type Recorder, type Setup } from "../support/websocket-script.ts";

const work = vi.hoisted(() => ({ testedHeaders: 0 }));
vi.mock("../../src/websocket/plausible-header.ts", async (original) => {
  const real = await original<typeof import("../../src/websocket/plausible-header.ts")>();
  const testHeader: typeof real.testHeader = (...place) => {
    work.testedHeaders++;
    return real.testHeader(...place);
  };
  return { ...real, testHeader };
});

const text = (payload: string, mask: number | null = null): Buffer => frame({ opcode: TEXT, payload, mask });
const noise = (length: number, seed = 1): Buffer => {
  let x = seed;
  return Buffer.alloc(length).map(() => {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    return x >>> 16;
  }) as Buffer;
};

type Part = Uint8Array | number;

/** Each part is a packet; a number is a gap of that many bytes. */
function play(parts: readonly Part[], setup: Setup = { direction: 1 }): Recorder {
  const { seen, reader } = decoder(setup);
  for (const [i, part] of parts.entries()) {
    if (typeof part === "number") reader.gap(part, position(i + 1));
    else reader.feed(part, 0, part.length, position(i + 1));
  }
  reader.end(position(parts.length));
  return seen;
}

describe("after a gap of unknown content", () => {
  it("a packet that is a whole frame is believed at once", () => {
    const seen = play([text("before"), 100, text("after"), text("more")]);
    expect(seen.texts).toEqual(["before", "after", "more"]);
    expect(seen.codes).toEqual(["gap", "desynchronised", "resynchronised"]);
    expect(seen.events.map((event) => event.value)).toEqual([100, 100, 0]);
    expect(seen.frames.map((one) => one.resynchronised)).toEqual([false, true, true]);
    expect(seen.frames.map((one) => one.streamOffset)).toEqual([0, 108, 115]);
    expect(seen.frames.map((one) => one.firstPacketNumber)).toEqual([1, 3, 4]);
  });

  it("the rest of a lost frame in front is skipped", () => {
    const rest = Buffer.from('"speed":12,"heading":90}');
    const seen = play([text("before"), 50, Buffer.concat([rest, text("one"), text("two")]), text("three")]);
    expect(seen.texts).toEqual(["before", "one", "two", "three"]);
    expect(seen.events.at(-1)).toMatchObject({ code: "resynchronised", value: rest.length });
  });

  it("masked frames in the middle of a packet too", () => {
    const rest = noise(300, 7);
    const packet = Buffer.concat([rest, text("hello there", 0x11223344), text("and again", 0x55667788)]);
    const seen = play([text("before", 0x01020304), 5000, packet], { direction: 0 });
    expect(seen.texts).toEqual(["before", "hello there", "and again"]);
  });

  it("a frame that goes on in later packets is not lost, and keeps its packet numbers", () => {
    const long = text("long ".repeat(1000));
    const seen = play([
      text("before"),
      100,
      long.subarray(0, 1400),
      long.subarray(1400, 2800),
      long.subarray(2800),
      text("after"),
    ]);
    expect(seen.texts).toEqual(["before", "long ".repeat(1000), "after"]);
    expect(seen.frames[1]).toMatchObject({ firstPacketNumber: 3, lastPacketNumber: 5, length: 5000 });
  });

  it("one header alone is not believed", () => {
    const seen = play([
      text("before"),
      100,
      frame({ opcode: BINARY, payload: noise(5000), mask: null }).subarray(0, 1400),
    ]);
    expect(seen.frames).toHaveLength(1);
    expect(seen.codes).toEqual(["gap", "desynchronised"]);
  });

  it("zeros, repeated bytes and text are not taken for frames", () => {
    for (const rest of [
      Buffer.alloc(5000),
      Buffer.alloc(5000, 0x20),
      Buffer.from("A".repeat(999) + "B\n".repeat(500)),
    ]) {
      for (const direction of [0, 1] as const) {
        const seen = play([100, rest.subarray(0, 1400), rest.subarray(1400)], { direction });
        expect(seen.frames).toEqual([]);
      }
    }
  });

  it("a gap that cuts a frame shows it with what is missing, and the message as not whole", () => {
    const seen = play([text("x".repeat(100)).subarray(0, 60), 500, text("after"), text("more")]);
    expect(seen.frames[0]).toMatchObject({ length: 100, missingBytes: 42, lastPacketNumber: 2 });
    expect(seen.messages[0]).toMatchObject({ problem: "gap", keptLength: 58 });
    expect(seen.texts.slice(1)).toEqual(["after", "more"]);
  });

  it("a gap inside a header", () => {
    const seen = play([hex("81"), 20, text("after"), text("more")]);
    expect(seen.texts).toEqual(["after", "more"]);
  });

  it("fragments whose start was missed are no violation; a later stray one is", () => {
    const end = frame({ opcode: CONTINUATION, payload: "the end", mask: null });
    const seen = play([text("before"), 100, Buffer.concat([end, text("a whole one")]), end]);
    expect(seen.codes).toEqual(["gap", "desynchronised", "resynchronised", "unexpected-continuation"]);
    expect(seen.texts).toEqual(["before", "a whole one"]);
  });

  it("a fragmented message that was open is dropped, not joined to strangers", () => {
    const open = frame({ opcode: TEXT, payload: "lost", fin: false, mask: null });
    const seen = play([
      open,
      100,
      Buffer.concat([frame({ opcode: CONTINUATION, payload: "xx", mask: null }), text("next")]),
    ]);
    expect(seen.texts).toEqual(["next"]);
  });

  it("another gap while searching starts over", () => {
    const seen = play([text("before"), 100, text("x".repeat(900)).subarray(0, 400), 80, text("one"), text("two")]);
    expect(seen.texts).toEqual(["before", "one", "two"]);
    expect(seen.codes).toEqual(["gap", "desynchronised", "gap", "resynchronised"]);
  });

  it("compressed frames are found, and read where they can be", () => {
    const one = frame({ opcode: TEXT, rsv: 4, payload: hex("f248cdc9c90700"), mask: null });
    const seen = play([text("before"), 100, Buffer.concat([one, one])], { direction: 1, deflate: agreed });
    expect(seen.texts).toEqual(["before", "Hello", "Hello"]);
    expect(seen.frames[1]).toMatchObject({ compressed: true, resynchronised: true });
  });

  it.each([
    ["noise, masked", 0, (seed: number) => noise(70_000, seed)],
    ["noise", 1, (seed: number) => noise(70_000, seed)],
    ["mostly zeros", 1, (seed: number) => noise(9_000, seed).map((byte, i) => (i % 7 === 0 ? byte : 0)) as Buffer],
    [
      "mostly zeros, masked",
      0,
      (seed: number) => noise(9_000, seed).map((byte, i) => (i % 7 === 0 ? byte : 0)) as Buffer,
    ],
    ["rows of 24 bytes, masked", 0, (seed: number) => Buffer.alloc(24_000, noise(24, seed))],
  ] as const)("nothing inside large payloads passes for a frame: %s", (_name, direction, payload) => {
    for (let seed = 1; seed <= 12; seed++) {
      const frames = Array.from({ length: 6 }, (_, i) => {
        const mask = direction === 0 ? Math.imul(seed * 8 + i, 0x9e3779b1) : null;
        return frame({ opcode: BINARY, payload: payload(seed * 8 + i), mask });
      });
      const stream = Buffer.concat(frames);
      const starts = frames.map((_, i) => frames.slice(0, i).reduce((sum, { length }) => sum + length, 0));
      const lost = { from: 1448 * 3, to: (frames[0] as Buffer).length + 1448 * 2 };
      const parts: Part[] = [stream.subarray(0, lost.from), lost.to - lost.from];
      for (let at = lost.to; at < stream.length; at += 1448) parts.push(stream.subarray(at, at + 1448));
      const seen = play(parts, { direction });
      expect(seen.frames.filter(({ streamOffset }) => !starts.includes(streamOffset))).toEqual([]);
    }
  });

  it("a boundary that proves false is given up again without calling it a violation", () => {
    // Two plausible frames, then no frame at all, then good ones.
    const lure = Buffer.concat([text("looks like text"), text("and so does this"), Buffer.alloc(40, 0xff)]);
    const seen = play([100, lure, text("really"), text("truly")]);
    expect(seen.codes).toEqual(["gap", "desynchronised", "resynchronised", "desynchronised", "resynchronised"]);
    expect(seen.texts.slice(-2)).toEqual(["really", "truly"]);
  });
});

describe("a capture that began in mid-stream", () => {
  const MIDSTREAM: Setup = { direction: 1, midstream: true };

  it("reads from the first boundary on, marked", () => {
    const seen = play([Buffer.from("rest of something"), text("first"), text("second")], MIDSTREAM);
    expect(seen.texts).toEqual(["first", "second"]);
    expect(seen.codes).toEqual(["resynchronised"]);
    expect(seen.frames.every((one) => one.resynchronised)).toBe(true);
  });

  it("a single ping, or a close, that fills its packet", () => {
    expect(play([hex("8900")], MIDSTREAM).frames).toMatchObject([{ opcode: PING }]);
    expect(play([hex("8802 03e8")], MIDSTREAM).frames).toMatchObject([{ opcode: CLOSE, closeCode: 1000 }]);
    expect(play([hex("8802 0001")], MIDSTREAM).frames).toEqual([]);
  });

  it("says at the end that nothing could be read", () => {
    const seen = play([Buffer.alloc(300, 0xff), Buffer.alloc(200, 0xff)], MIDSTREAM);
    expect(seen.events).toMatchObject([{ code: "desynchronised", value: 500, packetNumber: 2 }]);
    expect(play([], MIDSTREAM).codes).toEqual([]);
  });

  it("starts inside a large frame and ends up at the next one", () => {
    const large = frame({ opcode: BINARY, payload: noise(200_000, 99), mask: null });
    const stream = Buffer.concat([large.subarray(100_000), text("found"), text("again")]);
    const packets: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 1448) packets.push(stream.subarray(at, at + 1448));
    const seen = play([...packets, text("more"), text("and more")], MIDSTREAM);
    expect(seen.texts.slice(-2)).toEqual(["more", "and more"]);
  });
});

describe("bounded work and memory", () => {
  it("what is no WebSocket is given up after limits.resynchroniseSearchBytes, once", () => {
    const { seen, reader } = decoder({ direction: 1, midstream: true });
    const block = Buffer.alloc(1 << 20, 0xf7);
    for (let i = 0; i < 20; i++) reader.feed(block, 0, block.length, position(i));
    reader.feed(text("too late"), 0, 10, position(21));
    reader.gap(5, position(22));
    expect(seen.codes).toEqual(["not-websocket"]);
    expect(seen.events[0]?.value).toBeGreaterThan(limits.resynchroniseSearchBytes);
  });

  it("small packets do not each move all that is held", () => {
    const { reader } = decoder({ direction: 1, midstream: true });
    const moves = vi.spyOn(Uint8Array.prototype, "copyWithin");
    const [packets, packetBytes] = [10_000, 40];
    const packet = Buffer.alloc(packetBytes, 0xf7);
    for (let i = 0; i < packets; i++) reader.feed(packet, 0, packetBytes, position(i));
    const moved = moves.mock.calls.reduce((sum, [, from, to]) => sum + (to ?? 0) - (from ?? 0), 0);
    moves.mockRestore();
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(10 * packets * packetBytes);
  });

  it("without room to hold bytes it goes on with the packets to come", () => {
    const buffers = new BufferPool(600);
    const memory = new DecoderMemory(new WindowPool(), buffers);
    const seen = play([Buffer.alloc(1000, 0xf7), text("one"), text("two")], { direction: 1, midstream: true, memory });
    expect(seen.texts).toEqual(["one", "two"]);
    expect(buffers.take(256)).not.toBeNull();
  });

  it.each([
    ["headers of eight bytes, each with the key of the one before", 0, Buffer.alloc(65_536, 0x82)],
    ["the same, and a byte in the end that refutes them all", 0, Buffer.alloc(65_536, 0x82).fill(0xf3, 65_520)],
    ["headers that alternate with others", 0, Buffer.alloc(65_536, hex("89 80"))],
    ["headers as fragments of nothing", 0, Buffer.alloc(65_536, 0x80)],
    ["lengths beyond what is held", 1, Buffer.alloc(65_536, hex("82 7e 7f f1 33"))],
    ["zeros", 1, Buffer.alloc(65_536)],
  ] as const)("bytes full of candidates take work in proportion to their number: %s", (_name, direction, lure) => {
    const { reader } = decoder({ direction, midstream: true });
    work.testedHeaders = 0;
    for (let i = 0; i < 16; i++) reader.feed(lure, 0, lure.length, position(i));
    expect(work.testedHeaders).toBeGreaterThan(lure.length);
    expect(work.testedHeaders).toBeLessThan(10 * 16 * lure.length);
  });
});

describe("packets cut short by the snapshot length", () => {
  /** A frame of which only the first `kept` bytes were captured. */
  const cut = (whole: Buffer, kept: number): Part[] => [whole.subarray(0, kept), whole.length - kept];
  const long = text("x".repeat(300));

  it("a gap behind a handshake, then frames that end where their packets ended", () => {
    const seen = play([
      90,
      ...cut(long, 30),
      ...cut(text("y".repeat(50)), 30),
      frame({ opcode: PING, payload: "", mask: null }),
    ]);
    expect(seen.frames.map(({ opcode, length, missingBytes }) => [opcode, length, missingBytes])).toEqual([
      [TEXT, 300, 274],
      [TEXT, 50, 22],
      [PING, 0, 0],
    ]);
    expect(seen.codes.filter((code) => code !== "gap")).toEqual(["desynchronised", "resynchronised"]);
  });

  it("the masking key is missing as well: kind and length are known all the same", () => {
    const masked = (opcode: number, payload: string | Uint8Array): Buffer =>
      frame({ opcode, payload, mask: 0x11223344 });
    const seen = play(
      [...cut(masked(TEXT, "hello"), 2), ...cut(masked(10, ""), 2), ...cut(masked(CLOSE, hex("03e8")), 4)],
      {
        direction: 0,
      },
    );
    expect(seen.frames.map(({ opcode, length, closeCode }) => [opcode, length, closeCode])).toEqual([
      [TEXT, 5, null],
      [10, 0, null],
      [CLOSE, 2, null],
    ]);
    expect(seen.codes).toEqual(["gap", "gap", "gap"]);
  });

  it("a frame over several cut packets is followed to its end", () => {
    const rest = long.subarray(200);
    const seen = play([
      text("a"),
      ...cut(long.subarray(0, 200), 30),
      rest.subarray(0, 30),
      rest.length - 30,
      text("b"),
    ]);
    expect(seen.frames.map(({ length }) => length)).toEqual([1, 300, 1]);
    expect(seen.codes).not.toContain("desynchronised");
  });

  it("what else a cut packet held is not known, the next packet is read again", () => {
    const packet = Buffer.concat([text("first"), long]);
    const seen = play([packet.subarray(0, 7), packet.length - 7, ...cut(long, 30), text("last")]);
    expect(seen.frames.map(({ length }) => length)).toEqual([5, 300, 4]);
  });
});
