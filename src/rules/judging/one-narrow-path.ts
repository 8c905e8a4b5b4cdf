import { hostsOf } from "../reading/reading.ts";
import type { Judged } from "./story.ts";

/** Between two hosts large packets are lost in both directions: one narrow place of the path, and one error, the first. */
export function asOneNarrowPath(judged: readonly Judged[]): readonly Judged[] {
  const first = new Map<string, Judged>();
  for (const item of judged) {
    const { connection } = item;
    if (connection === null || !isNarrow(item)) continue;
    const known = first.get(hostsOf(connection));
    if (known === undefined || item.draft.at < known.draft.at) first.set(hostsOf(connection), item);
  }
  if (first.size === 0) return judged;
  return judged.map((item): Judged => {
    const root = item.connection && isNarrow(item) ? first.get(hostsOf(item.connection)) : undefined;
    const isOtherWay = root !== undefined && root.draft.args["from"] !== item.draft.args["from"];
    return isOtherWay ? { ...item, severity: "note", root } : item;
  });
}

const isNarrow = ({ severity, root, draft }: Judged): boolean =>
  draft.ruleId === "tcp.path.blackhole" && severity === "error" && root === null && draft.causes[0]?.id === "pathMtu";
