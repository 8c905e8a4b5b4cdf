import type { ConnectionFacts } from "../../store/types.ts";

/** Of documents (RFC 6455 §1.3, MDN, curl's guides): whoever writes requests by hand copies them. */
const COPIED_KEYS: ReadonlySet<string> = new Set([
  "dGhlIHNhbXBsZSBub25jZQ==",
  "x3JJHMbDL1EzLkh9GBhXDw==",
  "SGVsbG8sIHdvcmxkIQ==",
]);

/**
 * Which of two legs with one key is the client's, where clocks cannot be compared: a proxy asks after it was asked and
 * answers after it was answered, so that its client waits longer than it does. null: that cannot be told.
 */
export function isAround(front: ConnectionFacts, back: ConnectionFacts, key: string | null): boolean | null {
  const [waited, within] = [answerNs(front), answerNs(back)];
  if (waited === null || within === null || key === null || COPIED_KEYS.has(key)) return null;
  return waited > within;
}

const answerNs = ({ upgrade }: ConnectionFacts): number | null => {
  const { request, response } = upgrade?.exchange ?? {};
  return request && response ? response.first.timestampNs - request.last.timestampNs : null;
};
