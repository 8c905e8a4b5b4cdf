import { describe, expect, test } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import type { CaptureReader } from "../../src/pcap/types.ts";
import { type Feed, NO_PACKET, type PacketOrder, pump } from "../../src/session/pump.ts";
import type { ByteSource } from "../../src/source/types.ts";

/** A capture whose every byte is one packet, its value the time in seconds. */
function feedOf(
  chunks: readonly (readonly number[])[],
  onChunk: (index: number) => void = () => undefined,
): { feed: Feed; order: PacketOrder; returned: () => boolean } {
  const view = { packetNumber: packetNumber(0), timestampNs: relativeNs(0), captureIndex: 0 } as PacketView;
  let waiting: number[] = [];
  let ended = false;
  let returned = false;
  const reader: CaptureReader = {
    summary: { format: "pcap", bytes: 0, packets: 0, truncatedPackets: 0, malformed: 0, endedEarly: null },
    view,
    firstPacketNs: 0n,
    get done() {
      return ended && waiting.length === 0;
    },
    push: (chunk) => {
      waiting = [...chunk];
    },
    end: () => {
      ended = true;
    },
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
      try {
        for (const [index, chunk] of chunks.entries()) {
          onChunk(index);
          yield Uint8Array.from(chunk);
        }
      } finally {
        returned = true;
      }
    },
  };
  const order: PacketOrder = {
    next: () => (reader.next() ? view : null),
    needs: () => (reader.done ? -1 : 0),
  };
  return {
    feed: { source, reader, lastPacketNs: NO_PACKET, interrupted: false, vantage: 0 },
    order,
    returned: () => returned,
  };
}

const numbers = (): { seen: number[]; onPacket: (view: PacketView) => void } => {
  const seen: number[] = [];
  return { seen, onPacket: (view) => seen.push(view.packetNumber) };
};

const never = new AbortController().signal;
const atOnce = (): undefined => undefined;

describe("pump", () => {
  test("hands over every packet and remembers the latest time", async () => {
    const { feed, order } = feedOf([[1, 5], [], [3]]);
    const sink = numbers();
    await pump([feed], order, sink, { signal: never, breathe: atOnce });
    expect(sink.seen).toEqual([1, 2, 3]);
    expect([feed.lastPacketNs, feed.interrupted]).toEqual([5e9, false]);
  });

  test("waits for whoever is slower", async () => {
    const order: string[] = [];
    const given = feedOf([[1], [2]], (index) => order.push(`chunk ${index}`));
    await pump([given.feed], given.order, numbers(), {
      signal: never,
      breathe: () =>
        new Promise((resolve) => {
          setTimeout(() => {
            order.push("ready");
            resolve();
          }, 5);
        }),
    });
    expect(order).toEqual(["ready", "chunk 0", "ready", "chunk 1", "ready"]);
  });

  test("stops at the signal with what it has, and lets go of the source", async () => {
    const controller = new AbortController();
    const { feed, order, returned } = feedOf([[1], [2], [3]], (index) => {
      if (index === 2) controller.abort();
    });
    const sink = numbers();
    await pump([feed], order, sink, { signal: controller.signal, breathe: atOnce });
    expect([sink.seen, feed.interrupted, returned()]).toEqual([[1, 2], true, true]);
  });

  test("a source that fails is let go of too", async () => {
    const { feed, order, returned } = feedOf([[1], [2]], (index) => {
      if (index === 1) throw new Error("disk");
    });
    await expect(pump([feed], order, numbers(), { signal: never, breathe: atOnce })).rejects.toThrow("disk");
    expect(returned()).toBe(true);
  });

  test("a capture without packets has no latest time", async () => {
    const { feed, order } = feedOf([[]]);
    await pump([feed], order, numbers(), { signal: never, breathe: atOnce });
    expect(feed.lastPacketNs).toBe(NO_PACKET);
  });
});
