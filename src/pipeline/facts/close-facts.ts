import { type Direction, sideOf } from "../../base/brand.ts";
import { NO_CODE } from "../../base/no-code.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { HalfFacts, ResetFacts, TcpFacts } from "../../store/tcp-types.ts";
import { isTooBig } from "../../store/too-big.ts";
import type { ConnectionKind } from "../../store/types.ts";
import { hasUnreadEnd, isViolation } from "../../store/unread.ts";
import type { CloseFacts, CloseFrameFacts, SeenClose, WebSocketFacts } from "../../store/websocket-types.ts";

/** RFC 6455 §7.1.5: no Close frame at all. */
const ABNORMAL = 1006;
const GOING_AWAY = 1001;

/** RFC 6455 §7.1.7: who sends one of these first and waits for no answer fails the connection. */
const FAILING: ReadonlySet<number> = new Set([1002, 1007, 1009]);

/** Python websockets fails the connection when a pong stays out, reads nothing more and reports 1006 itself. */
const failsForKeepalive = ({ code, reason }: CloseFrameFacts): boolean =>
  code === 1011 && reason === "keepalive ping timeout";

const FAILED: SeenClose = { code: ABNORMAL, reason: "", clean: false };

/** How the connection ended, as `onclose` would tell it at each end. `broken`: TLS failed, and with it what lay above. */
export function closeFacts(
  kind: ConnectionKind,
  tcp: TcpFacts,
  webSocket: WebSocketFacts | null,
  replaced: boolean,
  broken: Mark | null = null,
): CloseFacts {
  if (webSocket === null) return closeWithoutWebSocket(kind, tcp, replaced);
  const [clientClose, serverClose] = webSocket.closeFrames;
  const isOver = [clientClose, serverClose].every(
    (close) => close !== null && broken !== null && isBefore(close, broken),
  );
  if (broken !== null && tcp.closedAt !== null && !isOver)
    return { verdict: "abnormal", clientSees: FAILED, serverSees: FAILED };
  const unread = [isUnread(webSocket, tcp, 0), isUnread(webSocket, tcp, 1)] as const;
  const clientSees =
    unread[1] && !hungUpUntold(0, webSocket, tcp, unread[0]) ? null : seenBy(0, webSocket, tcp, replaced, unread[0]);
  const serverSees =
    unread[0] && !hungUpUntold(1, webSocket, tcp, unread[1]) ? null : seenBy(1, webSocket, tcp, replaced, unread[1]);
  const over = clientSees !== null || serverSees !== null;
  const failed = clientSees?.code === ABNORMAL || serverSees?.code === ABNORMAL;
  const both = clientClose !== null && serverClose !== null;
  // Of one side nothing can be read: the other's Close tells, once it is known to have arrived.
  const told = (tcp.oneWay || ((unread[0] || unread[1]) && over)) && (clientClose ?? serverClose) !== null;
  // Both said Close, and still it is not known that both have read it: something cut the closing handshake off.
  const isCut = both && !tcp.oneWay && !unread[0] && !unread[1] && (clientSees === null || serverSees === null);
  const clean = (both || told) && !failed && (!isCut || clientClose?.code === GOING_AWAY);
  const open = tcp.closedAt === null ? "open" : "none";
  return { verdict: clean ? "clean" : over ? "abnormal" : open, clientSees, serverSees };
}

/** No Close frame was read of this side, but there may be one in what could not be read. */
const isUnread = (webSocket: WebSocketFacts, tcp: TcpFacts, direction: Direction): boolean =>
  webSocket.closeFrames[direction] === null && hasUnreadEnd(tcp, webSocket, direction);

/**
 * It hung up first and without a Close, and what its peer said behind the last byte that it acknowledged had not reached even
 * its system: whatever that was, it was not told.
 */
function hungUpUntold(side: Direction, { closeFrames }: WebSocketFacts, tcp: TcpFacts, unread: boolean): boolean {
  const own = tcp.halves[side];
  const peer = tcp.halves[1 - side] as HalfFacts;
  return (
    tcp.firstCloser === sideOf(side) &&
    own.fin !== null &&
    !own.finIsUnseen &&
    closeFrames[side] === null &&
    !unread &&
    peer.notCapturedBytes + peer.truncatedBytes === 0 &&
    peer.acknowledgedBytes <= peer.streamBytes
  );
}

