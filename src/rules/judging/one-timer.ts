import { appendTo } from "../../base/append-to.ts";
import { serverOf } from "../reading/reading.ts";
import { LAZY_MS } from "../timers/unlike-silences.ts";
import type { CauseId } from "../types.ts";
import type { Judged } from "./story.ts";

/** What ends a WebSocket after a silence, of a proxy. */
const TIMERS: ReadonlySet<CauseId> = new Set([
  "nginxReadTimeout",
  "proxyIdleTimer",
  "haproxyTunnelTimeout",
  "timerFits",
]);

/**
 * A proxy that waits so long for its backend, and no longer, gives up Socket.IO's polls (504) as well as its WebSockets (1006):
 * one setting, and one error. A WebSocket tells it, as that gets no answer which names the time.
 */
export function asOneTimer(judged: readonly Judged[]): readonly Judged[] {
  const polls = judged.filter(isGivenUpPoll);
  if (polls.length === 0) return judged;
  const ends = new Map<string, Judged[]>();
  for (const item of judged)
    if (item.connection !== null && endsBySilence(item)) appendTo(ends, serverOf(item.connection), item);
  const roots = new Map<Judged, Judged>();
  for (const poll of polls) {
    const root = poll.connection && ends.get(serverOf(poll.connection))?.find((end) => areOne(poll, end));
    if (root) roots.set(poll, root.lead ?? root);
  }
  return judged.map((item): Judged => {
    const root = roots.get(item);
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

const isError = ({ severity, root }: Judged): boolean => severity === "error" && root === null;

const isGivenUpPoll = (item: Judged): boolean =>
  isError(item) && item.draft.ruleId === "http.upgrade.gateway-error" && item.draft.causes[0]?.id === "pollTimeout";

const endsBySilence = (item: Judged): boolean =>
  isError(item) &&
  item.draft.ruleId === "ws.close.no-close-frame" &&
  item.draft.causes.some(({ id, confidence }) => confidence === "likely" && TIMERS.has(id));

const areOne = ({ draft: { args: poll } }: Judged, { draft: { args: end } }: Judged): boolean =>
  Math.abs(Number(poll["afterMs"]) - Number(end["idleMs"])) < LAZY_MS;
