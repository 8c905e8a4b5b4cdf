import { displayWidth } from "../../base/display-width.ts";
import { escapeText } from "../../base/escape-text.ts";
import { offsetText } from "../../base/time.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cutAddress, secondsWithin } from "../cells.ts";
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
  readonly right: boolean;
  /** The lower, the sooner it goes when the screen is narrow. */
  readonly weight: number;
}

const columns: readonly Column[] = [
  { id: "id", minimum: 4, right: true, weight: 9 },
  { id: "start", minimum: 9, right: true, weight: 5 },
  { id: "peers", minimum: 15, right: false, weight: 8 },
  { id: "path", minimum: 6, right: false, weight: 7 },
  { id: "outcome", minimum: 34, right: false, weight: 10 },
  { id: "frames", minimum: 11, right: true, weight: 4 },
  { id: "traffic", minimum: 16, right: false, weight: 3 },
  { id: "lasted", minimum: 8, right: true, weight: 6 },
  { id: "closer", minimum: 6, right: false, weight: 2 },
];

/** An IPv4 address with its port. */
const WITH_PORT = 21;

/** Who gets what is left over, one after the other, up to what it needs or to the number. */
const GROWING: readonly (readonly [ColumnId, number])[] = [
  ["id", 7],
  ["start", 12],
  ["frames", 16],
  ["lasted", 12],
  ["outcome", 41],
  ["peers", WITH_PORT],
  ["outcome", 90],
  ["path", 24],
  ["peers", 80],
  ["path", 60],
  ["outcome", 200],
];

export interface Placed {
  readonly id: ColumnId;
  readonly width: number;
  readonly right: boolean;
}

/** Columns that the longest text of each column takes. */
export type Needs = Readonly<Record<ColumnId, number>>;

const GAP = 1;
const LEAST_OUTCOME = 20;

/** The columns that fit, in their order, with their widths. Who closed first gives way to the words that say it too. */
export function placeColumns(width: number, hidden: ReadonlySet<ColumnId>, needs: Needs): Placed[] {
  const placed = place(width, hidden, needs, false);
  return isCut(placed, needs) ? place(width, new Set([...hidden, "closer"]), needs, true) : placed;
}

/** What happened or who was there is not all told. */
const isCut = (placed: readonly Placed[], needs: Needs): boolean =>
  placed.some(
    ({ id, width }) =>
      (id === "outcome" && width < needs.outcome) || (id === "peers" && width < Math.min(WITH_PORT, needs.peers)),
  );

/** Where words are cut, these are as wide as their longest text; else they stay as they are while numbers grow. */
const TIGHTENED: readonly ColumnId[] = ["start", "frames", "lasted"];

function place(width: number, hidden: ReadonlySet<ColumnId>, needs: Needs, isTight: boolean): Placed[] {
  const widths = new Map(
    columns.map(({ id, minimum }) => [id, id === "path" ? Math.min(minimum, needs[id]) : minimum]),
  );
  const widthOf = ({ id }: Column): number => widths.get(id) ?? 0;
  let chosen = columns.filter(({ id }) => !hidden.has(id));
  const taken = (): number => chosen.reduce((sum, column) => sum + widthOf(column) + GAP, -GAP);
  // The drawing of the traffic only stays where addresses need not be cut for it.
  const extra = Math.max(0, Math.min(WITH_PORT, needs.peers) - (widths.get("peers") ?? 0));
  const wanted = (): number => taken() + (chosen.some(({ id }) => id === "traffic") ? extra : 0);
  while (wanted() > width && chosen.length > 1) {
    const least = chosen.reduce((a, b) => (b.weight < a.weight ? b : a));
    chosen = chosen.filter((column) => column !== least);
  }
  if (chosen.some(({ id }) => id === "traffic")) widths.set("peers", (widths.get("peers") ?? 0) + extra);
  if (isTight) for (const id of TIGHTENED) widths.set(id, Math.min(widths.get(id) ?? 0, needs[id]));
  // Where nothing long has happened, addresses and paths get the room; no further column does.
  widths.set("outcome", Math.min(widths.get("outcome") ?? 0, Math.max(LEAST_OUTCOME, needs.outcome)));
  let left = width - taken();
  for (const [growing, most] of GROWING) {
    const column = chosen.find(({ id }) => id === growing);
    if (column === undefined) continue;
    const more = Math.max(0, Math.min(left, Math.min(most, needs[growing]) - widthOf(column)));
    widths.set(growing, widthOf(column) + more);
    left -= more;
  }
  return chosen.map((column) => ({ id: column.id, right: column.right, width: widthOf(column) }));
}

/** Rows that are measured: of a long list some of each part, so that columns stay where they are while one scrolls. */
const MEASURED = 400;

const MEASURED_COLUMNS: readonly ColumnId[] = ["id", "start", "frames", "lasted", "outcome", "path", "peers"];

export function needsOf(rows: readonly ConnectionRow[], context: Context): Needs {
  const step = Math.max(1, Math.floor(rows.length / MEASURED));
  const needs = Object.fromEntries(columnIds.map((id) => [id, displayWidth(context.words.columns[id])])) as Record<
    ColumnId,
    number
  >;
  for (let at = 0; at < rows.length; at += step) {
    const row = rows[at];
    if (row === undefined) continue;
    for (const id of MEASURED_COLUMNS)
      needs[id] = Math.max(needs[id], displayWidth(cellText(id, row, context, Number.MAX_SAFE_INTEGER)));
  }
  return needs;
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
      return secondsWithin(offsetText(row.startNs), width);
    case "peers":
      return peersText(row, width);
    case "path":
      return escapeText(pathOf(facts)) || kindText(facts, context);
    case "outcome":
      return outcomeText(row, context);
    case "frames":
      return facts.webSocket === null ? "" : `${framesOf(facts, 0)}↑ ${framesOf(facts, 1)}↓`;
    case "traffic":
      return sparkline(facts, width)
        .map(({ sign }) => sign)
        .join("");
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

/**
 * As much of both ends as there is room for: the client's port goes first, then the server's address. Where clients have
 * one address (a gateway, a proxy, a test on one machine) the port stays, and the front of the address goes last.
 */
function peersText({ facts, sharesClient }: ConnectionRow, width: number): string {
  const [client, server] = [addressText(facts.client), addressText(facts.server)];
  const short = sharesClient ? client : facts.client.address;
  const forms = [`${client} → ${server}`, `${short} → ${server}`, `${short} → :${facts.server.port}`, short];
  const fitting = forms.find((form) => displayWidth(form) <= width);
  if (fitting !== undefined) return fitting;
  return sharesClient ? cutAddress(short, width) : short;
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
