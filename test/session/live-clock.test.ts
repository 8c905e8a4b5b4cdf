// The machine's clock is set while a capture runs.
import { describe, expect, it } from "vitest";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import { capturedTime, loneMoment } from "../../src/base/captured-time.ts";
import type { PacketView } from "../../src/base/packet-view.ts";
import { openCaptureReader } from "../../src/pcap/open-capture-reader.ts";
import type { CaptureOrigin } from "../../src/pcap/types.ts";
import type { Finding } from "../../src/rules/types.ts";
import { LiveSession } from "../../src/session/live-session.ts";
import { MachineTime } from "../../src/session/machine-time.ts";
import { PING, PONG } from "../../src/websocket/types.ts";
import { NANOSECONDS, type PcapRecord, pcapFile } from "../support/capture-builder.ts";
import { openWebSocket, Talk } from "../support/planted-capture.ts";
import { frame } from "../support/websocket-script.ts";

const BEGIN_SECONDS = 1_800_000_000;
const STEP_MS = 100;
const STEPS_A_SECOND = 1000 / STEP_MS;
const FILE_HEADER_BYTES = 24;
const EMPTY: PacketView = {
  packetNumber: packetNumber(1),
  timestampNs: relativeNs(0),
  clockAheadNs: 0,
  linkType: 1,
  bytes: new Uint8Array(0),
  start: 0,
  capturedLength: 0,
  originalLength: 0,
  captureIndex: 0,
  interfaceIndex: 0,
  recordOffset: 0,
};

interface Played {
  readonly findings: readonly Finding[];
  /** Steps of 100 ms until the end of the connection was told, counted from its last packet. */
  readonly endToldAfter: number;
  /** Date and time of the finding about the RST, as told. */
  readonly resetAt: string;
}

/**
 * Pings every second for 20 s, an RST then, and 5 s of silence. From the 10th second on the clock is `stepMs` further on,
 * and the machine `sleptMs`.
 */
async function play(stepMs: number, sleptMs = 0): Promise<Played> {
  const talk = new Talk(40_000);
  openWebSocket(talk, "/x", []);
  let now = 0;
  let ended = -1;
  let toldEnd = -1;
  let tick = (): void => undefined;
  const findings = new Map<string, Finding>();
  const isSet = (): boolean => now >= 10 * STEPS_A_SECOND;
  const wallMs = (): number => now * STEP_MS + (isSet() ? stepMs : 0);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let given = 0;
    for (; now < 25 * STEPS_A_SECOND; now++) {
      if (now % STEPS_A_SECOND === 5 && now < 20 * STEPS_A_SECOND) {
        talk.say(1, frame({ opcode: PING, payload: "p", mask: null }));
        talk.say(0, frame({ opcode: PONG, payload: "p", mask: 7 }));
      }
      if (now === 20 * STEPS_A_SECOND) {
        talk.end("R", 1);
        ended = now;
      }
      const ms = wallMs();
      const fresh = talk.packets.slice(given);
      given = talk.packets.length;
      const records = fresh.map(
        ({ data }, index): PcapRecord => ({
          seconds: BEGIN_SECONDS + Math.floor(ms / 1000),
          fraction: (((ms % 1000) + 1000) % 1000) * 1e6 + index * 1000,
          data,
        }),
      );
      const file = pcapFile(records, { magic: NANOSECONDS, linkType: 1 });
      if (now === 0) yield file;
      else if (records.length > 0) yield file.subarray(FILE_HEADER_BYTES);
      tick();
    }
  }
  const nothing = (): void => undefined;
  const origin: CaptureOrigin = { ns: null };
  const session = new LiveSession({
    source: { label: "fake", live: true, compression: "none", sizeBytes: null, readBytes: 0, endedEarly: null, chunks },
    openReader: (sink, shared) => openCaptureReader(0, sink, shared),
    origin,
    ports: [8080],
    seed: 1,
    clock: {
      nowNs: () => BigInt(BEGIN_SECONDS) * 1_000_000_000n + BigInt(wallMs()) * 1_000_000n,
      uptimeNs: () => BigInt(now * STEP_MS + (isSet() ? sleptMs : 0)) * 1_000_000n,
      every: (_periodMs, action) => {
        tick = action;
        return nothing;
      },
    },
    lagNs: () => 300_000_000n,
    stop: new AbortController().signal,
    tap: null,
    events: {
      onOpened: nothing,
      onUpgrade: nothing,
      onClosed: () => {
        toldEnd = now;
      },
      onFinding: (finding, withdrawn) => void (withdrawn || findings.set(finding.ruleId, finding)),
      onStatistics: nothing,
      flush: nothing,
    },
    dropped: () => null,
    linkTypeName: String,
  });
  await session.run();
  const reset = findings.get("tcp.rst");
  const resetAt =
    reset === undefined ? "" : capturedTime(origin.ns, [origin], loneMoment(reset.timestampNs)).slice(0, 19);
  return { findings: [...findings.values()], endToldAfter: toldEnd - ended, resetAt };
}

