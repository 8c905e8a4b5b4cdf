import { describe, expect, it } from "vitest";
import * as limits from "../../src/base/limits.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import type { CaptureOrigin } from "../../src/pcap/types.ts";
import { LiveSession } from "../../src/session/live-session.ts";
import type { LiveEvents } from "../../src/session/types.ts";
import type { ByteSource } from "../../src/source/types.ts";
import { NANOSECONDS, type PcapRecord, pcapFile } from "../support/capture-builder.ts";
import { tcpPacket } from "../support/packet-builder.ts";

const BEGIN_SECONDS = 1_800_000_000;
const STEP_MS = 100;
const FILE_HEADER_BYTES = 24;

/** Opened with SYN, SYN-ACK and ACK; ended with a RST unless it vanishes. */
function connectionPackets(number: number, vanishes: boolean): Uint8Array[] {
  const client = `10.1.${number >> 8}.${number & 255}:40000`;
  const server = "10.0.0.1:8080";
  return [
    tcpPacket({ from: client, to: server, flags: "S", seq: 100 }),
    tcpPacket({ from: server, to: client, flags: "SA", seq: 500, ack: 101 }),
    tcpPacket({ from: client, to: server, flags: "A", seq: 101, ack: 501 }),
    ...(vanishes ? [] : [tcpPacket({ from: server, to: client, flags: "R", seq: 501 })]),
  ];
}

/** So many connections in every step of the clock; a chunk in each, so that it is never quiet. */
class Endless {
  readonly opened: number[] = [];
  readonly closed: number[] = [];
  readonly rulesAtClose: (readonly string[])[] = [];
  mostActive = 0;
  readonly session: LiveSession;
  private nowMs = 0;
  private tick = (): void => undefined;
  private readonly steps: number;
  private readonly perStep: number;
  private readonly vanishes: boolean;

  constructor(steps: number, perStep: number, vanishes = false) {
    this.steps = steps;
    this.perStep = perStep;
    this.vanishes = vanishes;
    const nothing = (): void => undefined;
    const events: LiveEvents = {
      onOpened: ({ id }) => void this.opened.push(id),
      onUpgrade: nothing,
      onClosed: ({ id }, rules) => {
        this.closed.push(id);
        this.rulesAtClose.push(rules);
      },
      onFinding: nothing,
      onStatistics: nothing,
      flush: nothing,
    };
    const origin: CaptureOrigin = { ns: null };
    this.session = new LiveSession({
      source: this.source(),
      openReader: (sink, shared) => openCaptureReader(0, sink, shared),
      origin,
      ports: [8080],
      seed: 1,
      clock: {
        nowNs: () => BigInt(BEGIN_SECONDS) * 1_000_000_000n + BigInt(this.nowMs) * 1_000_000n,
        uptimeNs: () => BigInt(this.nowMs) * 1_000_000n,
        every: (_periodMs, action) => {
          this.tick = action;
          return nothing;
        },
      },
      lagNs: () => 300_000_000n,
      stop: new AbortController().signal,
      tap: null,
      events,
      dropped: () => null,
      linkTypeName: String,
    });
  }

  private source(): ByteSource {
    const chunks = this.chunks.bind(this);
    return { label: "fake", live: true, compression: "none", sizeBytes: null, readBytes: 0, endedEarly: null, chunks };
  }

  private async *chunks(): AsyncGenerator<Uint8Array> {
    for (let step = 0; step < this.steps; step++) {
      const packets = Array.from({ length: this.perStep }, (_, index) =>
        connectionPackets(step * this.perStep + index, this.vanishes),
      ).flat();
      const at = { seconds: BEGIN_SECONDS + Math.floor(this.nowMs / 1000), fraction: (this.nowMs % 1000) * 1e6 };
      const records = packets.map((data, index): PcapRecord => ({ ...at, fraction: at.fraction + index, data }));
      const file = pcapFile(records, { magic: NANOSECONDS, linkType: 1 });
      yield step === 0 ? file : file.subarray(FILE_HEADER_BYTES);
      this.nowMs += STEP_MS;
      this.tick();
      this.mostActive = Math.max(this.mostActive, this.session.getSnapshot().statistics.active);
    }
  }
}

describe("LiveSession", () => {
  it("lets go of what has ended also while packets never cease, and tells each connection once", async () => {
    const endless = new Endless(900, 3);
    await endless.session.run();
    const { statistics, connections } = endless.session.getSnapshot();
    expect(statistics.connections).toBe(2700);
    // Ended connections are tracked for a minute, and let go of every ten seconds.
    expect(statistics.active).toBeLessThanOrEqual(((limits.endedConnectionMs + 12_000) / STEP_MS) * 3);
    expect(connections).toHaveLength(2700);
    expect(new Set(endless.opened).size).toBe(endless.opened.length);
    expect(endless.opened).toHaveLength(2700);
    expect(endless.closed).toHaveLength(2700);
    expect(new Set(endless.closed).size).toBe(2700);
  });

  it("judges an end before it tells it, and counts as active only what has not ended", async () => {
    const endless = new Endless(20, 2);
    await endless.session.run();
    expect(endless.rulesAtClose).toHaveLength(40);
    for (const rules of endless.rulesAtClose) expect(rules).toContain("tcp.open.no-request");
    expect(endless.mostActive).toBe(0);
  });

  it("forgets the oldest of those that vanished without a word when there are too many", async () => {
    const endless = new Endless(17, 1000, true);
    await endless.session.run();
    const { statistics, connections } = endless.session.getSnapshot();
    expect(statistics.connections).toBe(17_000);
    expect(statistics.active).toBeLessThanOrEqual(limits.trackedConnectionsLive);
    expect(connections.length).toBeLessThanOrEqual(limits.trackedConnectionsLive + limits.keptConnectionsLive);
  });
});
