import { CLIENT, type Direction, otherDirection, sideOf } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { TcpFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isReplaced } from "../context/backends.ts";
import type { Context } from "../context/context.ts";
import { openThere } from "../context/open-there.ts";
import { pairKey } from "../context/others.ts";
import { GONE_WITHIN_NS, refusesAfter } from "../context/refused-by-host.ts";
import { cause } from "../draft.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import { handshakeOf, proxyOf } from "../handshake/upgrade-outcome.ts";
import { endOf, serverOf, spanMs } from "../reading/reading.ts";
import { type TimeIndex, within } from "../reading/time-index.ts";
import type { Cause } from "../types.ts";

// What the packets around an end without Close tell of its reason.

/** It acknowledged what came after its FIN, and never answered by RST: its program is there and reads on. */
export function isHalfClosed({ tcp }: ConnectionFacts, closer: Direction): boolean {
  const { fin } = tcp.halves[closer];
  const { lastData, lastAcknowledged } = tcp.halves[otherDirection(closer)];
  if (fin === null || lastData === null || lastAcknowledged === null || tcp.resets.length > 0) return false;
  const roundTripNs = (tcp.roundTripMs ?? 0) * 1e6;
  return lastData.timestampNs > fin.timestampNs + roundTripNs && lastAcknowledged.timestampNs >= lastData.timestampNs;
}

export const TOGETHER_NS = 100e6;

/**
 * What a process leaves behind that is gone: a port that refuses, and all its connections ended in one moment, polls that
 * wait for their answer as well. Two are enough where its proxy has another backend in its place.
 */
export function hasDied(connection: ConnectionFacts, context: Context): boolean {
  if (refusesAfter(connection, context)) return true;
  const end = endOf(connection).timestampNs;
  const { dropped, hungUpPolls } = context.others();
  const beside = [
    ...around(dropped.get(serverOf(connection)), end),
    ...around(hungUpPolls.get(serverOf(connection)), end).map((poll) => poll.connection),
  ];
  // Several captures may hold the same one.
  const { copyOf } = context.joins;
  const ended = new Set([connection, ...beside].map(({ id }) => copyOf.get(id) ?? id)).size;
  return ended > 2 || (ended === 2 && hasSuccessor(connection, context));
}

const around = <T>(ended: TimeIndex<T> | undefined, at: number): readonly T[] =>
  ended === undefined ? [] : within(ended, at - TOGETHER_NS, at + TOGETHER_NS);

/** Heard of so long after the end, another WebSocket of the server lives on. */
const LIVES_ON_NS = 2e9;

/** Its proxy went over to another backend, and nothing of this one lives on. */
function hasSuccessor(connection: ConnectionFacts, context: Context): boolean {
  const { joins, others } = context;
  const join = joins.before.get(connection.id);
  if (join === undefined || !isReplaced(join, context.backends())) return false;
  const last = others().lifetimes.get(serverOf(connection))?.lastNs.at(-1) ?? 0;
  return last < endOf(connection).timestampNs + LIVES_ON_NS;
}

/** The client ended another of its WebSockets there in the same moment: what came on one of them is not why. */
export function leftTogether(connection: ConnectionFacts, context: Context): boolean {
  if (connection.tcp.firstCloser !== "client") return false;
  const end = endOf(connection).timestampNs;
  const ended = context.others().abandoned.get(pairKey(connection));
  return ended !== undefined && within(ended, end - TOGETHER_NS, end + TOGETHER_NS).length >= 2;
}

/** A proxy that says 503 has nobody to ask, or none with a free place: WebSockets that are open there show that it is the latter. */
export const lacksBackend = (failed: ConnectionFacts, context: Context): boolean =>
  handshakeOf(failed)?.response?.status !== 503 || openThere(failed, context) === 0;

/** The proxy before it is still there, and says soon afterwards that it does not reach its backend any more. */
export const hasBackendDied = (connection: ConnectionFacts, context: Context): boolean =>
  failedBehind(connection, context) !== undefined;

function failedBehind(connection: ConnectionFacts, context: Context): ConnectionFacts | undefined {
  const gone = context.others().backendGone.get(serverOf(connection));
  const end = endOf(connection).timestampNs;
  return gone && within(gone, end, end + GONE_WITHIN_NS).find((failed) => lacksBackend(failed, context));
}

