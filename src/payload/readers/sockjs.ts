import { parseJson, stringOr } from "../payload.ts";
import type { PayloadReader } from "../types.ts";
import { named } from "./named.ts";

/** `/base/<server>/<session>/websocket` of the SockJS protocol 0.3. */
const TARGET = /\/[^/.?]+\/[^/.?]+\/websocket(?:\?|$)/;

/** SockJS framing: o, h, a[…] and c[…] from the server, […] from the client. */
export const sockJsReader: PayloadReader = ({ text, complete }, { target }) => {
  if (text === null || target === null || !TARGET.test(target)) return null;
  if (text === "o") return named({ kind: "sockjs", protocol: "SockJS", messageType: "open" });
  if (text === "h") return named({ kind: "sockjs", protocol: "SockJS", messageType: "heartbeat", heartbeat: "beat" });
  const match = /^([ac]?)\[/.exec(text);
  if (match === null) return null;
  const rest = text.slice(match[1]?.length ?? 0);
  const value = complete ? parseJson(rest) : undefined;
  if (complete && !Array.isArray(value)) return null;
  const parts: unknown[] = Array.isArray(value) ? value : [];
  if (match[1] !== "c") {
    return named({ kind: "sockjs", protocol: "SockJS", messageType: "messages", details: stringOr(parts[0], rest) });
  }
  const code = typeof parts[0] === "number" && Number.isInteger(parts[0]) ? parts[0] : null;
  const reason = `${String(parts[0])} ${stringOr(parts[1], "")}`.trim();
  return named({ kind: "sockjs", protocol: "SockJS", messageType: "close", errorMessage: reason, code });
};
