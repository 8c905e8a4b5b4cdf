import { type Direction, otherDirection, sideOf } from "../../../base/brand.ts";
import { isBefore, type Mark } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { CloseFrameFacts, WebSocketFacts } from "../../../store/websocket-types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { closedItself } from "../../ending/closed-itself.ts";
import { libraryLimit } from "../../ending/library-limits.ts";
import { limitCause } from "../../ending/message-limit.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { firstClose, mayBeAnswer } from "../../reading/first-close.ts";
import { directionOf, endOf, hasEnded, otherSide, spanMs } from "../../reading/reading.ts";
import type { Rule } from "../rule.ts";

/** Compressed messages that cannot be shown: why. */
function checkUndecodable(connection: ConnectionFacts): Draft | null {
  const { webSocket } = connection;
  if (webSocket === null) return null;
  const code = ["deflate-undecodable", "inflate-limit"].find((word) => (webSocket.eventCounts[word] ?? 0) > 0);
  const first = webSocket.events.find((event) => event.code === code);
  // Damaged copies of bytes that arrived whole in the end: the receiver could inflate them.
  if (first !== undefined && connection.tcp.halves[directionOf(first.from)].conflicts > 0) return null;
  // Cut by the snapshot length: `capture.truncated` says so for the whole capture.
  if (first !== undefined && connection.tcp.halves[directionOf(first.from)].truncatedBytes > 0) return null;
  if (code === undefined || first === undefined) return null;
  const variant = code === "inflate-limit" ? "limit" : webSocket.compression === "unknown" ? "unknown" : "plain";
  return draft("ws.deflate.undecodable", variant, {
    at: first,
    args: { from: first.from, count: webSocket.eventCounts[code] ?? 1 },
    evidence: [shows(first, "violation", { from: first.from, rule: first.section })],
    causes: [cause("certain", variant === "limit" ? "readerLimit" : "captureFromStart", {})],
  });
}

export const deflateUndecodable: Rule = {
  id: "ws.deflate.undecodable",
  severity: "note",
  spec: "RFC 7692 §7.2.2",
  causes: ["captureFromStart", "readerLimit"],
  sources: ["https://www.rfc-editor.org/rfc/rfc7692#section-7.2.2"],
  check: checkUndecodable,
};

const LARGE_BYTES = 16 * 1024;

/** The side that closed with 1009 did not take what the other had sent. */
function refusedMessage(
  connection: ConnectionFacts,
  webSocket: WebSocketFacts,
  close: CloseFrameFacts,
  direction: Direction,
  { sessions }: Context,
): Draft {
  const sender = otherDirection(direction);
  const from = sideOf(sender);
  // A fragment that was refused leaves its message without an end: what came before fitted.
  const part = webSocket.unfinishedMessage[sender];
  const partBytes = part !== null && part.bytes > webSocket.largestMessageBytes[sender] ? part.bytes : null;
  const bytes = partBytes === null ? webSocket.largestMessageBytes[sender] || null : null;
  const limit = limitCause(connection, from, sessions);
  return draft("ws.message.too-big", "refused", {
    at: close,
    args: { from, closer: sideOf(direction), bytes, partBytes, code: 1009, reason: close.reason },
    evidence: [
      partBytes === null ? null : shows(part, "unfinishedMessage", { from, bytes: partBytes }),
      bytes === null ? null : shows(webSocket.largestMessage[sender], "tooBigMessage", { from, bytes }),
      shows(close, "closeFrame", { from: sideOf(direction), code: 1009, reason: close.reason }),
    ],
    // An application's own 1009 looks the same until the connection ends.
    causes: [hasEnded(connection) ? limit : lesser(limit)],
  });
}

/** Nobody sets a smaller limit for Socket.IO. */
const LEAST_BUFFER_BYTES = 64 * 1024;
/** A server that does not take a message drops its session as soon as it has it. */
const DROPPED_WITHIN_MS = 250;

/**
 * A server of Socket.IO whose code ends a session says DISCONNECT first. Close 1000 without it, right behind the largest
 * message: python-engineio, which did not take that. One that named its limit says 1009 above it.
 */
