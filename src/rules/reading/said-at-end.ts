import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { firstClose } from "./first-close.ts";
import { isJustBefore } from "./just-before.ts";
import { lastNotice, protocolName } from "./last-notice.ts";

/** What a protocol inside the WebSocket said of its end. Untrusted text. */
export interface SaidAtEnd {
  readonly protocol: string;
  readonly from: Side;
  readonly text: string;
}

/** Right before the Close, or what ended TCP, why or at least that a session was ended; null: nothing of that kind. */
export function saidAtEnd(connection: ConnectionFacts): SaidAtEnd | null {
  const { session, tcp } = connection;
  const end = firstClose(connection)?.close ?? tcp.closedAt;
  if (session === null || end === null) return null;
  const notice = lastNotice(connection, end);
  if (notice !== null) {
    const { protocol, from, messageType, code, errorMessage } = notice;
    const text = protocol === "mqtt" ? `${messageType} ${code ?? ""}`.trim() : errorMessage || messageType;
    return { protocol: protocolName(protocol), from, text };
  }
  const isLast = (mark: (Mark & { readonly from?: Side }) | null | undefined): boolean =>
    mark != null && mark.from !== "client" && isJustBefore(mark, end);
  const refused = session.socketIo.find((one) => isLast(one.refused))?.refused;
  if (refused != null) return { protocol: "Socket.IO", from: "server", text: refused.message };
  // Whoever leaves says so by the same packets: the client's are a goodbye.
  if (session.socketIo.some(({ disconnected }) => isLast(disconnected)))
    return { protocol: "Socket.IO", from: "server", text: "DISCONNECT" };
  return isLast(session.engineIo?.closed) ? { protocol: "Engine.IO", from: "server", text: "close" } : null;
}
