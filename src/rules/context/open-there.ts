import { firstIndex } from "../../base/first-index.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { serverOf } from "../reading/reading.ts";
import type { Context } from "./context.ts";

/** WebSockets that were open at the same endpoint when this one was turned away. */
export function openThere(
  connection: ConnectionFacts,
  context: Context,
  at: number = connection.first.timestampNs,
): number {
  const lifetimes = context.others().lifetimes.get(serverOf(connection));
  if (lifetimes === undefined) return 0;
  const { openedNs, lastNs } = lifetimes;
  const opened = firstIndex(openedNs.length, (index) => (openedNs[index] as number) >= at);
  const gone = firstIndex(lastNs.length, (index) => (lastNs[index] as number) > at);
  return Math.max(0, opened - gone);
}
