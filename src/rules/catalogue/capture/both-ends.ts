import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { isTranslated, type Join } from "../../context/legs.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { clientOf, NS_PER_MS, serverOf } from "../../reading/reading.ts";
import type { Rule } from "../rule.ts";

/** Clocks of one machine, or kept by NTP on one network, agree within this. */
const ORDINARY_MS = 100;

/** Two captures hold one connection: said once, with what their clocks differ. */
const check = (connection: ConnectionFacts, { joins }: Context): Draft[] =>
  (joins.twins.get(connection.id) ?? []).filter(({ front }) => front === connection).map(checkPair);

function checkPair(twin: Join): Draft {
  const connection = twin.front;
  const { clockOffsetNs, clockErrorNs } = twin.facts;
  const parts = {
    at: connection.first,
    evidence: [shows(twin.back.tcp.syns[0] ?? twin.back.first, "sameConnection", {})],
  };
  const other = twin.back.id;
  if (isTranslated(twin))
    return draft("capture.both-ends", "translated", {
      ...parts,
      args: { other, client: clientOf(twin.back), server: serverOf(twin.back) },
    });
  if (clockOffsetNs === null || clockErrorNs === null)
    return draft("capture.both-ends", "untimed", { ...parts, args: { other } });
  const offMs = Math.abs(clockOffsetNs) / NS_PER_MS;
  const errorMs = clockErrorNs / NS_PER_MS;
  if (offMs <= Math.max(errorMs, 1))
    return draft("capture.both-ends", "agree", { ...parts, args: { other, errorMs: Math.max(errorMs, offMs) } });
  return draft("capture.both-ends", clockOffsetNs >= 0 ? "ahead" : "behind", {
    ...parts,
    args: { other, offMs, errorMs },
    causes: [offMs - errorMs > ORDINARY_MS && cause("likely", "captureClock", {})],
  });
}

export const bothEnds: Rule = {
  id: "capture.both-ends",
  severity: "note",
  spec: "RFC 9293 §3.4.1, RFC 5905 §8",
  causes: ["captureClock"],
  sources: ["https://www.rfc-editor.org/rfc/rfc5905#section-8"],
  check,
};
