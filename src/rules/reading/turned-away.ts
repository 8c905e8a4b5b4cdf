import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { type Said, saidBefore } from "./last-words.ts";
import { spanMs } from "./reading.ts";
import { isRefusal } from "./refusal-message.ts";
import { saysReplaced } from "./replaced.ts";

/** Who waits for a login first refuses when it came. */
const LOGIN_MS = 10_000;

interface Refusal extends Said {
  readonly text: string;
}

const saysGo = (text: string): boolean => isRefusal(text) || saysReplaced(text);

/**
 * What the server said right before this Close, whoever sent it, where it turns the client away; null: it did not. Any message
 * may speak of errors: what no known protocol says must be about who asks, or of another who took the place.
 */
export function turnedAway(connection: ConnectionFacts, close: CloseFrameFacts): Refusal | null {
  // Socket.IO says so in packets of its own, and SockJS by a code of its own.
  if (connection.session?.engineIo) return null;
  const said = saidBefore(connection, "server", close);
  const { text, notice } = said;
  if (notice?.protocol === "sockjs") return null;
  return text !== null && (notice?.from === "server" || saysGo(text)) ? { ...said, text } : null;
}

/** The same in the reason of a server's Close. */
export const turnsAway = (close: CloseFrameFacts): boolean => saysGo(close.reason);

/** It was the answer to the handshake or to a login: MQTT's comes in pieces, that of the others is one message. */
export function isFirstAnswer({ webSocket }: ConnectionFacts, said: Said, close: CloseFrameFacts): boolean {
  if (webSocket === null || spanMs(webSocket.openedAt, close) > LOGIN_MS) return false;
  const [, { text, binary }] = webSocket.messages;
  return said.notice?.messageType === "CONNACK" || text + binary === 1;
}
