import type { Side } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { directionOf } from "../reading/reading.ts";
import { isAiohttp } from "../timers/library-timers.ts";

/**
 * Its application called close() with this code: who fails a connection (RFC 6455 §7.1.7) does not wait for the answer and is
 * told 1006. aiohttp waits for it then as well, so of aiohttp that says nothing.
 */
export function closedItself(connection: ConnectionFacts, side: Side): boolean {
  const { webSocket, close } = connection;
  const own = webSocket?.closeFrames[directionOf(side)];
  const told = side === "client" ? close.clientSees : close.serverSees;
  return own != null && told !== null && told.code === own.code && !isAiohttp(connection, side);
}
