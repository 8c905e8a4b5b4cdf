import { type ConnectionId, connectionId, type RelativeNs, relativeNs } from "../base/brand.ts";
import { capturedTime, loneMoment } from "../base/captured-time.ts";
import { formatTime } from "../base/time.ts";
import type { CaptureOrigin, CaptureReader, CaptureSink, CaptureStatistics } from "../pcap/types.ts";
import { Pipeline, type PipelineOptions } from "../pipeline/pipeline.ts";
import type { FrameTap } from "../pipeline/websocket/frame-tap.ts";
import type { Timer } from "../rules/context/timers.ts";
import { rulesByConnection } from "../rules/judging/by-connection.ts";
import { judge } from "../rules/judging/judge.ts";
import type { Finding } from "../rules/types.ts";
import type { ByteSource } from "../source/types.ts";
import type { Analysis, CaptureFacts, ConnectionFacts } from "../store/types.ts";
import { FindingWatch } from "./finding-watch.ts";
import { MachineTime } from "./machine-time.ts";
import type { Clock, LiveEvents, LiveStatistics, Snapshot, Told } from "./types.ts";

type FrameView = Parameters<FrameTap["onFrame"]>[1];
type MessageView = Parameters<FrameTap["onMessage"]>[1];

const TICK_MS = 100;
const JUDGE_NS = 1_000_000_000n;
const SETTLE_NS = 1_000_000_000n;
const STATISTICS_NS = 10_000_000_000n;
/** Ends that come together are judged together. */
const TOGETHER_NS = 250_000_000n;
/** Judging takes at most this part of the time. */
const JUDGE_SHARE = 10;
/** Packets are quiet when none came for so long; then the clock goes on without them. */
const QUIET_NS = 250_000_000n;
/** A FIN waits so long for what belongs to it (the other FIN, a late Close frame) before the end is told. */
const CLOSE_GRACE_NS = 1e9;

export interface LiveSessionOptions {
  readonly source: ByteSource;
  readonly openReader: (sink: CaptureSink, origin: CaptureOrigin) => CaptureReader;
  readonly origin: CaptureOrigin;
  readonly ports: readonly number[];
  readonly seed: number;
  /** Secrets of TLS: more come while the capture runs. */
  readonly keys?: PipelineOptions["keys"];
  readonly clock: Clock;
  /** Packets may reach us so much later than they were captured. */
  readonly lagNs: () => bigint;
  /** Asks the capture to end; what it still holds is read and judged. */
  readonly stop: AbortSignal;
  readonly tap: FrameTap | null;
  readonly events: LiveEvents;
  /** Packets that kernel and backend say they dropped; null: they do not say. */
  readonly dropped: () => number | null;
  readonly linkTypeName: (linkType: number) => string;
  /** The user's own, matched before the known ones. */
  readonly timers?: readonly Timer[];
}

/** One live analysis: reads until the capture ends, tells what happens, and shows the present as snapshots. */
export class LiveSession implements FrameTap {
  readonly keptMessageBytes: number;
  private readonly options: LiveSessionOptions;
  private readonly pipeline: Pipeline;
  private readonly reader: CaptureReader;
  private readonly time: MachineTime;
  private readonly findingWatch: FindingWatch;
  private readonly told = new Map<ConnectionId, Told>();
  /** Those of them that are still tracked. */
  private readonly active = new Set<Told>();
  /** They have ended, and are told so when that has been judged. */
  private ending: Told[] = [];
  private readonly linkTypes = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private snapshot: Snapshot;
  private findings: readonly Finding[] = [];
  private joins: Analysis["joins"] = [];
  private frames = 0;
  private opened = 0;
  private lastChunkNs = 0n;
  private nextSettleNs = 0n;
  private nextJudgeNs = 0n;
  private earliestJudgeNs = 0n;
  private nextStatisticsNs = 0n;
  private lastPacketNs: RelativeNs | null = null;
  private capturedUntilNs: bigint | null = null;
  private dirty = false;

