import type { Side } from "../../base/brand.ts";
import { isBefore } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts, WebSocketFacts } from "../../store/websocket-types.ts";
import { cause } from "../draft.ts";
import { directionOf, otherSide } from "../reading/reading.ts";
import { productOf } from "../timers/library-timers.ts";
import type { Cause } from "../types.ts";

/** What never came whole broke no rule by that. */
const UNFINISHED: ReadonlySet<string> = new Set(["incomplete-frame", "incomplete-message"]);

/** https://github.com/aio-libs/aiohttp/issues/13274 */
const FORGETS_COMPRESSION = /\baiohttp\/3\.14\.[23]\b/;

/** Every frame that `from` had got before this Close was read, and each is as the protocol wants it. */
export function wasSentNoFault({ webSocket, tcp }: ConnectionFacts, close: CloseFrameFacts, from: Side): boolean {
  const to = otherSide(from);
  if (webSocket === null || webSocket.midstream || webSocket.compression === "unknown") return false;
  if (tcp.halves[directionOf(to)].missingBytes > 0 || webSocket.lostTrack[directionOf(to)] !== null) return false;
  const { events, eventCounts } = webSocket;
  // Of more events than are kept nobody can say whose they were.
  if (Object.values(eventCounts).reduce((sum, count) => sum + count, 0) > events.length) return false;
  return !events.some((event) => event.from === to && !UNFINISHED.has(event.code) && isBefore(event, close));
}

/** What may be behind a 1002 for frames in which nothing is wrong. */
export const unseenFaults = (connection: ConnectionFacts, from: Side): (Cause | false)[] => [
  FORGETS_COMPRESSION.test(productOf(connection, from)) &&
  connection.webSocket !== null &&
  beganWithControlFrame(connection.webSocket, otherSide(from))
    ? cause("likely", "compressionForgotten", { from, to: otherSide(from) })
    : cause("possible", "faultNotSeen", { from, to: otherSide(from) }),
  // Inside TLS nobody on the way can touch a frame.
  connection.tls === null && cause("possible", "transformingProxy", {}),
];

/** Of the frames of `side`, a ping or pong came before the only one of a message, and messages may be compressed. */
function beganWithControlFrame(webSocket: WebSocketFacts, side: Side): boolean {
  const direction = directionOf(side);
  const { text, binary, continuation, ping, pong } = webSocket.frames[direction];
  const message = webSocket.unfinishedMessage[direction] ?? webSocket.lastMessage[direction];
  const first = webSocket.firstFrame[direction];
  if (webSocket.compression === null || message === null || first === null) return false;
  return ping + pong > 0 && text + binary <= 1 && continuation === 0 && isBefore(first, message);
}
