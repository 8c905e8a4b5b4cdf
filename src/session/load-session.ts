import { packetNumber, relativeNs } from "../base/brand.ts";
import type { CaptureOrigin } from "../pcap/types.ts";
import type { CapturedUntil } from "../pipeline/capture-points.ts";
import { Pipeline, type PipelineOptions } from "../pipeline/pipeline.ts";
import type { Timer } from "../rules/context/timers.ts";
import { judge } from "../rules/judging/judge.ts";
import type { Analysis, CaptureFacts } from "../store/types.ts";
import { type Feed, type PacketOrder, pump } from "./pump.ts";
import type { Clock, Snapshot } from "./types.ts";

const FIRST_SHOT_MS = 100;
const SHOT_MS = 300;
/** Snapshots while loading take at most this part of the time. */
const SHOT_SHARE = 10;

export interface LoadOptions {
  readonly feeds: readonly Feed[];
  readonly order: PacketOrder;
  readonly origin: CaptureOrigin;
  readonly ports: readonly number[];
  readonly seed: number;
  /** Secrets of TLS. */
  readonly keys?: PipelineOptions["keys"];
  /** What is known of the captures now. */
  readonly facts: () => CaptureFacts[];
  readonly vantageOf: (captureIndex: number) => number;
  /** Moments up to which the captures were capturing, beyond their last packets. */
  readonly capturedUntil: () => readonly CapturedUntil[];
  readonly nowMs: () => number;
  /** Lets keys and screen have their turn; learns how many connections there were so far. */
  readonly breathe: (connections: number) => Promise<void>;
  /** Looks again and again at a source that comes slowly (a pipe, ssh): between its pieces nobody else does. */
  readonly every?: Clock["every"];
  /** The user's own, matched before the known ones. */
  readonly timers?: readonly Timer[];
}

/** Captures being read, seen as snapshots from the first moment on. */
export class LoadSession {
  /** The whole of it; null until it was read. */
  analysis: Analysis | null = null;
  private readonly options: LoadOptions;
  private readonly controller = new AbortController();
  private readonly listeners = new Set<() => void>();
  private snapshot: Snapshot;
  private nextShotMs: number;

