import { appendTo } from "../../base/append-to.ts";
import type { ConnectionId } from "../../base/brand.ts";
import type { Judged } from "./story.ts";

/** Streams that are held up together show it within this time. */
const AT_ONCE_NS = 1e9;

/**
 * An outage that connections survive: those of one server that were held up in one moment are told once, and a pong that came
 * late for it is no second warning.
 */
export function asOneSurvival(judged: readonly Judged[]): readonly Judged[] {
  const survived = judged.filter(isSurvival);
  if (survived.length === 0) return judged;
  const leads = leadsOf(survived);
  const byConnection = new Map<ConnectionId, Judged[]>();
  for (const item of survived) if (item.connection !== null) appendTo(byConnection, item.connection.id, item);
  return judged.map((item): Judged => {
    const lead = leads.get(item);
    if (lead !== undefined) return { ...item, lead };
    if (item.draft.ruleId !== "ws.pong.late" || item.severity !== "warning" || item.connection === null) return item;
    const outage = byConnection.get(item.connection.id)?.find((one) => isLateBy(item, one));
    return outage === undefined ? item : { ...item, severity: "note", root: leads.get(outage) ?? outage };
  });
}

const isSurvival = ({ draft, severity, root }: Judged): boolean =>
  draft.ruleId === "tcp.path.blackhole" && draft.variant === "survived" && severity === "warning" && root === null;

function leadsOf(survived: readonly Judged[]): Map<Judged, Judged> {
  const byServer = new Map<string, Judged[]>();
  for (const item of survived) appendTo(byServer, item.connection?.server.address ?? "", item);
  const leads = new Map<Judged, Judged>();
  for (const items of byServer.values()) {
    let lead: Judged | null = null;
    for (const item of items.sort((a, b) => beganNs(a) - beganNs(b)))
      if (lead !== null && beganNs(item) - beganNs(lead) <= AT_ONCE_NS) leads.set(item, lead);
      else lead = item;
  }
  return leads;
}

const beganNs = ({ draft, aheadNs }: Judged): number => (draft.evidence[0]?.timestampNs ?? draft.onset) - aheadNs;

/** Its ping was sent while the path was closed, or just as it opened, behind what had waited. */
function isLateBy({ draft }: Judged, { draft: outage }: Judged): boolean {
  const [first, last] = [outage.evidence[0], outage.evidence.at(-1)];
  if (first === undefined || last === undefined) return false;
  // What waits is sent again only when its own timer ends, which has grown as long as the outage by then.
  const untilNs = last.timestampNs + (last.timestampNs - first.timestampNs);
  return draft.evidence.some(
    ({ what, timestampNs }) => what === "slowestPing" && timestampNs >= first.timestampNs && timestampNs <= untilNs,
  );
}
