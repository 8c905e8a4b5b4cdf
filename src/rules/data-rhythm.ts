import { type Direction, otherDirection } from "../base/brand.ts";
import type { ConnectionFacts } from "../store/types.ts";
import { spanMs } from "./reading.ts";

/** A side that had sent messages at a steady pace, and then none any more. */
export interface DataStop {
  readonly intervalMs: number;
  readonly silentMs: number;
}

const LEAST_MESSAGES = 8;
/** How far the longest gap may be from the usual one: people and page loads are not that even. */
const EVEN_TIMES = 4;
const SILENT_TIMES = 8;
const LEAST_SILENCE_MS = 2000;
/** Who had been at it for a fraction of the silence only may just have been done. */
const TALKED_SHARE = 0.1;

/** The steady pace of this side's messages, and for how long they are missing; null: it may just have had nothing to say. */
export function stoppedTalking({ webSocket }: ConnectionFacts, direction: Direction, untilNs: number): DataStop | null {
  const last = webSocket?.lastMessage[direction] ?? null;
  if (webSocket === null || last === null) return null;
  const { text, binary } = webSocket.messages[direction];
  const talkedMs = spanMs(webSocket.openedAt, last);
  const intervalMs = talkedMs / (text + binary);
  const silentMs = (untilNs - last.timestampNs) / 1e6;
  if (text + binary < LEAST_MESSAGES || webSocket.longestMessageGapNs[direction] > EVEN_TIMES * intervalMs * 1e6)
    return null;
  if (silentMs < Math.max(LEAST_SILENCE_MS, SILENT_TIMES * intervalMs) || talkedMs < TALKED_SHARE * silentMs)
    return null;
  return { intervalMs, silentMs };
}

/** The same, of a side whose messages were no answers: those stop with the questions. */
export function stoppedPublishing(connection: ConnectionFacts, direction: Direction, untilNs: number): DataStop | null {
  const [own, peers] = [direction, otherDirection(direction)].map((side) => {
    const { text, binary } = connection.webSocket?.messages[side] ?? { text: 0, binary: 0 };
    return text + binary;
  });
  return (own ?? 0) > 2 * (peers ?? 0) ? stoppedTalking(connection, direction, untilNs) : null;
}

/** One pause far longer than all others between this side's messages; 0: there was none. */
export function pausedMs({ webSocket }: ConnectionFacts, direction: Direction): number {
  const last = webSocket?.lastMessage[direction] ?? null;
  if (webSocket === null || last === null) return 0;
  const { text, binary } = webSocket.messages[direction];
  const pauseMs = webSocket.longestMessageGapNs[direction] / 1e6;
  const otherwiseMs = (spanMs(webSocket.openedAt, last) - pauseMs) / (text + binary);
  return pauseMs >= Math.max(LEAST_SILENCE_MS, SILENT_TIMES * otherwiseMs) ? pauseMs : 0;
}
