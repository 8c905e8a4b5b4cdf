import type { Direction } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { NS_PER_MS } from "../reading/reading.ts";

/** A stretch in which one side sent no data, or no messages, and how it had talked until then. */
export interface Silence {
  readonly sinceNs: number;
  readonly ms: number;
  /** Data segments, or messages, that it had sent by then. */
  readonly sent: number;
  readonly talkedMs: number;
  /** How far apart they were: on average, and at most (0: never a second, of segments). */
  readonly intervalMs: number;
  readonly longestMs: number;
}

/** What a rule demands before it calls a silence no accident. */
interface Demand {
  readonly leastSent: number;
  readonly leastMs: number;
  /** So many times the average distance, and the longest one. */
  readonly timesUsual: number;
  readonly timesLongest: number;
}

export const demands = {
  /** It went on later, which proves the pause: people who talk now and then do not stop for so long. */
  frozen: { leastSent: 4, leastMs: 2000, timesUsual: 5, timesLongest: 3 },
  /** It never went on: it may have been done, so it must have had a pace. */
  stopped: { leastSent: 8, leastMs: 2000, timesUsual: 8, timesLongest: 0 },
  /** Its pace has to carry the statement that a connection was not idle. */
  broken: { leastSent: 10, leastMs: 0, timesUsual: 8, timesLongest: 8 },
} satisfies Record<string, Demand>;

/** Who had been at it for a fraction of the silence only may just have been done. */
const TALKED_SHARE = 0.1;

export const standsOut = ({ ms, sent, talkedMs, intervalMs, longestMs }: Silence, demand: Demand): boolean =>
  sent >= demand.leastSent &&
  ms >= Math.max(demand.leastMs, demand.timesUsual * intervalMs, demand.timesLongest * longestMs) &&
  talkedMs >= TALKED_SHARE * ms;

/** The longest time without data between two of this side's segments; null: it never paused for a second. */
export function longestPauseOf(connection: ConnectionFacts, direction: Direction): Silence | null {
  const { longestPause: pause } = connection.tcp.halves[direction];
  if (pause === null) return null;
  const sinceNs = pause.until.timestampNs - pause.ms * NS_PER_MS;
  const { ms, segmentsBefore: sent, nextMs: longestMs } = pause;
  return { sinceNs, ms, longestMs, ...paceUntil(connection, direction, sinceNs, sent) };
}

/** What came after this side's last data, up to `untilNs`; null: it sent none. */
export function lastingSilence(connection: ConnectionFacts, direction: Direction, untilNs: number): Silence | null {
  const { lastData, dataSegments: sent, longestPause } = connection.tcp.halves[direction];
  if (lastData === null) return null;
  const sinceNs = lastData.timestampNs;
  const ms = (untilNs - sinceNs) / NS_PER_MS;
  return { sinceNs, ms, longestMs: longestPause?.ms ?? 0, ...paceUntil(connection, direction, sinceNs, sent) };
}

/** The same counted in messages: neither pings nor what a library sends by itself. */
export function messageSilence({ webSocket }: ConnectionFacts, direction: Direction, untilNs: number): Silence | null {
  const last = webSocket?.lastMessage[direction] ?? null;
  if (webSocket === null || last === null) return null;
  const { text, binary } = webSocket.messages[direction];
  const longestMs = webSocket.longestMessageGapNs[direction] / NS_PER_MS;
  const sinceNs = last.timestampNs;
  const ms = (untilNs - sinceNs) / NS_PER_MS;
  return { sinceNs, ms, longestMs, ...pace(webSocket.openedAt, sinceNs, text + binary) };
}

type Pace = Pick<Silence, "sent" | "talkedMs" | "intervalMs">;

function paceUntil({ tcp, webSocket }: ConnectionFacts, direction: Direction, sinceNs: number, sent: number): Pace {
  return pace(webSocket?.openedAt ?? tcp.halves[direction].firstData, sinceNs, sent);
}

function pace(from: Mark | null, sinceNs: number, sent: number): Pace {
  const talkedMs = from === null ? 0 : Math.max(0, (sinceNs - from.timestampNs) / NS_PER_MS);
  return { sent, talkedMs, intervalMs: talkedMs / Math.max(1, sent) };
}
