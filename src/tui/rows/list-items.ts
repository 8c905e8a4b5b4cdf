import type { Note } from "../../annotations/types.ts";
import { appendTo } from "../../base/append-to.ts";
import { escapeText } from "../../base/escape-text.ts";
import type { Snapshot } from "../../session/types.ts";
import type { Context } from "../context.ts";
import { addressText, type ConnectionRow, connectionRows, framesOf, lastedNs, pathOf } from "./connection-row.ts";
import { type Filter, type FilterWorld, parseFilter } from "./filter.ts";
import { outcomeText } from "./outcome.ts";
import { SEVERITY_RANKS, severityRank } from "./severity.ts";

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
  const chosen = filter.ok && query.filter !== "" ? rows.filter((row) => filter.matches(row, world)) : rows;
  return { items: grouped(sorted(chosen, query), query.grouping, context), filter, total: rows.length };
}

const sortKeys: Readonly<Record<SortColumn, (row: ConnectionRow) => string | number>> = {
  // Of two that failed, the one that a finding explains comes first: its cause is what is looked for.
  trouble: ({ rank, findings }) => rank * SEVERITY_RANKS + severityRank(findings[0]),
  id: ({ facts }) => facts.id,
  start: ({ startNs }) => startNs,
  client: ({ facts }) => facts.client.address,
  server: ({ facts }) => `${facts.server.address} ${String(facts.server.port).padStart(5)}`,
  path: ({ facts }) => pathOf(facts),
  frames: ({ facts }) => framesOf(facts, 0) + framesOf(facts, 1),
  lasted: ({ facts }) => lastedNs(facts),
};

/** Each key is made once. */
function sorted(rows: readonly ConnectionRow[], { sort, descending }: ListQuery): ConnectionRow[] {
  const keyOf = sortKeys[sort];
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: keyOf(row), id: row.facts.id }))
    .sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.id - b.id))
    .map(({ row }) => row);
}

function grouped(rows: readonly ConnectionRow[], grouping: Grouping, context: Context): ListItem[] {
  const item = (row: ConnectionRow): ListItem => ({ kind: "row", row });
  if (grouping === "none") return rows.map(item);
  const groups = new Map<string, ConnectionRow[]>();
  for (const row of rows) {
    const label = labelOf(row, grouping, context);
    appendTo(groups, label, row);
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

const texts = new WeakMap<ConnectionRow, { readonly words: Context["words"]; readonly text: string }>();

/** What the row says, for searching, in small letters; made once. */
export function rowText(row: ConnectionRow, context: Context): string {
  const known = texts.get(row);
  if (known?.words === context.words) return known.text;
  const { facts, findings } = row;
  const text = [
    `#${facts.id} ${addressText(facts.client)} → ${addressText(facts.server)}`,
    escapeText(pathOf(facts)),
    outcomeText(row, context),
    facts.upgrade?.exchange.request?.target ?? "",
    ...findings.map(({ ruleId }) => ruleId),
  ]
    .join(" ")
    .toLowerCase();
  texts.set(row, { words: context.words, text });
  return text;
}
