import { type Side, sideOf } from "../../base/brand.ts";
import type { Snapshot } from "../../session/types.ts";
import type { BeatFacts, ConnectionFacts } from "../../store/types.ts";

/** The pings of one side of one connection. */
export interface HeartbeatRow {
  readonly facts: ConnectionFacts;
  readonly by: "websocket" | "engine.io";
  readonly from: Side;
  readonly beat: BeatFacts;
}

const made = new WeakMap<Snapshot["connections"], readonly HeartbeatRow[]>();

/** Connections that somebody pings, those with missing pongs first. */
export function heartbeatRows({ connections }: Snapshot): readonly HeartbeatRow[] {
  const known = made.get(connections);
  if (known !== undefined) return known;
  const rows = connections.flatMap((facts) => [
    ...rowsOf(facts, "websocket", facts.webSocket?.heartbeat ?? []),
    ...rowsOf(facts, "engine.io", facts.session?.engineIo?.heartbeat ?? []),
  ]);
  rows.sort((a, b) => b.beat.missing - a.beat.missing || a.facts.id - b.facts.id);
  made.set(connections, rows);
  return rows;
}

const rowsOf = (facts: ConnectionFacts, by: HeartbeatRow["by"], beats: readonly BeatFacts[]): HeartbeatRow[] =>
  beats.flatMap((beat, direction) =>
    beat.pings === 0 ? [] : [{ facts, by, from: sideOf(direction === 0 ? 0 : 1), beat }],
  );

/** Connections that speak WebSocket and are never pinged. */
export const withoutHeartbeat = ({ connections }: Snapshot): ConnectionFacts[] =>
  connections.filter(
    ({ webSocket, session }) =>
      webSocket?.heartbeat.every(({ pings }) => pings === 0) &&
      (session?.engineIo?.heartbeat ?? []).every(({ pings }) => pings === 0),
  );

/**
 * The life of a connection as a strip: ● an answered ping, × one that was not, ○ the last pong, ▌ the end. Pings between
 * those that are known by their time are laid out by the interval that was inferred.
 */
export function strip({ facts, beat }: HeartbeatRow, width: number): string {
  const start = facts.first.timestampNs;
  const span = Math.max(1, facts.last.timestampNs - start);
  const cells = new Array<string>(width).fill("─");
  const put = (ns: number, sign: string): void => {
    const cell = Math.round(((ns - start) / span) * (width - 1));
    if (cell >= 0 && cell < width) cells[cell] = sign;
  };
  const lastAnswered = beat.lastAnsweredPing?.timestampNs;
  if (beat.intervalMs !== null && beat.intervalMs > 0 && lastAnswered !== undefined) {
    const stepNs = Math.max(beat.intervalMs * 1e6, span / width);
    const from = facts.webSocket?.openedAt.timestampNs ?? start;
    for (let ns: number = lastAnswered; ns > from; ns -= stepNs) put(ns, "●");
  } else if (lastAnswered !== undefined) put(lastAnswered, "●");
  for (const ping of beat.unanswered) put(ping.timestampNs, "×");
  if (facts.tcp.closedAt !== null) put(facts.tcp.closedAt.timestampNs, "▌");
  return cells.join("");
}
