import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import { catalogue } from "../catalogue/catalogue.ts";
import { serverStandstill } from "../catalogue/running/standstill.ts";
import type { Context } from "../context/context.ts";
import { serverOf } from "../reading/reading.ts";
import { keyOf } from "./leads.ts";
import { type Standstill, speechOf, standstillsOf } from "./standstill-groups.ts";
import { isHeardIn, type Sign, signOf } from "./standstill-signs.ts";
import { heartbeatAmong, standstillDraft } from "./standstill-told.ts";
import type { Judged } from "./story.ts";

/**
 * A server that stands still says nothing to anybody: clients give up, each by its own patience, requests wait, and when it goes
 * on it may find its clients too old. One event, which is told as what it is; what it did to each of them follows.
 */
export function asOneStandstill(judged: readonly Judged[], context: Context): readonly Judged[] {
  const signs = new Map<string, Sign[]>();
  for (const item of judged) {
    const sign = signOf(item, context);
    if (sign !== null) appendTo(signs, serverOf(sign.connection), sign);
  }
  const several = new Map([...signs].filter(([, ofServer]) => ofServer.length > 1));
  if (several.size === 0) return judged;
  const speech = speechOf(new Set(several.keys()), context);
  const added: Judged[] = [];
  const roots = new Map<Judged, Judged>();
  const folded = new Map<Judged, Judged>();
  for (const [server, ofServer] of several)
    for (const standstill of standstillsOf(ofServer, speech.get(server) ?? { words: [], spans: [] })) {
      const seen = membersOf(standstill, context);
      if (seen.size < 2) continue;
      const { signs: all } = standstill;
      const own = tellsItself(all);
      if (own !== null || isProgram(standstill)) {
        const leads = own === null ? leadsOf(standstill, seen, context) : [];
        const lead = own ?? leads[0];
        if (lead === undefined) continue;
        added.push(...leads);
        for (const { item } of all) if (item !== own) roots.set(item, lead);
      } else if (areAlike(all)) foldInto(folded, all);
    }
  return [...added, ...follow(judged, roots)].map((item): Judged => {
    const lead = folded.get(item);
    return lead === undefined ? item : { ...item, lead };
  });
}

/** By the nearest copy of each connection. */
function membersOf({ signs }: Standstill, { joins }: Context): Map<ConnectionId, Sign> {
  const seen = new Map<ConnectionId, Sign>();
  for (const sign of signs) {
    const id = joins.copyOf.get(sign.connection.id) ?? sign.connection.id;
    if (!seen.has(id)) seen.set(id, sign);
  }
  return seen;
}

/** It owed somebody a word, and its system went on. */
const isProgram = ({ signs, sinceNs, untilNs }: Standstill): boolean =>
  signs.some(({ isOwed }) => isOwed) && signs.some((sign) => isHeardIn(sign, sinceNs, untilNs));

/** Of one client's missing Socket.IO pings, and its requests since, the former are the story. */
function tellsItself(signs: readonly Sign[]): Judged | null {
  const [first, ...more] = signs.filter(({ kind }) => kind !== "request");
  return first !== undefined && more.length === 0 && first.item.draft.ruleId === "eio.pong.missing" ? first.item : null;
}

const areAlike = ([first, ...more]: readonly Sign[]): boolean =>
  more.every(
    ({ item: { draft, severity } }) =>
      draft.ruleId === first?.item.draft.ruleId &&
      draft.variant === first.item.draft.variant &&
      severity === first.item.severity,
  );

/** The same, seen by several: the first tells it. */
function foldInto(folded: Map<Judged, Judged>, [first, ...more]: readonly Sign[]): void {
  if (first !== undefined) for (const { item } of more) folded.set(item, first.item);
}

/** The finding, and each connection that shows it. */
function leadsOf(standstill: Standstill, seen: ReadonlyMap<ConnectionId, Sign>, context: Context): Judged[] {
  const all = [...seen.values()];
  const told = heartbeatAmong(all);
  const first = told?.sign ?? all[0];
  if (first === undefined) return [];
  const more = all.filter((sign) => sign !== first);
  const { rule, order } =
    told === null ? { rule: serverStandstill, order: catalogue.indexOf(serverStandstill) } : first.item;
  const lead: Judged = {
    draft: standstillDraft(told?.by ?? "app.standstill", standstill, [first, ...more], context),
    rule,
    order,
    connection: first.connection,
    aheadNs: first.item.aheadNs,
    severity: standstill.signs.some(({ item }) => item.severity === "error") ? "error" : "warning",
    root: null,
  };
  return [lead, ...more.map(({ connection, item: { aheadNs } }) => ({ ...lead, connection, aheadNs, lead }))];
}

/** They are its consequences, with what was told by them or followed from them. */
function follow(judged: readonly Judged[], roots: ReadonlyMap<Judged, Judged>): readonly Judged[] {
  if (roots.size === 0) return judged;
  const byKey = new Map([...roots].map(([item, root]) => [keyOf(item), root]));
  return judged.map((item): Judged => {
    const { lead, ...alone } = item;
    const own = roots.get(item) ?? (lead && roots.get(lead));
    if (own !== undefined) return { ...alone, severity: "note", root: own };
    const root = item.root === null ? undefined : byKey.get(keyOf(item.root));
    return root === undefined ? item : { ...item, root };
  });
}
