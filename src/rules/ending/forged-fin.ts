import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { TcpEvent } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { directionOf, otherSide } from "../reading/reading.ts";
import type { EvidenceItem } from "../types.ts";

/**
 * Data that begins at the number of its sender's FIN: the host whose name the FIN bears knows nothing of it (RFC 9293 §3.4).
 * The FIN may be in the capture, or only be known by the peer's acknowledgment of it.
 */
export const sentForFin = ({ tcp }: ConnectionFacts): TcpEvent | null =>
  tcp.ending === "fin" ? (tcp.events.find(({ kind }) => kind === "data-for-fin") ?? null) : null;

/** What comes so long after the end is not the end. */
const AT_END_NS = 1e9;

/** A FIN at the end which its sender's system, that stamps each of its packets, cannot have sent (RFC 7323 §3.2). */
const unstamped = ({ tcp: { events, closedAt } }: ConnectionFacts): TcpEvent | null =>
  events.find(
    ({ kind, timestampNs }) =>
      kind === "fin-unstamped" && closedAt !== null && timestampNs - closedAt.timestampNs <= AT_END_NS,
  ) ?? null;

/** Somebody between both ended the connection in the name of one of them, by a FIN as others do by an RST. */
export function forgedFin(
  connection: ConnectionFacts,
  closer: Side,
  { at, evidence }: { readonly at: Mark; readonly evidence: readonly (EvidenceItem | null)[] },
): Draft | null {
  const data = sentForFin(connection);
  const shown = data ?? unstamped(connection);
  if (shown === null) return null;
  const { close, server, tls } = connection;
  const { from } = shown;
  const codes = { clientCode: close.clientSees?.code, serverCode: close.serverSees?.code };
  const parts = {
    at,
    confidence: "likely",
    evidence: [...evidence, shows(shown, data === null ? "finUnstamped" : "dataForFin", { from })],
    causes: [
      cause("likely", "injectingBox", { port: tls === null ? server.port : null }),
      cause("possible", "proxyInPath", {}),
    ],
  } as const;
  if (data === null) return draft("ws.close.no-close-frame", "unstampedFin", { ...parts, args: { from, ...codes } });
  if (from === closer) return draft("ws.close.no-close-frame", "forgedFin", { ...parts, args: { from, ...codes } });
  // The capture stands on the other side of who forged it: here is only how the one who got it answered.
  const { fin } = connection.tcp.halves[directionOf(closer)];
  if (fin === null || from !== otherSide(closer)) return null;
  return draft("ws.close.no-close-frame", "answeredForgedFin", { ...parts, args: { from, closer, ...codes } });
}
