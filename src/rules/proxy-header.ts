import type { ConnectionFacts } from "../store/types.ts";
import { serverOf } from "./reading.ts";
import { cause } from "./rule.ts";
import type { Cause } from "./types.ts";

/** Of servers that do not expect it, what came before the request spoils the request. */
export const unreadProxyHeader = (connection: ConnectionFacts): Cause | false =>
  connection.proxyHeader !== null &&
  cause("likely", "proxyHeaderUnread", { backend: serverOf(connection), proxy: connection.client.address });
