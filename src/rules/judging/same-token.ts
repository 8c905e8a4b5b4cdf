import { appendTo } from "../../base/append-to.ts";
import { pairKey } from "../context/others.ts";
import type { Judged } from "./story.ts";

/** Servers that watch a token put its user out within this time after its end; `endedAtExpiry` allows no more. */
const PUT_OUT_WITHIN_NS = 5e9;

/**
 * A client that was put out when its token expired, and comes back with that very token, is turned away for the same reason:
 * what the first one tells. It is the same token when it ended at the same moment.
 */
export function asOneToken(judged: readonly Judged[]): readonly Judged[] {
  const putOut = new Map<string, Judged[]>();
  for (const item of judged) if (isPutOut(item)) appendTo(putOut, userOf(item), item);
  if (putOut.size === 0) return judged;
  const roots = new Map<string, Judged>();
  for (const item of judged) {
    const root = isComingBack(item) ? rootOf(item, putOut.get(userOf(item)) ?? []) : null;
    if (root !== null) roots.set(keyOf(item), root);
  }
  return judged.map((item): Judged => {
    const root = roots.get(keyOf(item.root ?? item));
    return root === undefined ? item : { ...item, severity: "note", root };
  });
}

const isPutOut = ({ draft, root }: Judged): boolean =>
  root === null && draft.ruleId === "jwt.expired" && draft.variant === "duringSession";

const isComingBack = ({ draft, root, severity }: Judged): boolean =>
  root === null &&
  severity !== "note" &&
  draft.ruleId === "jwt.expired" &&
  (draft.variant === "refusedNamespace" || draft.variant === "disconnected");

/** One before it whose token ended when this one did. */
function rootOf({ draft: { at, args } }: Judged, putOut: readonly Judged[]): Judged | null {
  const endedNs = at - Number(args["agoMs"]) * 1e6;
  const isOfToken = (putOutNs: number): boolean => endedNs <= putOutNs && putOutNs - endedNs <= PUT_OUT_WITHIN_NS;
  return putOut.find(({ draft }) => draft.at <= at && isOfToken(draft.at)) ?? null;
}

const userOf = ({ connection, draft }: Judged): string =>
  connection === null ? "" : `${pairKey(connection)} ${draft.args["namespace"]}`;

const keyOf = ({ rule, connection, draft }: Pick<Judged, "rule" | "connection" | "draft">): string =>
  `${connection?.id} ${rule.id} ${draft.args["namespace"] ?? ""}`;
