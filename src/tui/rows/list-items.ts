import type { Note } from "../../annotations/types.ts";
import type { Snapshot } from "../../session/types.ts";
import type { Context } from "../context.ts";
import { type ColumnId, cellText } from "./columns.ts";
import { addressText, type ConnectionRow, connectionRows, framesOf, lastedNs, pathOf } from "./connection-row.ts";
import { type Filter, type FilterWorld, parseFilter } from "./filter.ts";
import { outcomeText } from "./outcome.ts";

export const groupings = ["none", "client", "server", "finding"] as const;
export type Grouping = (typeof groupings)[number];
export const sortColumns = ["trouble", "id", "start", "client", "server", "path", "frames", "lasted"] as const;
export type SortColumn = (typeof sortColumns)[number];

/** What decides which connections stand in the list and in which order. */
export interface ListQuery {
  readonly filter: string;
  readonly sort: SortColumn;
  readonly descending: boolean;
  readonly grouping: Grouping;
  readonly marked: ReadonlySet<number>;
  readonly notes: readonly Note[];
  readonly payloads: Readonly<Record<string, ReadonlySet<number> | undefined>>;
}

/** A connection, or the head of a group. */
export type ListItem =
  | { readonly kind: "row"; readonly row: ConnectionRow }
  | { readonly kind: "group"; readonly label: string; readonly count: number };

export interface List {
  readonly items: readonly ListItem[];
  readonly filter: Filter;
  /** Connections before filtering. */
  readonly total: number;
}

interface Made {
  readonly snapshot: Snapshot;
  readonly query: ListQuery;
  readonly language: string;
  readonly list: List;
}
let last: Made | null = null;

/** The same list object as long as nothing that it depends on has changed. */
export function listOf(snapshot: Snapshot, query: ListQuery, context: Context): List {
  if (last !== null && last.language === context.language && isSame(last, snapshot, query)) return last.list;
  const list = makeList(snapshot, query, context);
  last = { snapshot, query, language: context.language, list };
  return list;
}

const isSame = ({ snapshot: before, query }: Made, snapshot: Snapshot, now: ListQuery): boolean =>
  before.connections === snapshot.connections &&
  before.findings === snapshot.findings &&
  query.filter === now.filter &&
  query.sort === now.sort &&
  query.descending === now.descending &&
  query.grouping === now.grouping &&
  query.payloads === now.payloads &&
  query.notes === now.notes &&
  (query.marked === now.marked || !now.filter.includes("marked"));

function makeList(snapshot: Snapshot, query: ListQuery, context: Context): List {
  const rows = connectionRows(snapshot);
  const filter = parseFilter(query.filter);
  const world: FilterWorld = { ...query, textOf: (row) => rowText(row, context) };
  const chosen = filter.ok ? rows.filter((row) => filter.matches(row, world)) : [...rows];
  chosen.sort(order(query));
  return { items: grouped(chosen, query.grouping, context), filter, total: rows.length };
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

const keys: Readonly<Record<SortColumn, (row: ConnectionRow) => string | number>> = {
  trouble: ({ rank }) => rank,
  id: ({ facts }) => facts.id,
  start: ({ facts }) => facts.first.timestampNs,
  client: ({ facts }) => facts.client.address,
  server: ({ facts }) => `${facts.server.address} ${String(facts.server.port).padStart(5)}`,
  path: ({ facts }) => pathOf(facts),
  frames: ({ facts }) => framesOf(facts, 0) + framesOf(facts, 1),
  lasted: ({ facts }) => lastedNs(facts),
};

function order({ sort, descending }: ListQuery): (a: ConnectionRow, b: ConnectionRow) => number {
  const key = keys[sort];
  const sign = descending ? -1 : 1;
  return (a, b) => sign * compare(key(a), key(b)) || a.facts.id - b.facts.id;
}

function grouped(rows: readonly ConnectionRow[], grouping: Grouping, context: Context): ListItem[] {
  const item = (row: ConnectionRow): ListItem => ({ kind: "row", row });
  if (grouping === "none") return rows.map(item);
  const groups = new Map<string, ConnectionRow[]>();
  for (const row of rows) {
    const label = labelOf(row, grouping, context);
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [row]);
    else group.push(row);
  }
  return [...groups].flatMap(([label, group]): ListItem[] => [
    { kind: "group", label, count: group.length },
    ...group.map(item),
  ]);
}

function labelOf({ facts, findings }: ConnectionRow, grouping: Grouping, { texts, words }: Context): string {
  if (grouping === "client") return facts.client.address;
  if (grouping === "server") return addressText(facts.server);
  const worst = findings.find(({ severity }) => severity !== "note");
  return worst === undefined ? words.groupFine : `${texts.pages[worst.ruleId].name} (${worst.ruleId})`;
}

const TEXT_COLUMNS: readonly ColumnId[] = ["id", "peers", "path"];

/** What the row says, for searching. */
export const rowText = (row: ConnectionRow, context: Context): string =>
  [
    ...TEXT_COLUMNS.map((column) => cellText(column, row, context, Number.POSITIVE_INFINITY)),
    outcomeText(row, context),
    row.facts.upgrade?.exchange.request?.target ?? "",
    ...row.findings.map(({ ruleId }) => ruleId),
  ].join(" ");
