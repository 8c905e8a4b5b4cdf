import type { Judged } from "./story.ts";

/** A rule tells one thing of a connection. */
export const keyOf = ({ rule, connection }: Pick<Judged, "rule" | "connection">): string =>
  `${connection?.id} ${rule.id}`;

/**
 * Several errors of one event: the one that tells it (`told`, by what it was) for each of the others (`leads`, by `keyOf`).
 * Those that say the same are folded into it, the others are notes that follow from it, and so is what followed from them.
 */
export function toldByLeads(
  judged: readonly Judged[],
  told: ReadonlyMap<Judged, Judged>,
  leads: ReadonlyMap<string, Judged>,
): readonly Judged[] {
  if (leads.size === 0) return judged;
  return judged.map((item): Judged => {
    const own = told.get(item);
    if (own !== undefined) return own;
    const lead = item.root === null && item.severity === "error" ? leads.get(keyOf(item)) : undefined;
    if (lead !== undefined)
      return lead.draft.ruleId === item.draft.ruleId && lead.draft.variant === item.draft.variant
        ? { ...item, lead }
        : { ...item, severity: "note", root: lead };
    const root = item.root === null ? undefined : leads.get(keyOf(item.root));
    return root === undefined ? item : { ...item, root };
  });
}
