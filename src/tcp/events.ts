import { withOneMore } from "../base/few.ts";
import * as limits from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { TcpEventKind } from "../base/tcp-event-kind.ts";
import type { TcpConnection, TcpEventRow, TcpHalf } from "./connection.ts";

/** Keeps a notable moment; the first and the last ones of a connection are what tells its story, the middle is counted. */
export function noteEvent(
  connection: TcpConnection,
  kind: TcpEventKind,
  from: 0 | 1,
  streamOffset: number,
  value: number,
  at: Position,
): void {
  const { packetNumber, timestampNs } = at;
  keep(connection, { kind, from, streamOffset, value, packetNumber, timestampNs });
}

function keep(connection: TcpConnection, row: TcpEventRow): void {
  const { events } = connection;
  if (events.length >= limits.tcpEventsPerConnection) {
    // A quarter at once: a capture with a short snapshot length has an event in each packet.
    const dropped = limits.tcpEventsPerConnection >> 2;
    events.splice(limits.tcpEventsPerConnection >> 1, dropped);
    connection.eventsDropped += dropped;
  }
  connection.events = withOneMore(events, row);
}

/** Of what waits together, the newest ones: their acknowledgment ends one and the same wait. */
const MOST_REPEATED = 64;

/** A retransmission of `half`. */
export function noteRepeated(
  connection: TcpConnection,
  half: TcpHalf,
  streamOffset: number,
  value: number,
  at: Position,
): void {
  const { packetNumber, timestampNs } = at;
  const [kind, from, sentNs] = ["retransmission", half.index, half.oldestUnackedNs] as const;
  const { lastPacketNs: heardNs, lastAdvanceNs: advancedNs } = connection.peerOf(half);
  const row: TcpEventRow = { kind, from, streamOffset, value, packetNumber, timestampNs, sentNs, heardNs, advancedNs };
  keep(connection, row);
  half.repeated ??= [];
  half.repeated.push(row);
  if (half.repeated.length > MOST_REPEATED) half.repeated.shift();
}

/** The peer acknowledges more of `half` than before: what was sent again had been waiting until now. */
export function noteTaken(half: TcpHalf, nowNs: number): void {
  for (const row of half.repeated ?? []) row.acknowledgedNs = nowNs;
  half.repeated = null;
}

/** Packets that only overtook each other are together again by then; who sends again waits longer (RFC 6298 §2.4). */
const LEAST_LATE_NS = 200e6;

/** What `half` had sent before something that came already comes now: it had been lost on the way to the point of capture. */
export function noteLate(connection: TcpConnection, half: TcpHalf, sinceNs: number, at: Position): void {
  const { packetNumber, timestampNs } = at;
  const ns = timestampNs - sinceNs;
  if (ns < LEAST_LATE_NS) return;
  keep(connection, {
    kind: "late",
    from: half.index,
    streamOffset: half.streamOffset,
    value: 0,
    packetNumber,
    timestampNs,
    sentNs: sinceNs,
  });
}
