import { appendTo } from "../../base/append-to.ts";
import type { Context } from "../context/context.ts";
import { TOGETHER_NS } from "../ending/end-signs.ts";
import { endOf, serverOf } from "../reading/reading.ts";
import { type TimeIndex, timeIndex, within } from "../reading/time-index.ts";
import type { Judged } from "./story.ts";

/**
 * What a proxy ends because its backend died is that death, also where the capture has lost by what the two legs of it are
 * known as one WebSocket: others of the same proxy show which backends it has.
 */
export function withFrontsOfDeath(judged: readonly Judged[], { joins }: Context): readonly Judged[] {
  const fronts = judged.filter((item) => isEnd(item) && item.draft.causes[0]?.id === "backendLost");
  if (fronts.length === 0) return judged;
  const backends = new Map<string, Set<string>>();
  for (const { front, back, facts } of joins.all) {
    if (facts.kind !== "proxied") continue;
    const known = backends.get(serverOf(front)) ?? new Set();
    backends.set(serverOf(front), known.add(serverOf(back)));
  }
  const deaths = deathsOf(judged);
  const roots = new Map<Judged, Judged>();
  for (const item of fronts) {
    const endNs = endNsOf(item);
    for (const backend of backends.get(endpointOf(item)) ?? []) {
      const death = within(deaths.get(backend) ?? NONE, endNs - TOGETHER_NS, endNs + TOGETHER_NS)[0];
      if (death !== undefined) roots.set(item, death.lead ?? death);
    }
  }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

function deathsOf(judged: readonly Judged[]): Map<string, TimeIndex<Judged>> {
  const byServer = new Map<string, Judged[]>();
  for (const item of judged)
    if (isEnd(item) && item.draft.causes[0]?.id === "serverDied") appendTo(byServer, endpointOf(item), item);
  return new Map([...byServer].map(([server, list]) => [server, timeIndex(list, endNsOf)]));
}

/** A WebSocket that its server ended without a word. */
const isEnd = ({ severity, root, draft, connection }: Judged): boolean =>
  severity === "error" &&
  root === null &&
  draft.ruleId === "ws.close.no-close-frame" &&
  connection?.tcp.firstCloser === "server";

const endpointOf = ({ connection }: Judged): string => (connection === null ? "" : serverOf(connection));

const endNsOf = ({ connection }: Judged): number => (connection === null ? 0 : endOf(connection).timestampNs);

const NONE: TimeIndex<Judged> = { times: [], items: [] };