const told = ({ findings }: Played) => findings.map(({ ruleId, args }) => ({ ruleId, args }));
const HOUR_MS = 3_600_000;

describe("the clock is set while a capture runs", () => {
  it.each([
    ["forward by an hour", HOUR_MS],
    ["forward by a year, as without a battery", 365 * 24 * HOUR_MS],
    ["back by an hour", -HOUR_MS],
    ["back by ten seconds", -10_000],
  ])("%s: the same is found, at once, and that", async (_name, stepMs) => {
    const played = await play(stepMs);
    const step = { ruleId: "capture.clock-stepped", args: { name: "fake", stepMs: Math.abs(stepMs) } };
    expect(told(played)).toEqual(expect.arrayContaining([...told(await play(0)), step]));
    expect(played.findings).toHaveLength(3);
    expect(played.endToldAfter).toBeLessThanOrEqual(STEPS_A_SECOND);
    // As the packet was stamped: 20 s after the first one, by the clock as it was set.
    expect(played.resetAt).toBe(new Date(BEGIN_SECONDS * 1000 + 20_000 + stepMs).toISOString().slice(0, 19));
  });

  it("a machine that slept has lived through it", async () => {
    const { findings } = await play(HOUR_MS, HOUR_MS);
    expect(findings.map(({ ruleId }) => ruleId)).not.toContain("capture.clock-stepped");
    expect(findings.find(({ ruleId }) => ruleId === "tcp.rst")?.args["outageMs"]).toBeGreaterThan(HOUR_MS - 1000);
  });
});

describe("MachineTime", () => {
  const second = 1_000_000_000n;
  const packetAt = (seconds: number): PacketView => ({ ...EMPTY, timestampNs: relativeNs(seconds * 1e9) });

  it("goes on from a clock that was set before the first packet, and through steps that undo each other", () => {
    let [wall, up] = [1000n, 0n];
    const origin: CaptureOrigin = { ns: null };
    const clock = { nowNs: () => wall * second, uptimeNs: () => up * second, every: () => () => undefined };
    const time = new MachineTime(clock, origin);
    const lived = (stamp: number): number => {
      const packet = packetAt(stamp);
      time.place(packet, time.nowNs());
      return packet.timestampNs / 1e9;
    };
    time.nowNs();
    [wall, up] = [9001n, 1n];
    expect(time.nowNs()).toBe(1001n * second);
    origin.ns = 9001n * second;
    expect([lived(0), time.relativeOf(time.nowNs())]).toEqual([0, 0]);
    [wall, up] = [5002n, 2n];
    expect([lived(-3999), time.stepBack?.ns]).toEqual([1, 4000e9]);
    [wall, up] = [9003n, 3n];
    // Captured before the step, and read after it.
    expect([lived(-3998.5), lived(2)]).toEqual([1.5, 2]);
    expect(time.steps.map(({ at, ns }) => [at.timestampNs / 1e9, ns / 1e9])).toEqual([
      [1, -4000],
      [2, 4000],
    ]);
  });

  it("compares nothing where it was stopped between one clock and the other", () => {
    let up = 0n;
    const uptimeNs = (): bigint => {
      up += 10n;
      return up * second;
    };
    const clock = { nowNs: () => 1000n * second, uptimeNs, every: () => () => undefined };
    const time = new MachineTime(clock, { ns: null });
    expect([time.nowNs(), time.nowNs()]).toEqual([1000n * second, 1000n * second]);
  });
});