function closeWithoutWebSocket(kind: ConnectionKind, tcp: TcpFacts, replaced: boolean): CloseFacts {
  if (kind === "tcp-refused" || kind === "upgrade-refused") {
    return { verdict: "refused", clientSees: FAILED, serverSees: null };
  }
  if (kind === "upgrade-unanswered") {
    // The answer may be among what the capture lacks.
    const isUnknown = tcp.halves[1].missingBytes > 0 || tcp.oneWay;
    const over = hasEnded(0, tcp, replaced) && !isUnknown;
    const verdict = over ? "abnormal" : isUnknown && tcp.closedAt !== null ? "none" : "open";
    return { verdict, clientSees: over ? FAILED : null, serverSees: null };
  }
  return { verdict: "none", clientSees: null, serverSees: null };
}

/**
 * RFC 6455 §7.1.5: the code of the Close frame that reached this end; 1006 when its connection ended without one.
 * `unread`: what this end sent last is not known, so it may have answered.
 */
function seenBy(
  side: Direction,
  webSocket: WebSocketFacts,
  tcp: TcpFacts,
  replaced: boolean,
  unread: boolean,
): SeenClose | null {
  const sent = webSocket.closeFrames[side];
  const received = webSocket.closeFrames[1 - side] ?? null;
  // What reached this end is not in the capture at all: nothing can be said for it.
  const inbound = tcp.halves[1 - side] as TcpFacts["halves"][0];
  if (tcp.oneWay && inbound.packets === 0) return null;
  const ended = hasEnded(side, tcp, replaced);
  // What must not be sent fails the connection (§7.1.7): its API says what it says for all failures.
  if (received !== null && isRefused(side, received, sent, webSocket)) return ended || sent ? FAILED : null;
  if (received !== null && isDoubted(received, sent)) return null;
  if (failsAfterClose(webSocket, side) || isAnsweredInVain(side, received, sent, tcp, webSocket))
    return ended ? FAILED : null;
  if (received !== null && hasFailedBefore(side, received, sent, webSocket)) return ended || sent ? FAILED : null;
  const failed = sent !== null && hasFailed(side, sent, received, tcp, webSocket);
  // As long as it waits for the answer, or for the end, its API has told nothing.
  if (failed !== false) return failed === true && (ended || received !== null) ? FAILED : null;
  // Not even its system has it: it hung up without, or will get it later.
  if (received !== null && sent !== null && !received.delivered)
    return tcp.halves[side].fin === null || tcp.halves[side].finIsUnseen || leaves(side, sent) ? null : FAILED;
  if (received !== null && (received.delivered || sent !== null)) {
    // Both Close frames make the closing handshake complete (§7.1.4), whatever TCP does afterwards.
    if (received.codeMissing || (!ended && sent === null)) return null;
    const isRead = hasRead(side, received, sent, tcp, webSocket);
    if (isRead !== true) return isRead === null ? null : FAILED;
    // It may be the echo of what this end sent, which then has failed.
    if ((unread || tcp.oneWay) && received.code !== null && FAILING.has(received.code)) return null;
    return { code: received.code ?? NO_CODE, reason: received.reason, clean: sent !== null || tcp.oneWay || unread };
  }
  return ended ? FAILED : null;
}

/** A tab that is closed says 1001 and is gone: nobody is left to be told anything. */
const leaves = (side: Direction, sent: CloseFrameFacts): boolean => side === 0 && sent.code === GOING_AWAY;

/** This end takes the Close for no Close: its code must not be sent, or its body is malformed and was not echoed. */
function isRefused(
  side: Direction,
  received: CloseFrameFacts,
  sent: CloseFrameFacts | null,
  { events }: WebSocketFacts,
): boolean {
  // Who sends a code itself takes it, too.
  if (isEchoed(received, sent) || (received.code !== null && sent?.code === received.code)) return false;
  if (received.code !== null && !mayBeSent(received.code)) return true;
  const from = sideOf(side === 0 ? 1 : 0);
  return events.some((event) => event.code === "close-malformed" && event.from === from);
}

