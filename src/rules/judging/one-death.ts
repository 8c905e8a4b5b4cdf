import { appendTo } from "../../base/append-to.ts";
import { CLIENT, SERVER } from "../../base/brand.ts";
import type { Context } from "../context/context.ts";
import { refusesAfter } from "../context/refused-by-host.ts";
import { lesser, rank } from "../draft.ts";
import { CHANCE, failedOnMessage, hasDied, messagesWithin, TOGETHER_NS } from "../ending/end-signs.ts";
import { endOf, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import type { Cause, RuleId } from "../types.ts";
import { keyOf, toldByLeads } from "./leads.ts";
import type { Judged } from "./story.ts";

/** What is told of a connection whose server ended it without a word. */
const OF_AN_END: ReadonlySet<RuleId> = new Set(["ws.close.no-close-frame", "tcp.rst"]);
const DEATHS: ReadonlySet<Cause["id"]> = new Set(["serverDied", "processCrashed", "proxyRestarted"]);

/**
 * A process that ends takes all its connections along, some by FIN and some by RST: one event, and one error. The connection
 * whose message it failed on tells it, else the first that ended; those that ended alike are folded into it, the others are
 * notes that follow from it.
 */
export function asOneDeath(judged: readonly Judged[], context: Context): readonly Judged[] {
  const ended = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.severity === "error" && item.root === null && isOfDeath(item, context))
      appendTo(ended, item.connection === null ? "" : serverOf(item.connection), item);
  const leads = new Map<string, Judged>();
  const first = new Map<Judged, Judged>();
  for (const items of ended.values())
    for (const together of momentsOf(items, context)) {
      if (together.length < 2) continue;
      const lead = leadOf(together);
      const told = { ...lead.item, draft: { ...lead.item.draft, causes: lead.causes } };
      first.set(lead.item, told);
      for (const item of together) leads.set(keyOf(item), told);
    }
  return toldByLeads(judged, first, leads);
}

const isOfDeath = ({ connection, draft }: Judged, context: Context): boolean =>
  connection !== null &&
  OF_AN_END.has(draft.ruleId) &&
  connection.tcp.firstCloser === "server" &&
  draft.causes.some(({ id, confidence }) => confidence === "likely" && DEATHS.has(id)) &&
  hasDied(connection, context);

const endNs = ({ connection }: Judged): number => (connection === null ? 0 : endOf(connection).timestampNs);

/** A process that is torn down slowly, or with many connections, needs a while for all of them. */
const TEARDOWN_NS = 2e9;

/** Those that ended in one moment, each moment by itself: one ends close after the other. */
function momentsOf(items: readonly Judged[], context: Context): Judged[][] {
  const moments: Judged[][] = [];
  let last: Judged | null = null;
  for (const item of [...items].sort((a, b) => endNs(a) - endNs(b))) {
    if (last !== null && areOne(last, item, context)) moments.at(-1)?.push(item);
    else moments.push([item]);
    last = item;
  }
  return moments;
}

/** Farther apart they are one where the port refuses afterwards, and let nobody in between: the process did not come back. */
function areOne(a: Judged, b: Judged, context: Context): boolean {
  const [from, to] = [endNs(a), endNs(b)];
  if (to - from <= TOGETHER_NS) return true;
  if (to - from > TEARDOWN_NS || a.connection === null || b.connection === null) return false;
  const accepted = context.others().accepted.get(serverOf(b.connection));
  const isBack = accepted !== undefined && within(accepted, from, to).length > 0;
  return !isBack && refusesAfter(a.connection, context) && refusesAfter(b.connection, context);
}

const messageNs = ({ connection }: Judged): number => connection?.webSocket?.lastMessage[CLIENT]?.timestampNs ?? 0;

/** Among many connections one has just got a message at any time: all of them count for how likely that is. */
function leadOf(together: readonly Judged[]): { item: Judged; causes: readonly Cause[] } {
  const failed = together.filter(({ draft }) =>
    draft.causes.some(({ id, confidence }) => id === "failedOnMessage" && confidence === "likely"),
  );
  const item =
    failed.length > 0 ? failed.reduce((a, b) => (messageNs(b) < messageNs(a) ? b : a)) : (together[0] as Judged);
  const { draft, connection } = item;
  const afterMs = connection === null ? null : failedOnMessage(connection, SERVER);
  const chance = together.reduce(
    (sum, one) => sum + (one.connection === null ? 0 : messagesWithin(one.connection, CLIENT, afterMs ?? 0)),
    0,
  );
  if (afterMs === null || chance < CHANCE) return { item, causes: draft.causes };
  return { item, causes: rank(draft.causes.map((one) => (one.id === "failedOnMessage" ? lesser(one) : one))) };
}
