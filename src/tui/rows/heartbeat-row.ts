import { type Side, sideOf } from "../../base/brand.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { Snapshot } from "../../session/types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { BeatFacts } from "../../store/websocket-types.ts";
import type { Context } from "../context.ts";
import { addressText } from "./connection-row.ts";

/** What all kinds of heartbeats have. */
type Beat = Pick<
  BeatFacts,
  "pings" | "answered" | "missing" | "intervalMs" | "roundTripMs" | "lastPong" | "lastAnsweredPing"
> & { readonly unanswered: readonly Mark[] };

/** The pings of one side of one connection, or the messages that an application sends for the same purpose. */
export interface HeartbeatRow {
  readonly facts: ConnectionFacts;
  readonly by: "websocket" | "engine.io" | "application";
  readonly from: Side;
  readonly beat: Beat;
}

const made = new WeakMap<Snapshot["connections"], readonly HeartbeatRow[]>();

/** Connections that somebody pings, those with missing pongs first. */
export function heartbeatRows({ connections }: Snapshot): readonly HeartbeatRow[] {
  const known = made.get(connections);
  if (known !== undefined) return known;
  const rows = connections.flatMap(beatsOf);
  rows.sort((a, b) => b.beat.missing - a.beat.missing || a.facts.id - b.facts.id);
  made.set(connections, rows);
  return rows;
}

/** Of one connection. */
export const beatsOf = (facts: ConnectionFacts): HeartbeatRow[] => [
  ...rowsOf(facts, "websocket", facts.webSocket?.heartbeat ?? []),
  ...rowsOf(facts, "engine.io", facts.session?.engineIo?.heartbeat ?? []),
  ...applicationRow(facts),
];

/** Messages at regular times, found by name or by regularity; those that nobody answers miss no answer. */
function applicationRow(facts: ConnectionFacts): HeartbeatRow[] {
  const heartbeat = facts.session?.heartbeat ?? null;
  if (heartbeat === null) return [];
  const { from, sent, answered, intervalMs, lastAnswer, unansweredAtEnd } = heartbeat;
  const unanswered = answered > 0 ? unansweredAtEnd : [];
  const beat: Beat = {
    pings: sent,
    answered,
    missing: unanswered.length,
    intervalMs,
    roundTripMs: null,
    lastPong: lastAnswer,
    lastAnsweredPing: lastAnswer,
    unanswered,
  };
  return [{ facts, by: "application", from, beat }];
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
      (session?.engineIo?.heartbeat ?? []).every(({ pings }) => pings === 0) &&
      (session?.heartbeat ?? null) === null,
  );

/**
 * When answered pings were sent, as far as one can tell: the last one is known, those before it are laid out by the
 * interval that was inferred, no more of them than were answered, and not closer than `leastStepNs`.
 */
export function pingTimes(facts: ConnectionFacts, beat: Beat, leastStepNs: number): number[] {
  const last = beat.lastAnsweredPing?.timestampNs;
  if (last === undefined) return [];
  const intervalNs = (beat.intervalMs ?? 0) * 1e6;
  if (intervalNs <= 0) return [last];
  const from = Math.max(
    facts.webSocket?.openedAt.timestampNs ?? facts.first.timestampNs,
    last - (beat.answered - 0.5) * intervalNs,
  );
  const times: number[] = [];
  for (let ns: number = last; ns > from; ns -= Math.max(intervalNs, leastStepNs)) times.push(ns);
  return times;
}

/** The life of a connection as a strip: ● an answered ping, × one that was not, ▌ the end. */
export function strip({ facts, beat }: HeartbeatRow, width: number): string {
  const start = facts.first.timestampNs;
  const span = Math.max(1, facts.last.timestampNs - start);
  const cells = new Array<string>(width).fill("─");
  const put = (ns: number, sign: string): void => {
    const cell = Math.round(((ns - start) / span) * (width - 1));
    if (cell >= 0 && cell < width) cells[cell] = sign;
  };
  for (const ns of pingTimes(facts, beat, span / width)) put(ns, "●");
  for (const ping of beat.unanswered) put(ping.timestampNs, "×");
  if (facts.tcp.closedAt !== null) put(facts.tcp.closedAt.timestampNs, "▌");
  return cells.join("");
}

/** Who pings, how often, and how it is answered. */
export function beatText({ facts, by, from, beat }: HeartbeatRow, { words, chrome }: Context): string {
  const sample = by === "application" ? (facts.session?.heartbeat?.sample ?? "") : "";
  const who = chrome.side[from];
  const parts = [
    by === "application" ? words.applicationBeats(who, escapeText(sample)) : words.pingsFrom(who),
    words.pings(beat.pings, beat.answered, beat.missing),
  ];
  if (beat.intervalMs !== null) parts.push(words.every(chrome.duration(beat.intervalMs / 1000)));
  if (beat.roundTripMs !== null) {
    const { median, max } = beat.roundTripMs;
    parts.push(words.roundTrip(chrome.duration(median / 1000), chrome.duration(max / 1000)));
  }
  return parts.join(words.comma);
}

/** All that the view says of a row, in small letters: what a search looks through. */
export function heartbeatText(row: HeartbeatRow, context: Context): string {
  const { facts, by } = row;
  const who = `#${facts.id} ${context.words.beatKinds[by]} ${addressText(facts.client)} ${addressText(facts.server)}`;
  return `${who} ${beatText(row, context)}`.toLowerCase();
}
