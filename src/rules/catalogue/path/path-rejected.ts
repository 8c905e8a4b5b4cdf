import type { Side } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { IcmpFacts, UnacknowledgedFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { unreachablesBetween } from "../../context/unreachables.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { isHeard } from "../../path/heard.ts";
import { isByRule, isLoop, unreachable } from "../../reading/icmp-meaning.ts";
import { clientOf, directionOf, otherSide } from "../../reading/reading.ts";
import type { EvidenceItem } from "../../types.ts";
import { rejectedBy } from "../opening/open-icmp.ts";

// Data that is never acknowledged, and a device that says why: for tcp.path.blackhole.

const meaningOf = (error: IcmpFacts) => (isLoop(error) ? "loop" : unreachable(error));

/** A message, and the connection that it quotes. */
interface Rejection {
  readonly error: IcmpFacts;
  readonly about: ConnectionFacts;
}

/**
 * The first message that what this side sends gets no further. A router says so of a few packets only (Linux: one a second
 * for each destination), so a host that it cannot reach may have been told of another connection of the same hosts: that
 * counts while nothing at all is heard of the host here.
 */
export function rejectionSince(
  connection: ConnectionFacts,
  from: Side,
  waiting: UnacknowledgedFacts,
  context: Context,
): Rejection | null {
  const { since, last } = waiting;
  const own = connection.tcp.icmpErrors.find(
    (error) => error.about === from && error.timestampNs >= since.timestampNs && meaningOf(error) !== null,
  );
  if (own !== undefined) return { error: own, about: connection };
  if (isHeard(connection, otherSide(from), waiting)) return null;
  const span = [since.timestampNs, last.timestampNs] as const;
  const [beside] = unreachablesBetween(connection, from, context.unreachables(), span);
  return beside === undefined ? null : { error: beside.error, about: beside.connection };
}

/** A firewall says itself that it lets nothing through any more, or a router that it cannot (RFC 792, RFC 4443 §3.1). */
export function rejected(
  connection: ConnectionFacts,
  { error, about }: Rejection,
  { last }: UnacknowledgedFacts,
  base: { from: Side; to: Side; bytes: number; repeats: number; waitedMs: number },
  parts: { at: Mark; evidence: (EvidenceItem | null)[] },
): Draft {
  const meaning = meaningOf(error) ?? "other";
  const isRule = isByRule(error);
  const { from, to } = base;
  const { sender } = error;
  const { address } = connection[to];
  const [first, ...others] = parts.evidence;
  // Whoever goes on sending is up, and there is a way back from it.
  const isUp = !isRule && meaning !== "loop" && isHeard(connection, to, { since: error, last });
  return draft("tcp.path.blackhole", isRule ? "rejected" : "unreachable", {
    at: parts.at,
    args: { ...base, sender, meaning: `icmp.${meaning}` },
    evidence: [
      first ?? null,
      about === connection
        ? shows(error, "icmpUnreachable", { sender, meaning: `icmp.${meaning}` })
        : shows(error, "icmpUnreachableBeside", { sender, meaning: `icmp.${meaning}`, client: clientOf(about) }),
      isUp ? shows(connection.tcp.halves[directionOf(to)].lastPacket, "lastHeard", { from: to }) : null,
      ...others,
    ],
    causes: [
      isRule && { ...rejectedBy(error, connection), confidence: "certain" },
      isUp && cause("likely", "refusesOneWay", { sender, server: address, to }),
      meaning === "host" && !isUp && cause("likely", "hostDown", { server: address, from }),
      meaning === "loop" && cause("likely", "routingLoop", { sender, server: address }),
      (meaning === "net" || meaning === "other") && !isUp && cause("likely", "noRoute", { server: address, from }),
    ],
  });
}
