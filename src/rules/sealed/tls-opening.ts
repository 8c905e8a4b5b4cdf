import { isBefore } from "../../base/packet-view.ts";
import type { ResetFacts } from "../../store/tcp-types.ts";
import type { TlsFacts } from "../../store/tls-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";

// TLS that had begun, and was not up yet when its connection came to an end.

type Opening = ConnectionFacts & {
  readonly tls: TlsFacts & { readonly clientHello: NonNullable<TlsFacts["clientHello"]> };
};

/** Nobody has asked for anything inside it. */
export const isOpeningTls = (connection: ConnectionFacts): connection is Opening =>
  connection.tls !== null && connection.tls.clientHello !== null && !connection.tls.handshakeComplete;

/** Cut off by an RST that, by its looks, its sender did not send; null: it was not, or one of them had said why already. */
export function forgedOnOpening(connection: ConnectionFacts): ResetFacts | null {
  if (!isOpeningTls(connection)) return null;
  const { tls, tcp } = connection;
  const reset = tcp.resets.find(
    ({ likelyInjected, ignored, state, afterFin }) => likelyInjected && !ignored && !afterFin && state !== "opening",
  );
  return reset === undefined || tls.alerts.some((alert) => isBefore(alert, reset)) ? null : reset;
}

/** It came on the client's hello, before the server's: what the client had said so far is its hello alone. */
export const isOnHello = ({ tls }: ConnectionFacts, reset: ResetFacts): boolean =>
  tls !== null &&
  tls.clientHello !== null &&
  isBefore(tls.clientHello, reset) &&
  (tls.serverHello === null || isBefore(reset, tls.serverHello));
