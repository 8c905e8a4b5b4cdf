import { appendTo } from "../../base/append-to.ts";
import { endOf, hostsOf } from "../reading/reading.ts";
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
export function asOneOutage(judged: readonly Judged[]): readonly Judged[] {
  const byHosts = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && isOfOutage(item)) appendTo(byHosts, hostsOf(item.connection), item);
  const told = new Map<Judged, Judged>();
  const leads = new Map<string, Judged>();
  for (const groups of alike([...byHosts.values()].flatMap(overlapping)))
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

const untilNs = (item: Judged): number => {
  const { connection, draft, aheadNs } = item;
  const endNs = connection === null ? draft.onset : Math.max(draft.onset, endOf(connection).timestampNs);
  return endNs - aheadNs + (provesPath(item) ? NEXT_NS : 0);
};

/** Streams that break together do so within this time, as seen by what was sent first in vain. */
const AT_ONCE_NS = 1e9;

/** Outages of one server's clients, put together where they began in one moment: not what a device forgot of one client. */
function alike(outages: readonly Judged[][]): Judged[][][] {
  const byServer = new Map<string, Judged[][]>();
  for (const outage of outages) {
    const address = outage[0]?.connection?.server.address;
    if (address !== undefined) appendTo(byServer, address, outage);
  }
  return [...byServer.values()].map((ofServer) => {
    const joined: Judged[][] = [];
    let beganNs = Number.NEGATIVE_INFINITY;
    for (const outage of ofServer.sort((a, b) => beginOf(a) - beginOf(b))) {
      const last = joined.at(-1);
      if (
        last !== undefined &&
        beginOf(outage) - beganNs <= AT_ONCE_NS &&
        !outage.some(provesPath) &&
        !last.some(provesPath)
      )
        last.push(...outage);
      else {
        joined.push([...outage]);
        beganNs = beginOf(outage);
      }
    }
    return joined;
  });
}

const beginOf = ([first]: readonly Judged[]): number => (first === undefined ? 0 : sinceNs(first));

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
    endNs = Math.max(endNs, untilNs(item));
  }
  return groups;
}
