import { appendTo } from "../../base/append-to.ts";
import { CLIENT } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { pairKey } from "../context/others.ts";
import { codeOf } from "../ending/beat-given-up.ts";
import { endOf } from "../reading/reading.ts";
import { before, timeIndex } from "../reading/time-index.ts";
import type { RuleId } from "../types.ts";
import type { Judged } from "./story.ts";

/** Clients come back within a minute. */
const BACK_WITHIN_NS = 60e9;

const ENDS: ReadonlySet<RuleId> = new Set(["ws.close.code", "ws.close.no-close-frame", "tcp.rst"]);

/**
 * A client that gave up for an unanswered heartbeat of the application comes back, asks once more, and gives up again: one
 * question shows no heartbeat, but this client has shown before what it is, and how it ends for it.
 */
export function asOneUnansweredBeat(judged: readonly Judged[]): readonly Judged[] {
  const leads = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && isLead(item)) appendTo(leads, pairKey(item.connection), item);
  if (leads.size === 0) return judged;
  const indexed = new Map([...leads].map(([pair, ofPair]) => [pair, timeIndex(ofPair, endNs)]));
  const ends = judged.filter(isEnd).sort((a, b) => openedNs(a) - openedNs(b));
  const roots = new Map<Judged, Judged>();
  const lastNs = new Map<Judged, number>();
  for (const end of ends) {
    const { connection } = end;
    if (connection === null) continue;
    const earlier = indexed.get(pairKey(connection));
    const root = (earlier === undefined ? [] : before(earlier, openedNs(end))).findLast((lead) => {
      const beforeNs = lastNs.get(lead) ?? endNs(lead);
      return openedNs(end) >= beforeNs && openedNs(end) <= beforeNs + BACK_WITHIN_NS && endsAlike(lead, connection);
    });
    if (root === undefined) continue;
    roots.set(end, root.lead ?? root);
    lastNs.set(root, endNs(end));
  }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

const isLead = ({ draft, severity, root }: Judged): boolean =>
  draft.ruleId === "app.heartbeat.missing" &&
  severity === "error" &&
  root === null &&
  draft.args["from"] === "client" &&
  (draft.variant === "gaveUp" || draft.variant === "neverAnswered");

const isEnd = ({ connection, draft, severity, root }: Judged): boolean =>
  connection !== null &&
  severity === "error" &&
  root === null &&
  ENDS.has(draft.ruleId) &&
  connection.tcp.halves[CLIENT].unacknowledged === null;

const openedNs = ({ connection, aheadNs }: Judged): number => (connection?.first.timestampNs ?? 0) - aheadNs;
const endNs = ({ connection, aheadNs }: Judged): number =>
  connection === null ? 0 : endOf(connection).timestampNs - aheadNs;

/** By the same code and reason, or without any; its last word was that question. */
function endsAlike({ connection: earlier, draft }: Judged, connection: ConnectionFacts): boolean {
  if (earlier === null || codeOf(earlier, "client") !== codeOf(connection, "client")) return false;
  if (reasonOf(earlier) !== reasonOf(connection)) return false;
  const last = connection.session?.lastTexts[CLIENT]?.text;
  const sample = draft.args["sample"];
  const isAsked = last !== undefined && typeof sample === "string" && shapeOf(last).startsWith(shapeOf(sample));
  // An earlier text of the same shape is no newer one: a code of its own for it says as much.
  return isAsked || reasonOf(connection) !== "";
}

const reasonOf = ({ webSocket }: ConnectionFacts): string => webSocket?.closeFrames[CLIENT]?.reason ?? "";

/** Without counters and times. */
const shapeOf = (text: string): string => text.replace(/\d+/g, "");
