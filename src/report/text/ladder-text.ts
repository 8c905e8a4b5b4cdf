import { displayWidth, padStartToWidth, padToWidth, truncateToWidth } from "../../base/display-width.ts";
import { offsetText } from "../../base/time.ts";
import type { ShareWords } from "../../i18n/share/words.ts";
import type { Ladder, LadderArrow, Units } from "../ladder.ts";

const SPAN = 56;

/** The ladder as a drawing in a fixed-width font, at most 80 columns wide. */
export function ladderText(ladder: Ladder, words: ShareWords, units: Units): string[] {
  const head = `${padStartToWidth(words.headers.packet, 7)} ${padStartToWidth(words.headers.time, 10)} `;
  const indent = " ".repeat(displayWidth(head));
  const peers = `${words.sender.client} ${ladder.client}`;
  const other = `${words.sender.server} ${ladder.server}`;
  const room = SPAN + 2;
  const isNarrow = displayWidth(peers) + displayWidth(other) + 2 > room;
  const lines = isNarrow
    ? [`${head}${peers}`, `${indent}${padStartToWidth(other, room)}`]
    : [`${head}${padToWidth(peers, room - displayWidth(other))}${other}`];
  for (const row of ladder.rows) {
    if (row.kind === "gap") {
      lines.push(`${indent}┊${centred(truncateToWidth(`· ${row.say(words, units)} ·`, SPAN), SPAN, " ")}┊`);
      continue;
    }
    const packet = String(row.packet).padStart(7);
    const time = offsetText(row.timestampNs).padStart(10);
    lines.push(`${packet} ${time} │${arrow(row, words)}│`);
  }
  return lines;
}

function arrow(row: LadderArrow, words: ShareWords): string {
  const remark = row.remark?.(words) ?? "";
  const mark = row.tone === "error" ? "✗ " : row.tone === "warning" ? "! " : "";
  const said = [`${mark}${row.label}`, remark].filter((part) => part.trim() !== "").join(row.label === "" ? "" : ": ");
  const label = ` ${truncateToWidth(said, SPAN - 8)} `;
  return row.from === "client" ? `${centred(label, SPAN - 1, "─")}▶` : `◀${centred(label, SPAN - 1, "─")}`;
}

function centred(text: string, width: number, fill: string): string {
  const spare = Math.max(0, width - displayWidth(text));
  const left = spare >> 1;
  return fill.repeat(left) + text + fill.repeat(spare - left);
}
