import type { ResetFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { spanMs } from "../reading/reading.ts";

// What an RST tells of who sent it, by itself.

/** A connection whose RSTs are told: a WebSocket, or what was meant as one. */
export const carriesUpgrade = (connection: ConnectionFacts): boolean =>
  connection.webSocket !== null || (connection.upgrade !== null && connection.upgrade.otherProtocol === null);

/** It came from nearer by than what the host sends: a device in between answered in its place. */
export const isNearer = ({ hopLimit, usualHopLimit }: ResetFacts): boolean =>
  usualHopLimit !== null && hopLimit > usualHopLimit;

/** An answer comes within a round trip; on a LAN the machines themselves take longer. */
const PROMPT_TIMES = 1.5;
const PROMPT_MS = 5;

/**
 * RFC 9293 §3.10.7.1: so a system answers that has no such connection, and so does a packet filter that rejects: at once,
 * with the number that was acknowledged to it and no acknowledgment. Who forges speaks unasked, or more than once.
 */
export function isPlainAnswer(reset: ResetFacts, { tcp }: ConnectionFacts): boolean {
  if (reset.answers === null || reset.hasAck || reset.payloadBytes > 0) return false;
  const promptMs = Math.max(PROMPT_MS, PROMPT_TIMES * (tcp.roundTripMs ?? 0));
  return (
    spanMs(reset.answers, reset) <= promptMs &&
    tcp.resets.every((other) => other.from !== reset.from || (other.answers !== null && !other.hasAck))
  );
}
