import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endedBy } from "../reading/ending.ts";
import { directionOf } from "../reading/reading.ts";

// How the sender of an application's heartbeat ends the connection for it.

/** What a library says when it fails a connection for what it got: no patience had run out. */
export const FAILED: ReadonlySet<number | null | undefined> = new Set([1002, 1003, 1007, 1009, 1010]);

export const codeOf = ({ webSocket }: ConnectionFacts, side: Side) => webSocket?.closeFrames[directionOf(side)]?.code;

/** The sender of the heartbeat ended the connection, and not as who merely leaves. */
export function gaveUp(connection: ConnectionFacts, from: Side, isNamed: boolean): Mark | null {
  const code = codeOf(connection, from);
  return code === 1001 || (code === 1000 && !isNamed) ? null : endedBy(connection, from);
}
