import { appendTo } from "../../base/append-to.ts";
import type { Context } from "../context/context.ts";
import { NS_PER_MS, serverOf } from "../reading/reading.ts";
import { before, type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import type { Judged } from "./story.ts";

/**
 * A server that stands still sends Socket.IO no pings, and answers nobody who comes back for it: one error. The heartbeat tells
 * it, and the requests without an answer follow, as long as nothing is heard of the server.
 */
export function asOneStandstill(judged: readonly Judged[], context: Context): readonly Judged[] {
  const unanswered = judged.filter(isUnanswered);
  if (unanswered.length === 0) return judged;
  const silences = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && isWithoutPings(item)) appendTo(silences, serverOf(item.connection), item);
  if (silences.size === 0) return judged;
  const silentSince = new Map(
    [...silences].map(([server, items]) => [server, timeIndex(items, ({ draft }) => draft.at)]),
  );
  const spoken = answersOf(silentSince, context);
  const roots = new Map<Judged, Judged>();
  for (const item of unanswered) {
    const server = item.connection === null ? "" : serverOf(item.connection);
    const root = before(silentSince.get(server) ?? NOBODY, askedNs(item)).at(-1);
    if (root === undefined) continue;
    // Until the next ping is due nothing is amiss.
    const fromNs = root.draft.at + Number(root.draft.args["intervalMs"]) * NS_PER_MS;
    if (within(spoken.get(server) ?? NONE, fromNs, item.draft.at).length === 0) roots.set(item, root.lead ?? root);
  }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

const NONE: TimeIndex<number> = { times: [], items: [] };
const NOBODY: TimeIndex<Judged> = { times: [], items: [] };

const isError = ({ severity, root }: Judged): boolean => severity === "error" && root === null;

const isUnanswered = (item: Judged): boolean => isError(item) && item.draft.ruleId === "http.upgrade.unanswered";

const isWithoutPings = (item: Judged): boolean =>
  isError(item) &&
  item.draft.ruleId === "eio.pong.missing" &&
  item.draft.variant === "noPing" &&
  item.draft.args["from"] === "server";

const askedNs = ({ draft, connection }: Judged): number =>
  draft.evidence[0]?.timestampNs ?? connection?.first.timestampNs ?? draft.at;

/** When each of these servers answered a request, or spoke last on a WebSocket. */
function answersOf(servers: ReadonlyMap<string, unknown>, { analysis }: Context): Map<string, TimeIndex<number>> {
  const times = new Map<string, number[]>();
  for (const connection of analysis.connections) {
    const server = serverOf(connection);
    if (!servers.has(server)) continue;
    for (const { response } of connection.exchanges)
      if (response !== null) appendTo(times, server, response.first.timestampNs);
    const last = connection.webSocket?.lastFrame[1];
    if (last) appendTo(times, server, last.timestampNs);
  }
  return new Map([...times].map(([server, all]) => [server, timeIndex(all, (ns) => ns)]));
}
