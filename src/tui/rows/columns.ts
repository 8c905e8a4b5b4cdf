import { displayWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import type { Role } from "../palette.ts";
import { addressText, type ConnectionRow, framesOf, lastedNs, pathOf, RANK } from "./connection-row.ts";
import { closerOf, outcomeText } from "./outcome.ts";
import { sparkline } from "./sparkline.ts";

export const columnIds = ["id", "start", "peers", "path", "outcome", "frames", "traffic", "lasted", "closer"] as const;
export type ColumnId = (typeof columnIds)[number];

interface Column {
  readonly id: ColumnId;
  readonly minimum: number;
  /** Takes its share of what is left over. */
  readonly grows: number;
  readonly maximum: number;
  readonly right: boolean;
  /** The lower, the sooner it goes when the screen is narrow. */
  readonly weight: number;
}

const columns: readonly Column[] = [
  { id: "id", minimum: 4, grows: 0, maximum: 4, right: true, weight: 9 },
  { id: "start", minimum: 9, grows: 0, maximum: 9, right: true, weight: 5 },
  { id: "peers", minimum: 15, grows: 4, maximum: 44, right: false, weight: 8 },
  { id: "path", minimum: 6, grows: 1, maximum: 40, right: false, weight: 7 },
  { id: "outcome", minimum: 34, grows: 6, maximum: 200, right: false, weight: 10 },
  { id: "frames", minimum: 11, grows: 0, maximum: 11, right: true, weight: 4 },
  { id: "traffic", minimum: 16, grows: 0, maximum: 16, right: false, weight: 3 },
  { id: "lasted", minimum: 8, grows: 0, maximum: 8, right: true, weight: 6 },
  { id: "closer", minimum: 6, grows: 0, maximum: 6, right: false, weight: 2 },
];

export interface Placed {
  readonly id: ColumnId;
  readonly width: number;
  readonly right: boolean;
}

const GAP = 1;

/** The columns that fitted, in their order, with their widths. */
export function placeColumns(width: number, hidden: ReadonlySet<ColumnId>): Placed[] {
  let chosen = columns.filter(({ id }) => !hidden.has(id));
  const needed = (): number => chosen.reduce((sum, { minimum }) => sum + minimum + GAP, -GAP);
  while (needed() > width && chosen.length > 1) {
    const least = chosen.reduce((a, b) => (b.weight < a.weight ? b : a));
    chosen = chosen.filter((column) => column !== least);
  }
  let left = width - needed();
  const widths = new Map(chosen.map(({ id, minimum }) => [id, minimum]));
  // Several rounds, since some reach their limit.
  for (let round = 0; round < 4 && left > 0; round++) {
    const growing = chosen.filter(({ id, grows, maximum }) => grows > 0 && (widths.get(id) ?? 0) < maximum);
    const shares = growing.reduce((sum, { grows }) => sum + grows, 0);
    const room = left;
    for (const { id, grows, maximum } of growing) {
      const now = widths.get(id) ?? 0;
      const more = Math.min(maximum - now, Math.ceil((room * grows) / shares), left);
      widths.set(id, now + more);
      left -= more;
    }
  }
  return chosen.map(({ id, right }) => ({ id, right, width: widths.get(id) ?? 0 }));
}

export const SIGNS: readonly [string, Role][] = [
  ["✗", "error"],
  ["!", "warning"],
  ["○", "accent"],
  ["✓", "good"],
  ["·", "dim"],
];
export const signOf = (row: ConnectionRow): readonly [string, Role] => SIGNS[row.rank] ?? ["·", "dim"];

/** What stands in a cell, escaped, not yet cut. */
export function cellText(column: ColumnId, row: ConnectionRow, context: Context, width: number): string {
  const { facts } = row;
  const { chrome } = context;
  switch (column) {
    case "id":
      return `#${facts.id}`;
    case "start":
      return `+${(facts.first.timestampNs / 1e9).toFixed(3)}`;
    case "peers":
      return peersText(facts, width);
    case "path":
      return escapeText(pathOf(facts)) || kindText(facts, context);
    case "outcome":
      return outcomeText(row, context);
    case "frames":
      return facts.webSocket === null ? "" : `${framesOf(facts, 0)}↑ ${framesOf(facts, 1)}↓`;
    case "traffic":
      return sparkline(facts, width);
    case "lasted":
      return chrome.duration(lastedNs(facts) / 1e9);
    case "closer": {
      const closer = closerOf(facts);
      return closer === null ? "" : chrome.side[closer];
    }
  }
}

const kindText = ({ kind }: ConnectionFacts, { chrome }: Context): string =>
  kind === "http" || kind === "tls" || kind === "tcp" ? chrome.kind[kind] : "";

/** As much of both ends as there is room for: the client's port goes first, then the server's address. */
function peersText(facts: ConnectionFacts, width: number): string {
  const [client, server] = [addressText(facts.client), addressText(facts.server)];
  const forms = [
    `${client} → ${server}`,
    `${facts.client.address} → ${server}`,
    `${facts.client.address} → :${facts.server.port}`,
    facts.client.address,
  ];
  return forms.find((form) => displayWidth(form) <= width) ?? facts.client.address;
}

export const roleOfCell = (column: ColumnId, row: ConnectionRow): Role => {
  if (column === "outcome")
    return row.rank === RANK.error
      ? "error"
      : row.rank === RANK.warning
        ? "warning"
        : row.rank === RANK.clean
          ? "good"
          : "plain";
  return column === "start" || column === "lasted" || column === "traffic" ? "dim" : "plain";
};
