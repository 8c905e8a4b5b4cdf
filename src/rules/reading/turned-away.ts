import type { LastText } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import type { FirstClose } from "./first-close.ts";
import { lastNotice } from "./last-notice.ts";
import { firstVerdict, lastWords } from "./last-words.ts";
import { spanMs } from "./reading.ts";
import { isRefusal } from "./refusal-message.ts";
import { saysReplaced } from "./replaced.ts";

/** Any message may speak of errors: these are about who asks, or about another who took the place. */
export const turnsAway = (text: string): boolean => isRefusal(text) || saysReplaced(text);

/** A connection handler that refuses does so at once; what comes later may be a short visit. */
const WORDLESS_MS = 250;

/** The server closed a WebSocket that had just opened, and said nothing before. */
export function isWordless({ webSocket }: ConnectionFacts, close: CloseFrameFacts): boolean {
  if (webSocket === null || webSocket.messages[1].text + webSocket.messages[1].binary > 0) return false;
  return spanMs(webSocket.openedAt, close) <= WORDLESS_MS;
}

/**
 * What the server said right before this Close, whoever sent it, where that turns the client away; null: it did not, or it is
 * told otherwise: by a protocol's own message, by Socket.IO, or as the answer to the handshake.
 */
export function turnedAway(connection: ConnectionFacts, { close, direction }: FirstClose): LastText | null {
  const words = lastWords(connection, "server", close);
  if (words === null || !turnsAway(words.text)) return null;
  if (connection.session?.engineIo || lastNotice(connection, close) !== null) return null;
  return direction === 1 && firstVerdict(connection, close) !== null ? null : words;
}