  constructor(options: LoadOptions) {
    this.options = options;
    this.nextShotMs = options.nowMs() + FIRST_SHOT_MS;
    this.snapshot = shotOf(emptyAnalysis(options.facts()), [], "waiting", 0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.snapshot;

  /** Keeps what was read so far. */
  stop(): void {
    this.controller.abort();
  }

  /** Until everything is read, or stopped. Throws what the sources throw. */
  async run(): Promise<Analysis> {
    const { feeds, order, ports, keys = null, seed, breathe, vantageOf, capturedUntil, every } = this.options;
    const pipeline = new Pipeline({
      ports,
      tap: null,
      keys,
      seed,
      rethrow: false,
      vantageOf,
      ofOneCapture: feeds.length === 1,
    });
    const look = (): void => {
      const isNew = pipeline.packets > this.snapshot.statistics.packets;
      if (isNew && this.options.nowMs() >= this.nextShotMs) this.shoot(pipeline, "running");
    };
    const endLooks = every?.(SHOT_MS, look);
    try {
      await pump(feeds, order, pipeline, {
        signal: this.controller.signal,
        breathe: () => {
          look();
          return breathe(pipeline.connectionCount);
        },
      });
    } finally {
      endLooks?.();
    }
    for (const until of capturedUntil()) pipeline.capturedUntil(until);
    pipeline.finish();
    this.analysis = this.shoot(pipeline, "ended");
    return this.analysis;
  }

  private shoot(pipeline: Pipeline, state: Snapshot["state"]): Analysis {
    const { facts, origin, nowMs } = this.options;
    const began = nowMs();
    const analysis = pipeline.analysis(facts(), origin.ns, state === "running");
    this.snapshot = shotOf(analysis, judge(analysis, this.options), state, this.snapshot.revision + 1);
    const now = nowMs();
    this.nextShotMs = now + Math.max(SHOT_MS, (now - began) * SHOT_SHARE);
    for (const listener of this.listeners) listener();
    return analysis;
  }
}

const NOTHING: CaptureFacts = {
  name: "",
  format: "pcap",
  compression: "none",
  linkTypes: [],
  packets: 0,
  bytes: 0,
  firstPacketTime: null,
  lastPacketTime: null,
  truncatedPackets: 0,
  malformed: 0,
  dropped: null,
  endedEarly: null,
  stepBack: null,
  stepsForward: [],
  oddTimes: [],
};

/** Several captures as one, for the head of the screen. */
function joined(captures: readonly CaptureFacts[]): CaptureFacts {
  const [first = NOTHING, ...others] = captures;
  if (others.length === 0) return first;
  const sum = (of: (capture: CaptureFacts) => number): number => captures.reduce((total, c) => total + of(c), 0);
  const times = (of: (capture: CaptureFacts) => string | null): string[] =>
    captures.flatMap((capture) => of(capture) ?? []).sort();
  const drops = captures.flatMap(({ dropped }) => dropped ?? []);
  return {
    ...first,
    name: captures.map(({ name }) => name).join(" + "),
    linkTypes: [...new Set(captures.flatMap(({ linkTypes }) => linkTypes))],
    packets: sum(({ packets }) => packets),
    bytes: sum(({ bytes }) => bytes),
    firstPacketTime: times(({ firstPacketTime }) => firstPacketTime)[0] ?? null,
    lastPacketTime: times(({ lastPacketTime }) => lastPacketTime).at(-1) ?? null,
    truncatedPackets: sum(({ truncatedPackets }) => truncatedPackets),
    malformed: sum(({ malformed }) => malformed),
    dropped: drops.length === 0 ? null : drops.reduce((total, n) => total + n, 0),
    endedEarly: captures.find(({ endedEarly }) => endedEarly !== null)?.endedEarly ?? null,
    stepBack: captures.find(({ stepBack }) => stepBack !== null)?.stepBack ?? null,
    stepsForward: captures.flatMap(({ stepsForward }) => stepsForward),
    oddTimes: captures.flatMap(({ oddTimes }) => oddTimes),
  };
}

function shotOf(
  analysis: Analysis,
  findings: Snapshot["findings"],
  state: Snapshot["state"],
  revision: number,
): Snapshot {
  const { captures, connections, originNs, clockNs, packets } = analysis;
  const capture = joined(captures);
  return {
    revision,
    state,
    originNs,
    clockNs,
    capture,
    connections,
    findings,
    joins: analysis.joins,
    statistics: {
      packets,
      connections: connections.length,
      active: connections.filter(({ tcp }) => tcp.ending === "open").length,
      frames: connections.reduce((sum, { webSocket }) => sum + framesOf(webSocket), 0),
      dropped: capture.dropped,
      malformed: capture.malformed,
      forgotten: analysis.leftOut.connections,
    },
  };
}

function framesOf(webSocket: Analysis["connections"][number]["webSocket"]): number {
  if (webSocket === null) return 0;
  return webSocket.frames.reduce((sum, { payloadBytes: _, ...counts }) => {
    return sum + Object.values(counts).reduce((total, n) => total + n, 0);
  }, 0);
}

const emptyAnalysis = (captures: readonly CaptureFacts[]): Analysis => ({
  captures,
  originNs: null,
  clockNs: relativeNs(0),
  packets: 0,
  connections: [],
  joins: [],
  aheadNs: new Map(),
  rebound: [],
  absences: [],
  leftOut: { connections: 0, webSockets: 0, upgradesRefused: 0, troubled: 0, frames: 0, messages: 0, openOnes: 0 },
  dns: [],
  arp: [],
  otherPackets: {},
  malformed: [],
  malformedCounts: {},
  lastPacket: packetNumber(0),
  live: false,
});
