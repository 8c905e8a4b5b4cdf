import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isTlsRecord } from "./protocol-names.ts";

/** A TLS hello, also where it is all that was understood. */
export function clientHelloOf({ tls, notHttp }: ConnectionFacts): Mark | null {
  const first = notHttp[0];
  return (
    tls?.clientHello ?? (first !== null && first.firstBytes[0] === 0x16 && isTlsRecord(first.firstBytes) ? first : null)
  );
}

/** It was answered by something that is not TLS. */
export const meetsNoTls = (connection: ConnectionFacts): boolean =>
  clientHelloOf(connection) !== null &&
  !connection.tls?.serverHello &&
  connection.exchanges.some(({ response }) => response !== null);