/** Whoever repeats the code has taken it (§5.5.1): browsers do so even with codes that must not be sent. */
const isEchoed = (received: CloseFrameFacts, sent: CloseFrameFacts | null): boolean =>
  sent !== null && isBefore(received, sent) && sent.code === received.code;

/** Younger than RFC 6455 (IANA's registry): who does not know it takes it for a violation, or tells it all the same. */
const NEWER_CODES: ReadonlySet<number | null> = new Set([1012, 1013, 1014]);
const PROTOCOL_ERROR = 1002;

const isDoubted = (received: CloseFrameFacts, sent: CloseFrameFacts | null): boolean =>
  NEWER_CODES.has(received.code) && sent?.code === PROTOCOL_ERROR && isBefore(received, sent);

/** It failed on the answer to its own Close, and says so in a second one that is no echo of it. */
const failsAfterClose = ({ closeFrames }: WebSocketFacts, side: Direction): boolean => {
  const later = closeFrames[side]?.laterCode ?? null;
  return later !== null && FAILING.has(later) && closeFrames[side === 0 ? 1 : 0]?.code !== later;
};

/** A browser fails on what comes after a Close that it has answered, and hangs up at once: servers hang up first. */
const isAnsweredInVain = (
  side: Direction,
  received: CloseFrameFacts | null,
  sent: CloseFrameFacts | null,
  tcp: TcpFacts,
  webSocket: WebSocketFacts,
): boolean =>
  side === 0 &&
  received !== null &&
  sent !== null &&
  isBefore(received, sent) &&
  tcp.firstCloser === "client" &&
  tcp.ending === "fin" &&
  (failsAfterClose(webSocket, 1) ||
    webSocket.events.some(
      (event) => event.code === "data-after-close" && event.from === "server" && isBefore(event, sent),
    ));

/** What came before the Close, or the Close itself, fails the connection (§7.1.7): nothing behind it is read any more. */
const hasFailedBefore = (
  side: Direction,
  received: CloseFrameFacts,
  sent: CloseFrameFacts | null,
  { events }: WebSocketFacts,
): boolean =>
  (sent === null || (sent.code !== null && FAILING.has(sent.code) && !isEchoed(received, sent))) &&
  events.some(
    (event) => FATAL.has(event.code) && event.from === sideOf(side === 0 ? 1 : 0) && !isBefore(received, event),
  );

/** What every endpoint looks at, as far as it looks at all. */
const FATAL: ReadonlySet<string> = new Set([
  "unmasked-client",
  "masked-server",
  "reserved-bits",
  "reserved-opcode",
  "control-fragmented",
  "control-too-long",
  "unexpected-continuation",
  "expected-continuation",
  "invalid-utf8",
]);

/** Whoever waits for an answer to its Close for longer than this before it hangs up has given it up. */
const GIVEN_UP_NS = 1e9;

/**
 * Whether the program at this end has read the Close, and not only its system acknowledged it. A RST of its own instead of
 * an answer, or data a second later, says that it had not looked; an answer that comes when it has hung up meets nobody.
 * null: it cannot be told.
 */
function hasRead(
  side: Direction,
  received: CloseFrameFacts,
  sent: CloseFrameFacts | null,
  tcp: TcpFacts,
  { lastFrame, heartbeat }: WebSocketFacts,
): boolean | null {
  const { fin } = tcp.halves[side];
  const reset = tcp.resets.find(
    ({ from, ignored, likelyInjected, ...at }) =>
      from === sideOf(side) && !ignored && !likelyInjected && isBefore(received, at),
  );
  if (sent === null) {
    if (fin === null && (reset !== undefined || isSilent(side, received, tcp, heartbeat))) return null;
    const last = lastFrame[side];
    return last !== null && last.timestampNs - received.timestampNs >= GIVEN_UP_NS ? null : true;
  }
  if (!isBefore(sent, received)) return true;
  if (fin !== null && isBefore(fin, received)) {
    if (reset !== undefined) return leaves(side, sent) ? null : false;
    return fin.timestampNs - sent.timestampNs >= GIVEN_UP_NS ? null : true;
  }
  // It reset the connection while the other side still waited: the answer may lie there unread.
  const peersFin = tcp.halves[1 - side]?.fin ?? null;
  const isOver = peersFin !== null && reset !== undefined && isBefore(peersFin, reset) && reset.missedBytes === 0;
  return fin === null && reset !== undefined && !isOver ? null : true;
}

