import type { ConnectionFacts } from "../../store/types.ts";
import { pingTimes } from "./heartbeat-row.ts";

const LEVELS = "▁▂▃▄▅▆▇█";

export interface SparkCell {
  readonly sign: string;
  readonly kind: "traffic" | "answered" | "missing";
}

/** Packets over the life of a connection: where pings were answered, and × for one that nobody answered. */
export function sparkline(facts: ConnectionFacts, width: number): SparkCell[] {
  const { activity, first, last, webSocket } = facts;
  const bins = activity.packets;
  const count = Math.min(width, bins.length);
  if (count === 0) return [];
  const sums = new Array<number>(count).fill(0);
  for (const [index, packets] of bins.entries()) {
    const cell = Math.floor((index * count) / bins.length);
    sums[cell] = (sums[cell] ?? 0) + packets;
  }
  const most = Math.max(...sums);
  const cells = sums.map((sum): SparkCell => {
    if (sum === 0) return { sign: " ", kind: "traffic" };
    const level = Math.round((Math.log1p(sum) / Math.log1p(most)) * (LEVELS.length - 1));
    return { sign: LEVELS[level] ?? "█", kind: "traffic" };
  });
  const spanNs = Math.max(1, bins.length * activity.binNs, last.timestampNs - first.timestampNs);
  const mark = (ns: number, change: (cell: SparkCell) => SparkCell): void => {
    const at = Math.floor(((ns - first.timestampNs) / spanNs) * count);
    const cell = cells[at];
    if (cell !== undefined) cells[at] = change(cell);
  };
  for (const beat of webSocket?.heartbeat ?? []) {
    for (const ns of pingTimes(facts, beat, spanNs / count)) mark(ns, ({ sign }) => ({ sign, kind: "answered" }));
    for (const ping of beat.unanswered) mark(ping.timestampNs, () => ({ sign: "×", kind: "missing" }));
  }
  return cells;
}
