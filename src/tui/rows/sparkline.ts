import type { ConnectionFacts } from "../../store/types.ts";

const LEVELS = "▁▂▃▄▅▆▇█";

/** Packets over the life of a connection; a ping that nobody answered stands out as ×. */
export function sparkline({ activity, first, last, webSocket }: ConnectionFacts, width: number): string {
  const bins = activity.packets;
  const cells = Math.min(width, bins.length);
  if (cells === 0) return "";
  const sums = new Array<number>(cells).fill(0);
  for (const [index, count] of bins.entries()) {
    const cell = Math.floor((index * cells) / bins.length);
    sums[cell] = (sums[cell] ?? 0) + count;
  }
  const most = Math.max(...sums);
  const characters = sums.map((sum) => {
    if (sum === 0) return " ";
    const level = Math.round((Math.log1p(sum) / Math.log1p(most)) * (LEVELS.length - 1));
    return LEVELS[level] ?? "█";
  });
  const spanNs = Math.max(1, bins.length * activity.binNs, last.timestampNs - first.timestampNs);
  for (const beat of webSocket?.heartbeat ?? []) {
    for (const ping of beat.unanswered) {
      const cell = Math.floor(((ping.timestampNs - first.timestampNs) / spanNs) * cells);
      if (cell >= 0 && cell < cells) characters[cell] = "×";
    }
  }
  return characters.join("");
}
