import { serverOf } from "../reading/reading.ts";
import type { CauseId } from "../types.ts";
import { causeOf } from "./placed.ts";
import type { Judged } from "./story.ts";

/** What is put right once, at one place, whatever failed of it and for whom. */
const SETTINGS: ReadonlySet<string> = new Set<CauseId>([
  "engineIoVersions",
  "nginxUpgradeLines",
  "apacheUpgrade",
  "frontUpgrade",
]);

/**
 * Requests of several kinds (polls and WebSockets, those that a session lives without and those that it does not) that one
 * server refused for one setting: one error, which the first of them tells; an error tells it rather than a warning.
 */
export function asOneSetting(judged: readonly Judged[]): readonly Judged[] {
  const roots = new Map<string, Judged>();
  for (const item of judged) {
    const key = keyOf(item);
    if (key === null) continue;
    const root = roots.get(key);
    if (root === undefined || isBetter(item, root)) roots.set(key, item);
  }
  return judged.map((item): Judged => {
    const key = keyOf(item);
    const root = key === null ? undefined : roots.get(key);
    return root === undefined || isAlike(item, root) ? item : { ...item, severity: "note", root: root.lead ?? root };
  });
}

function keyOf({ connection, severity, root, draft }: Judged): string | null {
  const cause = causeOf(draft);
  if (connection === null || root !== null || severity === "note" || !SETTINGS.has(cause)) return null;
  return `${serverOf(connection)} ${draft.ruleId} ${cause}`;
}

const isBetter = (a: Judged, b: Judged): boolean =>
  a.severity === b.severity ? a.draft.at < b.draft.at : a.severity === "error";

/** What is alike becomes one finding by itself. */
const isAlike = (a: Judged, b: Judged): boolean => a.severity === b.severity && a.draft.variant === b.draft.variant;
