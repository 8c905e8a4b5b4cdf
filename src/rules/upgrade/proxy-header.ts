import type { ConnectionFacts } from "../../store/types.ts";
import { cause } from "../draft.ts";
import { serverOf } from "../reading/reading.ts";
import type { Cause } from "../types.ts";

/** Of servers that do not expect it, what came before the request spoils the request. */
export const unreadProxyHeader = (connection: ConnectionFacts): Cause | false =>
  connection.proxyHeader !== null &&
  cause("likely", "proxyHeaderUnread", { backend: serverOf(connection), proxy: connection.client.address });
