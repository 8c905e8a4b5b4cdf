import { appendTo } from "../../base/append-to.ts";
import { type ConnectionId, SERVER } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { firstClose } from "../reading/first-close.ts";
import { pathOf, serverOf, spanMs } from "../reading/reading.ts";

/** Clients that the server keeps one connection for, and that come back at once: each newcomer throws the other one out. */
export interface Eviction {
  /** So many times a newcomer was followed by the end of the one before. */
  readonly turns: number;
}

/** Fewer may be chance. */
const LEAST_TURNS = 4;
/** Of all that the server closed with these words, so many right behind the next one's opening. */
const LEAST_SHARE = 0.8;
/** A server notices the newcomer when it opens, or when it has logged in. */
const NOTICED_MS = 1000;
/** Two clients that a server refuses some time after their openings would be closed at any moment of each other's lives. */
const LATE_SHARE = 0.25;
/** Normal closures, and a server that goes away, throw nobody out. */
const NOT_THROWN_OUT: ReadonlySet<number> = new Set([1000, 1001, 1005, 1012, 1013]);

interface Ended {
  readonly id: ConnectionId;
  /** A server may throw the old one out before it lets the new one in. */
  readonly asked: Mark;
  readonly openedAt: Mark;
  readonly close: Mark;
}

/** By the connections that were thrown out. Each server's are gone through once. */
export function evictionsOf(connections: readonly ConnectionFacts[]): ReadonlyMap<ConnectionId, Eviction> {
  const alike = new Map<string, Ended[]>();
  for (const connection of connections) {
    const { webSocket, id } = connection;
    const found = webSocket === null || webSocket.midstream ? null : firstClose(connection);
    if (webSocket === null || found === null || found.direction !== SERVER) continue;
    const { code, reason } = found.close;
    if (code === null || NOT_THROWN_OUT.has(code)) continue;
    const request = handshakeOf(connection)?.request ?? null;
    const path = pathOf(request?.target ?? "");
    const { openedAt } = webSocket;
    const ended = { id, asked: request?.first ?? openedAt, openedAt, close: found.close };
    appendTo(alike, [serverOf(connection), path, code, reason].join("\u0000"), ended);
  }
  const evictions = new Map<ConnectionId, Eviction>();
  for (const group of alike.values()) {
    const turns = turnsOf(group);
    if (turns < LEAST_TURNS || turns < LEAST_SHARE * (group.length - 1)) continue;
    for (const { id } of group) evictions.set(id, { turns });
  }
  return evictions;
}

/** How often one ended right behind the request of the next one, which was thrown out in its turn. */
function turnsOf(group: readonly Ended[]): number {
  const inOrder = [...group].sort((a, b) => a.openedAt.timestampNs - b.openedAt.timestampNs);
  return inOrder.filter(({ openedAt, close }, index) => {
    const next = inOrder[index + 1];
    if (next === undefined || isBefore(close, next.asked)) return false;
    return spanMs(next.asked, close) <= Math.min(NOTICED_MS, LATE_SHARE * spanMs(openedAt, close));
  }).length;
}
