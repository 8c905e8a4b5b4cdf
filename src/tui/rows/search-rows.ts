import { type ConnectionDetail, type DetailRow, ROW } from "../../session/detail-types.ts";
import type { Context } from "../context.ts";
import { arrowText, opcodeName, utf8 } from "./frame-words.ts";
import type { LadderItems } from "./ladder-items.ts";

/** Rows that are looked at between two looks at the clock. */
const STRIDE = 64;

export interface RowSearch {
  readonly text: string;
  readonly from: number;
  readonly step: 1 | -1;
  readonly includeHere: boolean;
}

/**
 * The next item that holds a text, around the end; -1: none. Yields now and then, so that whoever runs it can let others
 * have their turn.
 */
export function* findRow(
  detail: ConnectionDetail,
  items: LadderItems,
  { text, from, step, includeHere }: RowSearch,
  context: Context,
): Generator<undefined, number> {
  const wanted = text.toLowerCase();
  const count = items.length;
  for (let tried = includeHere ? 0 : 1; tried <= count; tried++) {
    if (tried % STRIDE === 0) yield;
    const at = (((from + step * tried) % count) + count) % count;
    const row = items[at] ?? -1;
    if (row >= 0 && wordsOf(detail, detail.row(row), context).toLowerCase().includes(wanted)) return at;
  }
  return -1;
}

/** What an arrow stands for: of a message its whole text, as far as memory has it. */
function wordsOf(detail: ConnectionDetail, row: DetailRow, context: Context): string {
  if (row.kind === ROW.frame && row.opcode < 8) {
    const body = row.body === null ? "" : utf8(detail.bodyBytes(row.body.blob) ?? detail.bodyPreview(row.body.blob));
    return `${opcodeName(row.opcode)} ${body}`;
  }
  const { text } = arrowText(detail, row, context);
  if (row.kind !== ROW.request && row.kind !== ROW.response) return text;
  const exchange = detail.legs[row.leg]?.exchanges[row.exchange];
  const head = row.kind === ROW.request ? exchange?.request : exchange?.response;
  return `${text} ${(head?.fields ?? []).map(({ name, value }) => `${name}: ${value}`).join(" ")}`;
}
