import { escapeText } from "../../base/escape-text.ts";
import { render } from "../../i18n/render.ts";
import type { Finding } from "../../rules/types.ts";
import type { Snapshot } from "../../session/types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { addressText, pathOf } from "./connection-row.ts";

/** As the list says it, escaped. */
export const titleOf = (finding: Finding, { language }: Context): string => escapeText(render(finding, language).title);

const texts = new WeakMap<Finding, { readonly words: Context["words"]; readonly text: string }>();
const byId = new WeakMap<Snapshot["connections"], ReadonlyMap<number, ConnectionFacts>>();

function connectionsById(connections: Snapshot["connections"]): ReadonlyMap<number, ConnectionFacts> {
  const known = byId.get(connections) ?? new Map(connections.map((facts) => [facts.id, facts]));
  byId.set(connections, known);
  return known;
}

/** What a search looks at, in small letters: rule, title, and the connections by number, addresses and path; made once. */
export function findingText(finding: Finding, { connections }: Snapshot, context: Context): string {
  const known = texts.get(finding);
  if (known?.words === context.words) return known.text;
  const { connectionId, alsoConnections, ruleId } = finding;
  const ids = connectionId === null ? [] : [connectionId, ...alsoConnections];
  const facts = connectionsById(connections);
  const about = ids.map((id) => `#${id} ${endsOf(facts.get(id))}`);
  const text = [...about, ruleId, titleOf(finding, context)].join(" ").toLowerCase();
  texts.set(finding, { words: context.words, text });
  return text;
}

const endsOf = (facts: ConnectionFacts | undefined): string =>
  facts === undefined ? "" : `${addressText(facts.client)} → ${addressText(facts.server)} ${escapeText(pathOf(facts))}`;
