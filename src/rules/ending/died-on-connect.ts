import { isBefore, type Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { endOf, spanMs } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** Handlers that look a login up take this long; later a process more likely died of something else. */
const AT_ONCE_MS = 500;

/**
 * The same of a client that polls: the session whose WebSocket was asked for had asked to be let in, and was not answered. For
 * a server that is known to have died.
 */
export function diedAsked(connection: ConnectionFacts, { sessions }: Context): Cause | null {
  const sid = sidIn(handshakeOf(connection)?.request?.target);
  const mates = sid === null ? [] : (sessions().get(sid) ?? []);
  for (const { session } of mates)
    for (const { sid: own, name: namespace, connectRequested: asked, connected } of session?.socketIo ?? []) {
      const afterMs = own === sid && asked !== null && connected === null ? spanMs(asked, endOf(connection)) : -1;
      if (afterMs >= 0 && afterMs <= AT_ONCE_MS) return cause("likely", "connectCrashed", { namespace, afterMs });
    }
  return null;
}

/**
 * The process of a Socket.IO server died right after it had let this client in: what its connection handler throws and nobody
 * catches ends Node (played with NestJS 11, whose handleConnection had thrown a WsException). For a server that is known to
 * have died.
 */
export function diedOnConnect({ session, webSocket, tcp }: ConnectionFacts): Cause | null {
  if (webSocket === null || tcp.closedAt === null) return null;
  let last: (Mark & { readonly namespace: string }) | null = null;
  for (const { name: namespace, connected } of session?.socketIo ?? [])
    if (connected !== null && (last === null || isBefore(last, connected))) last = { ...connected, namespace };
  if (last === null) return null;
  // Whatever came afterwards may be what it died of, or shows that the handler had ended well.
  const [asked, said] = webSocket.lastMessage;
  if ((asked !== null && isBefore(last, asked)) || (said !== null && isBefore(last, said))) return null;
  const afterMs = spanMs(last, tcp.closedAt);
  return afterMs < 0 || afterMs > AT_ONCE_MS
    ? null
    : cause("likely", "connectHandlerThrew", { namespace: last.namespace, afterMs });
}
