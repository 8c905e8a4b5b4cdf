import type { Direction } from "../../base/brand.ts";
import { NO_CODE } from "../../base/no-code.ts";
import { isBefore } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";

export interface FirstClose {
  readonly close: CloseFrameFacts;
  readonly direction: Direction;
}

/** The Close that began the closing handshake; the answer merely repeats its code. */
export function firstClose(connection: ConnectionFacts): FirstClose | null {
  const [client, server] = connection.webSocket?.closeFrames ?? [null, null];
  if (client && (!server || !isBefore(server, client))) return { close: client, direction: 0 };
  return server ? { close: server, direction: 1 } : null;
}

const NORMAL = 1000;

/** All is well, says the code alone. */
export const isNormalCode = (code: number | null): boolean => code === null || code === NORMAL || code === NO_CODE;

export const closeCodeOf = ({ code }: CloseFrameFacts): number => code ?? NO_CODE;