function droppedSession(
  { session, tcp }: ConnectionFacts,
  webSocket: WebSocketFacts,
  close: CloseFrameFacts,
): Draft | null {
  const [largest] = webSocket.largestMessage;
  const [last] = webSocket.lastMessage;
  const [bytes] = webSocket.largestMessageBytes;
  if (!session?.engineIo?.open || session.engineIo.closed !== null || session.socketIo.length === 0) return null;
  if (session.socketIo.some(({ disconnected }) => disconnected !== null)) return null;
  if (close.code !== 1000 && close.code !== null) return null;
  if (largest === null || largest.packet !== last?.packet || bytes < LEAST_BUFFER_BYTES) return null;
  const afterMs = spanMs(last, close);
  if (!isBefore(last, close) || afterMs > DROPPED_WITHIN_MS + (tcp.roundTripMs ?? 0)) return null;
  return draft("ws.message.too-big", "dropped", {
    confidence: "likely",
    at: close,
    args: { from: "client", bytes, closer: "server", afterMs, code: close.code ?? 1005 },
    evidence: [
      shows(largest, "tooBigMessage", { from: "client", bytes }),
      shows(close, "closeFrame", { from: "server", code: close.code, reason: close.reason }),
    ],
    causes: [
      cause("likely", "bufferLimit", { from: "client" }),
      cause("possible", "failedOnMessage", { to: "server", from: "client", afterMs }),
    ],
  });
}

const MUCH_LARGER = 8;

/** Nothing that the other side sent comes near: no limit that took this one's messages refused those. */
function sentTheLarge({ largestMessageBytes, unfinishedMessage }: WebSocketFacts, sender: Direction): boolean {
  const mostOf = (side: Direction): number => Math.max(largestMessageBytes[side], unfinishedMessage[side]?.bytes ?? 0);
  const bytes = mostOf(sender);
  return bytes >= LARGE_BYTES && bytes >= MUCH_LARGER * mostOf(otherDirection(sender));
}

/** A length is read as soon as it arrives, behind a long queue too. */
const READ_WITHIN_MS = 5000;

/** It hung up for another reason: it had taken messages of that size, or had long known the length of this one. */
function isTaken({ largestMessageBytes, unfinishedMessage }: WebSocketFacts, sender: Direction, end: Mark): boolean {
  const message = unfinishedMessage[sender];
  if (message === null) return false;
  return message.bytes <= largestMessageBytes[sender] || spanMs(message, end) > READ_WITHIN_MS;
}

/** Refused with 1009, or cut off while a large message was under way. */
function checkTooBig(connection: ConnectionFacts, context: Context): Draft | null {
  const { webSocket, tcp } = connection;
  if (webSocket === null) return null;
  const refusal = firstClose(connection);
  // An application may say 1009 for reasons of its own: `ws.close.code` speaks of that.
  if (refusal?.close.code === 1009 && closedItself(connection, sideOf(refusal.direction))) return null;
  const dropped = refusal?.direction === 1 ? droppedSession(connection, webSocket, refusal.close) : null;
  if (dropped !== null) return dropped;
  if (refusal?.close.code === 1009) {
    // The Close that began it may be in a hole of the capture: then only the sizes say whose message it was.
    const isKnown = !mayBeAnswer(connection, refusal) || sentTheLarge(webSocket, otherDirection(refusal.direction));
    if (!isKnown) return null;
    return refusedMessage(connection, webSocket, refusal.close, refusal.direction, context);
  }
  if (!hasEnded(connection) || webSocket.closeFrames[0] !== null || webSocket.closeFrames[1] !== null) return null;
  for (const direction of [0, 1] as const) {
    const missingBytes = webSocket.incompleteFrameBytes[direction];
    const from = sideOf(direction);
    // A receiver that had stopped reading did not look at the length.
    const readOn = tcp.halves[direction === 0 ? 1 : 0].zeroWindows === 0;
    if (missingBytes < LARGE_BYTES || tcp.firstCloser !== otherSide(from) || !readOn) continue;
    if (isTaken(webSocket, direction, endOf(connection))) continue;
    return draft("ws.message.too-big", "cut", {
      confidence: "possible",
      at: endOf(connection),
      args: { from, bytes: missingBytes, missingBytes, closer: tcp.firstCloser },
      evidence: [
        shows(webSocket.lastFrame[direction], "tooBigMessage", { from, bytes: missingBytes }),
        endingEvidence(connection),
      ],
      causes: [lesser(libraryLimit(connection, from) ?? cause("possible", "messageLimit", { from }))],
    });
  }
  return null;
}

export const messageTooBig: Rule = {
  id: "ws.message.too-big",
  severity: "error",
  spec: "RFC 6455 §7.4.1 (1009)",
  causes: ["messageLimit", "libraryLimit", "bufferLimit", "announcedLimit", "failedOnMessage"],
  sources: [
    "https://github.com/websockets/ws/blob/master/doc/ws.md",
    "https://socket.io/docs/v4/server-options/#maxhttpbuffersize",
  ],
  check: checkTooBig,
};
