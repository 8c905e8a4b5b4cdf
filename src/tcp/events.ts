import { withOneMore } from "../base/few.ts";
import { limits } from "../base/limits.ts";
import type { Position } from "../base/packet-view.ts";
import type { TcpEventKind } from "../base/tcp-event-kind.ts";
import type { TcpConnection } from "./connection.ts";

/** Keeps a notable moment; the first and the last ones of a connection are what tells its story, the middle is counted. */
export function noteEvent(
  connection: TcpConnection,
  kind: TcpEventKind,
  from: 0 | 1,
  streamOffset: number,
  value: number,
  at: Position,
): void {
  const { events } = connection;
  if (events.length >= limits.tcpEventsPerConnection) {
    events.splice(limits.tcpEventsPerConnection >> 1, 1);
    connection.eventsDropped++;
  }
  const row = { kind, from, streamOffset, value, packetNumber: at.packetNumber, timestampNs: at.timestampNs };
  connection.events = withOneMore(events, row);
}
