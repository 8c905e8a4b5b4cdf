import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isTlsRecord } from "./protocol-names.ts";

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;

/** A record with another message, such as a ClientKeyExchange, is the middle of a handshake (RFC 5246 §7.4). */
const beginsHello = (bytes: Uint8Array): boolean =>
  isTlsRecord(bytes) &&
  bytes[0] === HANDSHAKE &&
  (bytes.length <= RECORD_HEADER_BYTES || bytes[RECORD_HEADER_BYTES] === CLIENT_HELLO);

/** A TLS hello, also where it is all that was understood. */
export function clientHelloOf({ tls, notHttp }: ConnectionFacts): Mark | null {
  const first = notHttp[0];
  return tls?.clientHello ?? (first !== null && beginsHello(first.firstBytes) ? first : null);
}

/** It was answered by something that is not TLS. */
export const meetsNoTls = (connection: ConnectionFacts): boolean =>
  clientHelloOf(connection) !== null &&
  !connection.tls?.serverHello &&
  connection.exchanges.some(({ response }) => response !== null);