/** A program that is handed a RST together with a Close may be told of the RST first. */
const TOGETHER_NS = 5e6;

/** It neither answered the Close nor hung up: its program stood still before already, or was told of a RST instead. */
function isSilent(
  side: Direction,
  received: CloseFrameFacts,
  tcp: TcpFacts,
  heartbeat: WebSocketFacts["heartbeat"],
): boolean {
  const peers = tcp.resets.find(({ from, ignored }) => from !== sideOf(side) && !ignored);
  if (peers !== undefined) return peers.timestampNs - received.timestampNs < TOGETHER_NS;
  return heartbeat[side === 0 ? 1 : 0].missing > 0;
}

/**
 * Whoever fails the connection hangs up right behind its Close, or reads nothing more. An application that calls
 * close(1009) by itself waits for the answer, as after any other code, and is told that code. null: what decides may be
 * among what the capture lacks.
 */
function hasFailed(
  side: Direction,
  sent: CloseFrameFacts,
  received: CloseFrameFacts | null,
  tcp: TcpFacts,
  webSocket: WebSocketFacts,
): boolean | null {
  const isFailing = sent.code !== null && FAILING.has(sent.code);
  if (!isFailing && !failsForKeepalive(sent)) return false;
  if (received === null) return true;
  const other = side === 0 ? 1 : 0;
  if (isBefore(received, sent))
    // Who echoes a Close repeats its code: another one says that this very frame broke the rules.
    return isFailing && sent.code !== received.code && hasProvoked(other, sent, webSocket);
  if (!isFailing) return true;
  const { fin } = tcp.halves[side];
  if ((fin !== null && isBefore(fin, received)) || hasProvoked(other, sent, webSocket)) return true;
  const lacks = webSocket.events.some(({ code, from }) => from === sideOf(other) && LACKING.test(code));
  return lacks || webSocket.midstream ? null : false;
}

/** Events of bytes, or of a message's content, that the capture lacks. */
const LACKING = /^(gap|desynchronised|deflate-undecodable)/;

/** This side sent what a receiver may fail the connection for with that Close. */
const hasProvoked = (from: Direction, failing: CloseFrameFacts, webSocket: WebSocketFacts): boolean =>
  webSocket.events.some(
    (event) => event.from === sideOf(from) && (isViolation(event) || event.code.endsWith("-limit")),
  ) ||
  webSocket.incompleteFrameBytes[from] > 0 ||
  isTooBig(webSocket, from, failing);

/** RFC 6455 §7.4: what may stand in a Close frame; 1004 to 1006 and 1015 are reserved, below 1000 nothing is defined. */
const mayBeSent = (code: number): boolean =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);

/** Whether the connection is over for this end: it closed or reset, or the peer's closing packet reached it. */
function hasEnded(side: Direction, tcp: TcpFacts, replaced: boolean): boolean {
  const own = tcp.halves[side];
  const peer = tcp.halves[1 - side] as TcpFacts["halves"][0];
  if (own.fin !== null) return true;
  // A new SYN from these ports shows that the client has forgotten this connection.
  if (replaced && side === 0) return true;
  // A forged RST ends the connection of who gets it; whose name it bears knows nothing of it.
  const counts = ({ ignored, likelyInjected, from, answers }: ResetFacts): boolean =>
    !ignored && (from === sideOf(side) ? !likelyInjected : likelyInjected || answers !== null || !sendsInVain(peer));
  if (tcp.resets.some(counts)) return true;
  return peer.fin !== null && (peer.finAcknowledged !== null || tcp.oneWay);
}

const LEAST_IN_VAIN = 2;

/** Nothing that it sent was answered any more: whether its RST arrived, nothing tells. */
const sendsInVain = ({ keepAlivesUnanswered, unacknowledged }: HalfFacts): boolean =>
  keepAlivesUnanswered >= LEAST_IN_VAIN || (unacknowledged?.retransmissions ?? 0) > LEAST_IN_VAIN;