  constructor(options: LiveSessionOptions) {
    this.options = options;
    this.time = new MachineTime(options.clock, options.origin);
    this.keptMessageBytes = options.tap?.keptMessageBytes ?? 0;
    this.pipeline = new Pipeline({
      ports: options.ports,
      tap: this,
      keys: options.keys ?? null,
      seed: options.seed,
      forgetsEnded: true,
      ofOneCapture: true,
      rethrow: false,
    });
    this.reader = options.openReader(this.sink(), options.origin);
    this.findingWatch = new FindingWatch((finding, withdrawn) => options.events.onFinding(finding, withdrawn));
    this.snapshot = this.shot("waiting", 0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Snapshot => this.snapshot;

  /** Until the capture has ended; the whole analysis and its findings. Throws what the source throws. */
  async run(): Promise<{ analysis: Analysis; findings: readonly Finding[] }> {
    const { clock, source, stop, events } = this.options;
    this.lastChunkNs = this.time.nowNs();
    const endTicks = clock.every(TICK_MS, () => this.tick());
    try {
      for await (const chunk of source.chunks(stop)) {
        this.lastChunkNs = this.time.nowNs();
        this.reader.push(chunk);
        this.drain();
        events.flush();
      }
    } finally {
      endTicks();
    }
    this.reader.end();
    this.drain();
    return this.conclude();
  }

  onHandshake(request: Parameters<NonNullable<FrameTap["onHandshake"]>>[0]): void {
    this.options.tap?.onHandshake?.(request);
  }

  onFrame(id: number, frame: FrameView): void {
    this.frames++;
    // A connection is told before its frames.
    const told = this.told.get(connectionId(id));
    if (told === undefined || told.upgrade !== "answered") this.announceNow(connectionId(id));
    this.options.tap?.onFrame(id, frame);
  }

  onMessage(id: number, message: MessageView): void {
    this.options.tap?.onMessage(id, message);
  }

  private drain(): void {
    const { reader, pipeline, time } = this;
    const { view } = reader;
    let last = this.lastPacketNs ?? Number.NEGATIVE_INFINITY;
    while (reader.next()) {
      time.place(view, this.lastChunkNs);
      if (view.timestampNs > last) last = view.timestampNs;
      pipeline.onPacket(view);
    }
    if (last === Number.NEGATIVE_INFINITY) return;
    this.lastPacketNs = relativeNs(last);
    this.dirty = true;
    this.announceOpened();
  }

  private tick(): void {
    const now = this.time.nowNs();
    const originNs = this.options.origin.ns;
    if (originNs !== null) {
      const isQuiet = now - this.lastChunkNs > QUIET_NS;
      const { clockNs } = this.pipeline;
      this.pipeline.advance(isQuiet ? this.time.relativeOf(now - this.options.lagNs()) : clockNs);
    }
    this.announceChanged();
    if (now >= this.nextSettleNs) {
      this.nextSettleNs = now + SETTLE_NS;
      this.settle();
    }
    // An end is not kept waiting. Before the first packet nothing can be said but that: it is said at the end.
    const judgeNs = this.ending.length > 0 ? this.earliestJudgeNs : this.nextJudgeNs;
    if (originNs !== null && now >= judgeNs) this.judgeNow(now);
    if (originNs !== null && now >= this.nextStatisticsNs) {
      this.nextStatisticsNs = now + STATISTICS_NS;
      this.options.events.onStatistics(this.statistics(), this.pipeline.clockNs);
    }
    this.options.events.flush();
    if (this.dirty) this.publish(this.options.origin.ns === null ? "waiting" : "running");
  }

  private judgeNow(now: bigint): void {
    const began = performance.now();
    const analysis = this.analysis(true);
    this.findings = judge(analysis, this.options);
    this.joins = analysis.joins;
    const isForgotten = (id: ConnectionId): boolean => this.pipeline.lastPacketOf(id) === 0;
    this.findingWatch.update(this.findings, isForgotten);
    this.tellEnded();
    const rest = BigInt(Math.round((performance.now() - began) * 1e6)) * BigInt(JUDGE_SHARE);
    this.earliestJudgeNs = now + (rest > TOGETHER_NS ? rest : TOGETHER_NS);
    this.nextJudgeNs = now + (rest > JUDGE_NS ? rest : JUDGE_NS);
    this.dirty = true;
  }

  private tellEnded(): void {
    if (this.ending.length === 0) return;
    const rules = rulesByConnection(this.findings);
    for (const { id, facts } of this.ending) this.options.events.onClosed(facts, rules.get(id) ?? []);
    this.ending = [];
  }

  private conclude(): { analysis: Analysis; findings: readonly Finding[] } {
    const originNs = this.options.origin.ns;
    if (originNs !== null && this.capturedUntilNs !== null) {
      this.pipeline.advance(this.time.relativeOfClock(this.capturedUntilNs));
    }
    this.pipeline.finish();
    this.settle();
    for (const { id } of [...this.active]) this.announceNow(id, true);
    const analysis = this.analysis(false);
    const isForgotten = (id: ConnectionId): boolean => this.pipeline.lastPacketOf(id) === 0;
    const findings = judge(analysis, this.options);
    this.findingWatch.update(findings, isForgotten);
    this.joins = analysis.joins;
    this.findings = [...findings, ...this.findingWatch.kept(isForgotten)];
    this.tellEnded();
    this.options.events.onStatistics(this.statistics(), this.pipeline.clockNs);
    this.options.events.flush();
    this.publish("ended");
    return { analysis, findings: this.findings };
  }

  private announceOpened(): void {
    for (; this.opened < this.pipeline.connectionCount; this.opened++) this.announceNow(connectionId(this.opened));
  }

  private announceChanged(): void {
    for (const told of this.active) {
      const lastPacket = this.pipeline.lastPacketOf(told.id);
      const waitsForEnd = !told.closed && told.facts.tcp.ending !== "open";
      if (lastPacket !== told.lastPacket || waitsForEnd) this.announceNow(told.id);
    }
  }

  /** Most connections have ended: they need no looking after, and their facts are kept once. */
  private settle(): void {
    for (const told of this.active) {
      const facts = this.pipeline.settledFactsOf(told.id);
      if (facts !== null && !told.closed) this.announceNow(told.id, true);
      if (facts !== null) told.facts = facts;
      if (facts !== null || this.pipeline.lastPacketOf(told.id) === 0) this.active.delete(told);
    }
    for (const { id } of this.told.values()) if (this.pipeline.lastPacketOf(id) === 0) this.told.delete(id);
  }

  /** Tells what is new about a connection. */
  private announceNow(id: ConnectionId, atEnd = false): void {
    const facts = this.pipeline.factsOf(id);
    if (facts === null) return;
    const { events } = this.options;
    let told = this.told.get(id);
    if (told === undefined) {
      told = { id, lastPacket: 0, upgrade: "none", closed: false, facts };
      this.told.set(id, told);
      this.active.add(told);
      events.onOpened(facts);
    }
    told.lastPacket = facts.last.packet;
    told.facts = facts;
    if (told.upgrade !== "answered" && facts.upgrade !== null) {
      const answered = facts.upgrade.exchange.response !== null || facts.webSocket !== null;
      if (answered) events.onUpgrade(facts);
      told.upgrade = answered ? "answered" : "asked";
    }
    if (!told.closed && this.hasEnded(facts, atEnd)) {
      told.closed = true;
      this.ending.push(told);
    }
    this.dirty = true;
  }

  private hasEnded({ tcp }: ConnectionFacts, atEnd: boolean): boolean {
    if (tcp.ending === "open") return false;
    if (tcp.ending === "silent") return atEnd;
    const bothFins = tcp.halves.every((half) => half.fin !== null);
    if (tcp.ending === "rst" || tcp.ending === "icmp" || bothFins || atEnd) return true;
    return tcp.closedAt !== null && this.pipeline.clockNs - tcp.closedAt.timestampNs > CLOSE_GRACE_NS;
  }

  private analysis(live: boolean): Analysis {
    return this.pipeline.analysis([this.captureFacts()], this.options.origin.ns, live);
  }

  private publish(state: Snapshot["state"]): void {
    this.dirty = false;
    this.snapshot = this.shot(state, this.snapshot.revision + 1);
    for (const listener of this.listeners) listener();
  }

  private shot(state: Snapshot["state"], revision: number): Snapshot {
    return {
      revision,
      state,
      originNs: this.options.origin.ns,
      clockNs: this.pipeline.clockNs,
      capture: this.captureFacts(),
      statistics: this.statistics(),
      connections: [...this.told.values()].map(({ facts }) => facts),
      findings: this.findings,
      joins: this.joins,
    };
  }

  private statistics(): LiveStatistics {
    return {
      packets: this.pipeline.packets,
      connections: this.pipeline.connectionCount,
      active: [...this.active].filter(({ closed }) => !closed).length,
      frames: this.frames,
      dropped: this.options.dropped(),
      malformed: this.reader.summary.malformed,
      forgotten: this.pipeline.forgotten,
    };
  }

  private captureFacts(): CaptureFacts {
    const { source, origin, linkTypeName, dropped } = this.options;
    const { summary, firstPacketNs } = this.reader;
    const { lastPacketNs } = this;
    return {
      name: source.label,
      format: summary.format ?? "pcapng",
      compression: "none",
      linkTypes: [...this.linkTypes].map(linkTypeName),
      packets: summary.packets,
      bytes: summary.bytes,
      firstPacketTime: firstPacketNs === null ? null : formatTime(firstPacketNs, relativeNs(0)),
      lastPacketTime:
        origin.ns === null || lastPacketNs === null
          ? null
          : capturedTime(origin.ns, [origin], loneMoment(lastPacketNs)),
      truncatedPackets: summary.truncatedPackets,
      malformed: summary.malformed,
      dropped: dropped(),
      endedEarly: this.endedEarly(),
      stepBack: this.time.stepBack,
      stepsForward: this.time.steps,
      oddTimes: [],
    };
  }

  /** That the backend ended is the cause; a record cut in two is only what follows from it. */
  private endedEarly(): CaptureFacts["endedEarly"] {
    const { summary } = this.reader;
    const { endedEarly } = this.options.source;
    return endedEarly === null ? summary.endedEarly : { code: endedEarly, offset: summary.bytes };
  }

  private sink(): CaptureSink {
    const nothing = (): void => undefined;
    return {
      onInterface: (info) => this.linkTypes.add(info.linkType),
      onStatistics: (statistics: CaptureStatistics) => {
        this.capturedUntilNs = statistics.capturedUntilNs;
      },
      onMalformed: (malformed) => this.pipeline.onMalformed(malformed),
      onComment: nothing,
      onSecrets: nothing,
      onName: nothing,
    };
  }
}
