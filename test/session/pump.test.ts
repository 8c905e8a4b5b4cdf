import { describe, expect, test } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import type { CaptureReader } from "../../src/pcap/types.ts";
import { type Feed, pump } from "../../src/session/pump.ts";
import type { ByteSource } from "../../src/source/types.ts";

/** A capture whose every byte is one packet, its value the time in seconds; the last chunk ends it. */
function feedOf(chunks: readonly (readonly number[])[], onChunk: (index: number) => void = () => undefined): Feed {
  const view = { packetNumber: packetNumber(0), timestampNs: relativeNs(0) } as PacketView;
  let waiting: number[] = [];
  const reader: CaptureReader = {
    summary: { format: "pcap", bytes: 0, packets: 0, truncatedPackets: 0, malformed: 0, endedEarly: null },
    view,
    firstPacketNs: 0n,
    done: false,
    push: (chunk) => {
      waiting = [...chunk];
    },
    end: () => undefined,
    next: () => {
      const value = waiting.shift();
      if (value === undefined) return false;
      view.packetNumber = packetNumber(view.packetNumber + 1);
      view.timestampNs = relativeNs(value * 1e9);
      return true;
    },
  };
  const source: ByteSource = {
    label: "fake",
    live: false,
    compression: "none",
    sizeBytes: null,
    readBytes: 0,
    endedEarly: null,
    async *chunks() {
      for (const [index, chunk] of chunks.entries()) {
        onChunk(index);
        yield Uint8Array.from(chunk);
      }
    },
  };
  return { source, reader, lastPacketNs: null, interrupted: false };
}

const numbers = (): { seen: number[]; onPacket: (view: PacketView) => void } => {
  const seen: number[] = [];
  return { seen, onPacket: (view) => seen.push(view.packetNumber) };
};

describe("pump", () => {
  test("hands over every packet and remembers the latest time", async () => {
    const feed = feedOf([[1, 5], [], [3]]);
    const sink = numbers();
    await pump(feed, sink, { signal: new AbortController().signal, breathe: () => undefined });
    expect(sink.seen).toEqual([1, 2, 3]);
    expect(feed.lastPacketNs).toBe(5e9);
    expect(feed.interrupted).toBe(false);
  });

  test("waits for whoever is slower", async () => {
    const order: string[] = [];
    const feed = feedOf([[1], [2]], (index) => order.push(`chunk ${index}`));
    await pump(feed, numbers(), {
      signal: new AbortController().signal,
      breathe: () =>
        new Promise((resolve) => {
          setTimeout(() => {
            order.push("ready");
            resolve();
          }, 5);
        }),
    });
    expect(order).toEqual(["chunk 0", "ready", "chunk 1", "ready"]);
  });

  test("stops at the signal with what it has", async () => {
    const controller = new AbortController();
    const feed = feedOf([[1], [2], [3]], (index) => {
      if (index === 1) controller.abort();
    });
    const sink = numbers();
    await pump(feed, sink, { signal: controller.signal, breathe: () => undefined });
    expect(sink.seen).toEqual([1, 2]);
    expect(feed.interrupted).toBe(true);
  });

  test("a capture without packets has no latest time", async () => {
    const feed = feedOf([[]]);
    await pump(feed, numbers(), { signal: new AbortController().signal, breathe: () => undefined });
    expect(feed.lastPacketNs).toBeNull();
  });
});
