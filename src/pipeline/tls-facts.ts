import { u8 } from "../base/bytes.ts";
import type { NotHttpFacts, TlsFacts } from "../store/types.ts";

/** RFC 8446 §5.1: content types change_cipher_spec … heartbeat, and a record version of SSL 3 or TLS. */
export function isTlsRecord(bytes: Uint8Array): boolean {
  const type = u8(bytes, 0);
  return bytes.length >= 3 && type >= 20 && type <= 24 && u8(bytes, 1) === 3 && u8(bytes, 2) <= 4;
}

/** null: neither side speaks TLS. */
export function tlsFacts(notHttp: readonly [NotHttpFacts | null, NotHttpFacts | null]): TlsFacts | null {
  const [client, server] = notHttp.map((seen) => (seen !== null && isTlsRecord(seen.firstBytes) ? seen : null));
  if (client == null && server == null) return null;
  return {
    serverName: null,
    applicationProtocols: [],
    clientVersion: null,
    negotiatedVersion: null,
    clientHello: client == null ? null : { packet: client.packet, timestampNs: client.timestampNs },
    serverHello: server == null ? null : { packet: server.packet, timestampNs: server.timestampNs },
    handshakeComplete: false,
    alerts: [],
    applicationDataBytes: [0, 0],
  };
}
