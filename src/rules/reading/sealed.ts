import type { TlsFacts, TlsRhythm } from "../../store/tls-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";

/** The ports that were asked for; empty: none in particular. */
interface Asked {
  readonly ports: readonly number[];
}

/** What is taken for a WebSocket inside TLS without its keys, by when and in what sizes its records came. */
export interface Sealed {
  readonly tls: TlsFacts;
  readonly rhythm: TlsRhythm;
  /** `weak`: it may as well be an ordinary HTTPS connection, and is looked at only because its port was asked for. */
  readonly belief: "strong" | "fair" | "weak";
}

/** Ports on which other protocols than HTTP run inside TLS (IANA, and what products use). */
const OTHERS_PORTS: ReadonlySet<number> = new Set([
  ...[22, 465, 587, 636, 853, 989, 990, 992, 993, 994, 995, 1433, 2376, 3268, 3269, 3306, 3389, 5061, 5223, 5228, 5229],
  ...[5230, 5349, 5432, 5671, 6379, 6380, 6443, 6697, 8883, 9093, 9094, 10250, 27017],
]);
const HTTPS_PORTS: ReadonlySet<number> = new Set([443, 8443, 9443, 4443]);

const LEAST_SMALL_TURNS = 2;
const LEAST_UNASKED_OF_CLIENT = 3;
const LEAST_UNASKED_OF_SERVER = 4;
/** A 101 with its fields, and the session tickets of TLS 1.3 that may come with it. */
const MOST_101_BYTES = 1200;

/**
 * A browser offers HTTP/1.1 alone (RFC 7301) where it wants a WebSocket, and HTTP/2 too where it wants a page; most other
 * clients say nothing.
 */
const mayBeWebSocket = ({ applicationProtocols, applicationProtocol }: TlsFacts): boolean =>
  (applicationProtocol === null || applicationProtocol === "http/1.1") &&
  (applicationProtocols.length === 0 ||
    (applicationProtocols.includes("http/1.1") && !applicationProtocols.includes("h2")));

/** What its port and its ALPN tell, before anything else is known. */
export const mayCarryWebSocket = ({ tls, server }: ConnectionFacts, { ports }: Asked): boolean =>
  tls !== null && mayBeWebSocket(tls) && (ports.length > 0 || !OTHERS_PORTS.has(server.port));

/** Nobody can look into it, and it may as well be anything else. */
export const maySealWebSocket = (connection: ConnectionFacts, asked: Asked): boolean => {
  const { tls, webSocket, upgrade } = connection;
  if (tls === null || tls.decrypted || webSocket !== null || upgrade !== null) return false;
  return (tls.clientHello === null || tls.handshakeComplete) && mayCarryWebSocket(connection, asked);
};

const isLike101 = ({ answerBytes }: TlsRhythm): boolean => answerBytes !== null && answerBytes <= MOST_101_BYTES;

/** Requests and responses take turns, and are larger. */
const looksLikeOne = ({ byBrowser, applicationProtocols, rhythm }: TlsFacts): boolean =>
  rhythm !== null &&
  (rhythm.smallTurns >= (isLike101(rhythm) ? 1 : LEAST_SMALL_TURNS) ||
    rhythm.unasked[0] >= LEAST_UNASKED_OF_CLIENT ||
    rhythm.unasked[1] >= LEAST_UNASKED_OF_SERVER ||
    // For pages a browser offers HTTP/2.
    (byBrowser && applicationProtocols.length === 1 && isLike101(rhythm)));

/** null: it can be read, is no TLS, or looks like anything but a WebSocket. */
export function sealedOf({ tls, webSocket, upgrade, server, tcp }: ConnectionFacts, { ports }: Asked): Sealed | null {
  if (tls === null || tls.decrypted || tls.rhythm === null || webSocket !== null || upgrade !== null) return null;
  const { rhythm } = tls;
  if (tcp.oneWay || (tls.clientHello !== null && !tls.handshakeComplete) || !mayBeWebSocket(tls)) return null;
  const isAsked = ports.length > 0;
  if (!isAsked && OTHERS_PORTS.has(server.port)) return null;
  if (looksLikeOne(tls)) {
    const isHttp = isAsked || HTTPS_PORTS.has(server.port) || tls.applicationProtocols.includes("http/1.1");
    return { tls, rhythm, belief: isHttp ? "strong" : "fair" };
  }
  return isAsked && isLike101(rhythm) ? { tls, rhythm, belief: "weak" } : null;
}

/** Taken for a WebSocket for good reasons: what cuts it off is worth an error, or at least a warning. */
export const looksLikeWebSocket = (connection: ConnectionFacts, context: Asked): boolean => {
  const sealed = sealedOf(connection, context);
  return sealed !== null && sealed.belief !== "weak";
};

/** How many records each side sent: what the belief rests on. */
export const recordCounts = ({
  rhythm,
}: Sealed): { readonly clientRecords: number; readonly serverRecords: number } => ({
  clientRecords: rhythm.records[0],
  serverRecords: rhythm.records[1],
});
