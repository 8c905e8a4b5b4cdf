import { appendTo } from "../../base/append-to.ts";
import { serverOf } from "../reading/reading.ts";
import type { Judged } from "./story.ts";

/** The same timer, as data that comes at its own times shows it. */
const ALIKE_SHARE = 0.1;

/**
 * A device that forgets connections which are idle for so long forgets those of all clients behind it: of one server and after
 * about the same silence they are one setting, told by the first.
 */
export function asOneForgetting(judged: readonly Judged[]): readonly Judged[] {
  const alike = new Map<string, Judged[]>();
  for (const item of judged) if (isForgotten(item)) appendTo(alike, keyOf(item), item);
  const leads = new Map<Judged, Judged>();
  for (const items of alike.values()) {
    let group: Judged[] = [];
    for (const item of items.sort((a, b) => idleMs(a) - idleMs(b))) {
      if (group[0] !== undefined && idleMs(item) > (1 + ALIKE_SHARE) * idleMs(group[0])) {
        tellBy(group, leads);
        group = [];
      }
      group.push(item);
    }
    tellBy(group, leads);
  }
  if (leads.size === 0) return judged;
  return judged.map((item): Judged => {
    const lead = leads.get(item);
    return lead === undefined ? item : { ...item, lead };
  });
}

const isForgotten = ({ connection, draft, severity, root, lead }: Judged): boolean =>
  connection !== null &&
  severity === "error" &&
  root === null &&
  lead === undefined &&
  (draft.ruleId === "tcp.rst.after-idle" || (draft.ruleId === "tcp.path.blackhole" && draft.variant === "afterIdle"));

const keyOf = ({ connection, draft }: Judged): string =>
  `${connection && serverOf(connection)} ${draft.ruleId} ${draft.args["from"]} ${draft.causes[0]?.id}`;

const idleMs = ({ draft }: Judged): number => Number(draft.args["idleMs"]);

function tellBy(group: readonly Judged[], leads: Map<Judged, Judged>): void {
  if (group.length < 2) return;
  const first = group.reduce((a, b) => (b.draft.at - b.aheadNs < a.draft.at - a.aheadNs ? b : a));
  for (const item of group) if (item !== first) leads.set(item, first);
}
