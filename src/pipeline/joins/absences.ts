import { appendTo } from "../../base/append-to.ts";
import { type RelativeNs, relativeNs } from "../../base/brand.ts";
import type { AbsenceFacts, JoinFacts } from "../../store/across-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Origin } from "./settled-connections.ts";

/** When the captures of one vantage point ran, and the first of them. */
export interface VantageSpan {
  readonly vantage: number;
  readonly captureIndex: number;
  readonly firstNs: number;
  lastNs: number;
}

/** Files of one tcpdump -C or -G follow each other at once. */
const CONTINUES_WITHIN_NS = 2e9;

/** Learns when each vantage point's captures ran, from the packets' turns. */
export class VantageSpans {
  private readonly spans: VantageSpan[] = [];
  private current: VantageSpan | null = null;
  /** Captures of one place that were taken one after the other, with a time between that none of them holds. */
  private readonly pauses: { readonly vantage: number; readonly fromNs: RelativeNs }[] = [];
  private readonly seen = new Set<number>();

  get all(): readonly VantageSpan[] {
    return this.spans;
  }

  resume(vantage: number, captureIndex: number, nowNs: number): void {
    this.current = this.spans.find((span) => span.vantage === vantage) ?? null;
    if (this.current !== null) {
      if (!this.seen.has(captureIndex) && nowNs - this.current.lastNs > CONTINUES_WITHIN_NS)
        this.pauses.push({ vantage, fromNs: relativeNs(this.current.lastNs) });
      this.seen.add(captureIndex);
      return;
    }
    this.seen.add(captureIndex);
    this.current = { vantage, captureIndex, firstNs: nowNs, lastNs: nowNs };
    this.spans.push(this.current);
  }

  /**
   * The end of the capture that holds a connection's last packet, when the next one of that place began only later, or
   * when captures of other places, by other clocks, go on.
   */
  watchedUntil(vantage: number, lastPacketNs: number): RelativeNs | null {
    const pause = this.pauses.find((one) => one.vantage === vantage && one.fromNs >= lastPacketNs);
    if (pause !== undefined || this.spans.length < 2) return pause?.fromNs ?? null;
    const span = this.spans.find((one) => one.vantage === vantage);
    return span === undefined || span === this.current ? null : relativeNs(span.lastNs);
  }

  /** The current one's packets reach up to here. */
  pause(untilNs: number): void {
    if (this.current !== null) this.current.lastNs = Math.max(this.current.lastNs, untilNs);
  }

  /** No packets come any more, the current one's reach up to there; a capture says how long it still ran. */
  ranUntil(vantage: number, untilNs: number, packetsUntilNs: number): void {
    this.pause(packetsUntilNs);
    this.current = null;
    const span = this.spans.find((one) => one.vantage === vantage);
    if (span !== undefined) span.lastNs = Math.max(span.lastNs, untilNs);
  }
}

/** Hop limits that senders start with: packets that still have one have passed no router. */
const FRESH_HOP_LIMITS: ReadonlySet<number> = new Set([64, 128, 255]);

/**
 * Attempts that one capture holds and the capture taken at the server, which ran at the time, does not: the SYN never
 * arrived there.
 */
export function findAbsences(
  tracked: readonly Origin[],
  facts: readonly ConnectionFacts[],
  joins: readonly JoinFacts[],
  spans: readonly VantageSpan[],
): AbsenceFacts[] {
  if (spans.length < 2) return [];
  const vantages = new Map(tracked.map(({ id, vantage }) => [id, vantage]));
  const vantageOf = ({ id }: ConnectionFacts): number => vantages.get(id) ?? 0;
  const byId = new Map(facts.map((one) => [one.id, one]));
  const pairs = joins.flatMap(({ kind, connections, clockOffsetNs }) => {
    const [front, back] = connections.map((id) => byId.get(id));
    return kind === "two-captures" && front && back ? [{ front, back, offsetNs: clockOffsetNs ?? 0 }] : [];
  });
  const offsets = new Map(pairs.map((pair) => [`${vantageOf(pair.front)} ${vantageOf(pair.back)}`, pair.offsetNs]));
  const copied = new Set(pairs.flatMap(({ front, back }) => [front.id, back.id]));
  const failed = facts.filter(({ id, tcp }) => isUnopened(tcp) && !copied.has(id));
  const servers = new Map<string, ConnectionFacts[]>();
  for (const one of failed.length === 0 ? [] : facts) {
    const key = `${vantageOf(one)} ${serverOf(one)}`;
    appendTo(servers, key, one);
  }
  return failed.flatMap((attempt): AbsenceFacts[] => {
    for (const span of spans) {
      if (span.vantage === vantageOf(attempt)) continue;
      // Without any of the server's port there, the capture's filter may have left it out.
      const there = servers.get(`${span.vantage} ${serverOf(attempt)}`);
      const offsetNs = offsets.get(`${vantageOf(attempt)} ${span.vantage}`);
      if (there === undefined || !(offsetNs !== undefined || there.some(isAtServer))) continue;
      const ran = attempt.tcp.syns.some(({ timestampNs }) => {
        const at = timestampNs + (offsetNs ?? 0);
        return at >= span.firstNs && at <= span.lastNs;
      });
      if (ran) return [{ connection: attempt.id, captureIndex: span.captureIndex, certain: offsetNs !== undefined }];
    }
    return [];
  });
}

const isUnopened = ({ opening, syns }: ConnectionFacts["tcp"]): boolean =>
  syns.length > 0 && (opening === "unanswered" || opening === "refused");

const serverOf = ({ server }: ConnectionFacts): string => `${server.address} ${server.port}`;

/** What the server sends has passed no router here. */
const isAtServer = ({ tcp }: ConnectionFacts): boolean => FRESH_HOP_LIMITS.has(tcp.halves[1].hopLimit ?? 0);
