import type { Direction } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endOf, spanMs } from "../reading/reading.ts";

/** As long as a heartbeat may wait. */
const LONG_MESSAGE_MS = 5000;

/** It hung up in the middle of a message of its own that had been under way for long: its pings had to wait behind that. */
export function isBehindMessage(connection: ConnectionFacts, direction: Direction): boolean {
  const { webSocket } = connection;
  const message = webSocket?.unfinishedMessage[direction] ?? null;
  if (message === null || webSocket?.incompleteFrameBytes[direction] === 0) return false;
  return spanMs(message, endOf(connection)) >= LONG_MESSAGE_MS;
}