/**
 * The same as causes, where a proxy that says nothing of itself while all is well names itself on its page: HAProxy ends what
 * it carried as soon as its backend's side is broken off, by a process that died as by a firewall that sends RST.
 */
export function backendLostBehind(connection: ConnectionFacts, context: Context): Cause[] | null {
  const failed = failedBehind(connection, context);
  const exchange = failed && handshakeOf(failed);
  const proxy = exchange ? ownPageOf(exchange) : null;
  const own = handshakeOf(connection);
  if (proxy === null || (own !== null && proxyOf(own) !== null)) return null;
  return [cause("likely", "backendLost", { proxy }), cause("possible", "proxyOrBehind", { proxy })];
}

/** A handler that throws ends its connection at once; this much later it is likely something else. */
const HANDLER_MS = 100;
/** Where messages come all the time, one of them is always the last. */
export const CHANCE = 0.05;

/** Its own program ended it: by FIN, or by an RST that no system sends for a connection it does not know. */
function endedByProgram({ resets, ending, closedAt }: TcpFacts): boolean {
  const reset = resets.find(({ packet }) => packet === closedAt?.packet);
  return reset === undefined ? ending === "fin" : reset.hasAck && !reset.likelyInjected;
}

/** The closer hung up right after a message that it got, and not by chance: how long after. */
export function failedOnMessage(connection: ConnectionFacts, closer: Direction): number | null {
  const { webSocket, tcp } = connection;
  const sender = otherDirection(closer);
  const last = webSocket?.lastMessage[sender];
  if (!webSocket || !last || tcp.closedAt === null || !endedByProgram(tcp)) return null;
  const afterMs = spanMs(last, tcp.closedAt);
  // Its handler got as far as an answer.
  const answer = webSocket.lastFrame[closer];
  if (answer !== null && isBefore(last, answer)) return null;
  if (last.timestampNs > tcp.closedAt.timestampNs || afterMs > HANDLER_MS + (tcp.roundTripMs ?? 0)) return null;
  return isOnlyOne(connection, sender, last) || messagesWithin(connection, sender, afterMs) < CHANCE ? afterMs : null;
}

/** It is all that the application ever said: no other one of its messages went well, and no stream of them goes on by chance. */
function isOnlyOne({ webSocket, session }: ConnectionFacts, sender: Direction, last: Mark): boolean {
  if (webSocket === null) return false;
  const { text, binary } = webSocket.messages[sender];
  if (text + binary === 1) return true;
  // Socket.IO's client greets each namespace before that; pongs, or what else Engine.IO says, would make it more than one.
  const namespaces = session?.socketIo ?? [];
  const greetings = namespaces.flatMap(({ connectRequested }) => connectRequested ?? []);
  const saysGoodBye = session?.engineIo?.closed != null || namespaces.some(({ disconnected }) => disconnected !== null);
  return (
    sender === CLIENT &&
    greetings.length > 0 &&
    !saysGoodBye &&
    text + binary === greetings.length + 1 &&
    greetings.every((greeting) => isBefore(greeting, last))
  );
}

/** How many messages of that side come in so short a time, on the average. */
export function messagesWithin(connection: ConnectionFacts, sender: Direction, ms: number): number {
  const { webSocket } = connection;
  if (webSocket === null) return 0;
  const { text, binary } = webSocket.messages[sender];
  return ((text + binary) * ms) / Math.max(spanMs(webSocket.openedAt, endOf(connection)), 1);
}

/** So many like it went well before, and came this often. */
const MANY = 8;
const OFTEN_MS = 5000;

/** The same as a cause. Of a stream whose messages are all alike one is always the last: then other reasons come first. */
export function blamesMessage(connection: ConnectionFacts, closer: Direction): Cause | null {
  const afterMs = failedOnMessage(connection, closer);
  const { webSocket, session } = connection;
  if (afterMs === null || webSocket === null) return null;
  const sender = otherDirection(closer);
  const { text, binary } = webSocket.messages[sender];
  const intervalMs = spanMs(webSocket.openedAt, endOf(connection)) / (text + binary);
  const isNew = session?.lastTexts[sender]?.timestampNs === webSocket.lastMessage[sender]?.timestampNs;
  const isOneOfMany = text + binary >= MANY && intervalMs < OFTEN_MS && !isNew;
  const args = { to: sideOf(closer), from: sideOf(sender), afterMs };
  return cause(isOneOfMany ? "possible" : "likely", "failedOnMessage", args);
}
