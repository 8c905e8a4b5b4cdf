import { appendTo } from "../../base/append-to.ts";
import type { Context } from "../context/context.ts";
import { endOf, hostsOf } from "../reading/reading.ts";
import { stallsOf } from "../reading/stall.ts";
import type { Cause, EvidenceItem, RuleId } from "../types.ts";
import { keyOf, toldByLeads } from "./leads.ts";
import type { Judged } from "./story.ts";

/** By these rules a connection tells that the path let nothing through. */
const OF_AN_OUTAGE: ReadonlySet<RuleId> = new Set([
  "tcp.path.blackhole",
  "ws.pong.missing",
  "ws.close.no-close-frame",
  "tcp.rst",
]);
const OUTAGES: ReadonlySet<Cause["id"]> = new Set([
  "pathInterrupted",
  "peerVanished",
  "pathDied",
  "pathStateLost",
  "lostBetween",
  "lostOneWay",
]);

/**
 * A path that breaks takes all WebSockets between its two hosts along, whatever each of them shows of it: which side gave up
 * first, and whether its FIN, an RST or nothing came through. The one that noticed first tells it, or one that shows more: a new
 * connection that opened beside it. Clients whose paths to one server broke in one moment have lost what they share.
 */
export function asOneOutage(judged: readonly Judged[], context: Context): readonly Judged[] {
  const byHosts = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && isOfOutage(item)) appendTo(byHosts, hostsOf(item.connection), item);
  const told = new Map<Judged, Judged>();
  const leads = new Map<string, Judged>();
  for (const groups of alike([...byHosts.values()].flatMap(overlapping), context))
    for (const together of groups) {
      const lead = together.find(provesPath) ?? together[0];
      if (lead === undefined || together.length < 2) continue;
      told.set(lead, lead);
      for (const item of together) if (item !== lead) leads.set(keyOf(item), lead);
    }
  return toldByLeads(judged, told, leads);
}

const isOfOutage = ({ severity, root, draft }: Judged): boolean =>
  severity === "error" &&
  root === null &&
  OF_AN_OUTAGE.has(draft.ruleId) &&
  draft.causes[0] !== undefined &&
  draft.causes[0].confidence !== "possible" &&
  OUTAGES.has(draft.causes[0].id);

const provesPath = ({ draft }: Judged): boolean => draft.causes[0]?.id === "pathStateLost";

const SIGNS: ReadonlySet<EvidenceItem["what"]> = new Set(["retransmission", "firstUnacknowledged"]);

/** Since when it shows, though it may have ended for it only later. */
const sinceNs = ({ draft, aheadNs }: Judged): number =>
  draft.evidence
    .filter(({ what }) => SIGNS.has(what))
    .reduce((ns, { timestampNs }) => Math.min(ns, timestampNs), draft.onset as number) - aheadNs;

/** A device that drops what it does not know does so to the next connection, too, when that has paused. */
const NEXT_NS = 60e9;

const lastNs = (item: Judged): number => {
  const { connection, draft, aheadNs } = item;
  const endNs = connection === null ? draft.onset : Math.max(draft.onset, endOf(connection).timestampNs);
  return endNs - aheadNs + (provesPath(item) ? NEXT_NS : 0);
};

/** Streams that break together do so within this time, as seen by what was sent first in vain. */
const AT_ONCE_NS = 1e9;

/** Outages of one server's clients, put together where they began in one moment: not what a device forgot of one client. */
function alike(outages: readonly Judged[][], context: Context): Judged[][][] {
  const byServer = new Map<string, Outage[]>();
  for (const items of outages) {
    const address = items[0]?.connection?.server.address;
    if (address !== undefined) appendTo(byServer, address, { items, beganNs: beganNs(items, context) });
  }
  return [...byServer.values()].map((ofServer) => {
    const joined: Judged[][] = [];
    let firstNs = Number.NEGATIVE_INFINITY;
    let isAlone = false;
    for (const { items, beganNs } of ofServer.sort((a, b) => a.beganNs - b.beganNs)) {
      const last = joined.at(-1);
      const proves = items.some(provesPath);
      if (last !== undefined && beganNs - firstNs <= AT_ONCE_NS && !proves && !isAlone)
        for (const item of items) last.push(item);
      else {
        joined.push([...items]);
        firstNs = beganNs;
        isAlone = proves;
      }
    }
    return joined;
  });
}

interface Outage {
  readonly items: readonly Judged[];
  readonly beganNs: number;
}

/** The first sign of it, also in the other capture of that connection, where the other side's packets were sent in vain. */
function beganNs([first]: readonly Judged[], { analysis, joins }: Context): number {
  if (first?.connection == null) return 0;
  const ownNs = sinceNs(first);
  const twins = joins.twins.get(first.connection.id) ?? [];
  const copies = new Set([first.connection, ...twins.flatMap(({ front, back }) => [front, back])]);
  const untilNs = Math.max(ownNs, lastNs(first));
  const signs = [...copies].flatMap((copy) => {
    const aheadNs = analysis.aheadNs.get(copy.id) ?? 0;
    const stalls = stallsOf(copy).filter((stall) => stall.untilNs - aheadNs >= ownNs - AT_ONCE_NS);
    return stalls.map((stall) => stall.sinceNs - aheadNs).filter((ns) => ns <= untilNs);
  });
  return Math.min(ownNs, ...signs);
}

/** Those that began before all earlier ones were over, in the order of their beginnings. */
function overlapping(items: readonly Judged[]): Judged[][] {
  const groups: Judged[][] = [];
  let group: Judged[] = [];
  let endNs = Number.NEGATIVE_INFINITY;
  for (const item of [...items].sort((a, b) => sinceNs(a) - sinceNs(b))) {
    if (sinceNs(item) > endNs) {
      group = [];
      groups.push(group);
    }
    group.push(item);
    endNs = Math.max(endNs, lastNs(item));
  }
  return groups;
}
