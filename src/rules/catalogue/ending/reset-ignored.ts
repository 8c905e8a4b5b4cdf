import type { ResetFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, draft, shows } from "../../draft.ts";
import { carriesUpgrade } from "../../ending/reset-signs.ts";
import type { Rule } from "../rule.ts";

const ONE_END_NS = 1e9;

function checkIgnored(connection: ConnectionFacts) {
  const { resets } = connection.tcp;
  // One that missed, and one that met right after it, are one end.
  const isOneOfEnd = (item: ResetFacts): boolean =>
    resets.some(
      ({ ignored, from, timestampNs }) =>
        !ignored && from === item.from && Math.abs(timestampNs - item.timestampNs) <= ONE_END_NS,
    );
  const ignored = resets.filter((item) => item.ignored && item.state !== "closed" && !isOneOfEnd(item));
  const first = ignored[0];
  if (first === undefined || !carriesUpgrade(connection)) return null;
  return draft("tcp.rst.ignored", "plain", {
    at: first,
    args: { from: first.from, count: ignored.length },
    evidence: ignored.map((item) => shows(item, "rstIgnored", { from: item.from })),
    causes: [cause("possible", "strayReset", {})],
  });
}

export const resetIgnored: Rule = {
  id: "tcp.rst.ignored",
  severity: "note",
  spec: "RFC 5961 §3.2",
  causes: ["strayReset"],
  sources: ["https://www.rfc-editor.org/rfc/rfc5961#section-3.2"],
  check: checkIgnored,
};
