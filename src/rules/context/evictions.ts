import { appendTo } from "../../base/append-to.ts";
import { type ConnectionId, SERVER } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { asksAlike, isSameHost } from "../handshake/same-client.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { closeCodeOf, firstClose, isNormalCode, mayBeAnswer } from "../reading/first-close.ts";
import { pathOf, serverOf, spanMs } from "../reading/reading.ts";
import { saysReplaced } from "../reading/replaced.ts";

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
/** A server that goes away throws nobody out. */
const NOT_THROWN_OUT: ReadonlySet<number> = new Set([1001, 1012, 1013]);
/** Who is thrown out comes back within this; those who renew a connection in time do so more seldom. */
const BACK_WITHIN_MS = 30_000;

interface Ended {
  readonly connection: ConnectionFacts;
  /** A server may throw the old one out before it lets the new one in. */
  readonly asked: Mark;
  readonly openedAt: Mark;
  readonly end: ServerEnd;
}

/** How the server ended it: by a Close, or without one (1006). */
interface ServerEnd {
  readonly at: Mark;
  readonly code: number;
  readonly reason: string;
}

const NO_CLOSE = 1006;

/** null: the client ended it, or nobody did yet, or the server for a reason that throws nobody out. */
function serverEnd(connection: ConnectionFacts): ServerEnd | null {
  const { webSocket, tcp } = connection;
  if (webSocket === null || webSocket.midstream) return null;
  const found = firstClose(connection);
  if (found === null)
    return tcp.firstCloser === "server" && tcp.closedAt !== null
      ? { at: tcp.closedAt, code: NO_CLOSE, reason: "" }
      : null;
  const code = closeCodeOf(found.close);
  if (found.direction !== SERVER || found.close.codeMissing || NOT_THROWN_OUT.has(code)) return null;
  if (mayBeAnswer(connection, found)) return null;
  return { at: found.close, code, reason: found.close.reason };
}

/** What says nothing of why it ended: only a client that asks for the very same can have thrown it out. */
const isWordless = (code: number): boolean => code === NO_CLOSE || isNormalCode(code);

/** By the connections that were thrown out. Each server's are gone through once. */
export function evictionsOf(connections: readonly ConnectionFacts[]): ReadonlyMap<ConnectionId, Eviction> {
  const alike = new Map<string, Ended[]>();
  for (const connection of connections) {
    const { webSocket } = connection;
    const end = serverEnd(connection);
    if (webSocket === null || end === null) continue;
    const request = handshakeOf(connection)?.request ?? null;
    const target = request?.target ?? "";
    const { openedAt } = webSocket;
    const ended = { connection, asked: request?.first ?? openedAt, openedAt, end };
    const place = isWordless(end.code) ? target : pathOf(target);
    appendTo(alike, [serverOf(connection), place, end.code, end.reason].join("\u0000"), ended);
  }
  const evictions = new Map<ConnectionId, Eviction>();
  for (const group of alike.values()) {
    const turns = turnsOf(group);
    if (turns < LEAST_TURNS || turns < LEAST_SHARE * (group.length - 1)) continue;
    for (const { connection } of group) evictions.set(connection.id, { turns });
  }
  return evictions;
}

/** How often one ended right behind the request of the next one, which was thrown out in its turn. */
function turnsOf(group: readonly Ended[]): number {
  const inOrder = [...group].sort((a, b) => a.openedAt.timestampNs - b.openedAt.timestampNs);
  return inOrder.filter((one, index) => {
    const { openedAt, end } = one;
    const next = inOrder[index + 1];
    if (next === undefined || isBefore(end.at, next.asked)) return false;
    if (isWordless(end.code) && spanMs(openedAt, end.at) > BACK_WITHIN_MS) return false;
    if (isNormalCode(end.code) && !throwsOut(next, one)) return false;
    return spanMs(next.asked, end.at) <= Math.min(NOTICED_MS, LATE_SHARE * spanMs(openedAt, end.at));
  }).length;
}

/**
 * By a normal closure a server also ends what is done, and its client may have opened the next one by then: its words say
 * who came, or it is another client that did.
 */
const throwsOut = (next: Ended, { connection, end }: Ended): boolean =>
  saysReplaced(end.reason) || isOtherClient(next.connection, connection);

function isOtherClient(one: ConnectionFacts, other: ConnectionFacts): boolean {
  const [a, b] = [handshakeOf(one), handshakeOf(other)];
  return (
    one.client.address !== other.client.address ||
    !isSameHost(one, other) ||
    (a !== null && b !== null && !asksAlike(one, b))
  );
}
