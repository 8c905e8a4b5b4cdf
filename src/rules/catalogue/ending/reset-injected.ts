import type { ResetFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { isTranslated, type Join, twinOf } from "../../context/legs.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { carriesUpgrade, isPlainAnswer } from "../../ending/reset-signs.ts";
import { otherSide, serverOf } from "../../reading/reading.ts";
import { looksLikeWebSocket } from "../../reading/sealed.ts";
import { forgedOnOpening, isOnHello } from "../../sealed/tls-opening.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** How exactly the two clocks are compared. */
const CLOCK_LEEWAY_NS = 100e6;

/** RSTs that only one of two captures of this connection holds: their sender's own capture lacks them. */
function foreignResets(connection: ConnectionFacts, { joins, rebound }: Context): ResetFacts[] {
  const twins = joins.twins.get(connection.id) ?? [];
  // A NAT gave it another port on the way: there the server's own RST belongs to another connection.
  if (twins.some(({ front, back }) => rebound.has(front.id) || rebound.has(back.id))) return [];
  return twins.flatMap((twin) => foreignInPair(connection, twin));
}

function foreignInPair(connection: ConnectionFacts, twin: Join): ResetFacts[] {
  const { foreignResets: all, clockOffsetNs } = twin.facts;
  if (clockOffsetNs === null) return [];
  const foreign = all.filter((item) => item.connection === connection.id);
  const ahead = clockOffsetNs * (twin.back === connection ? 1 : -1);
  // The other capture went on: it does not lack the RST because it had ended.
  const until = twinOf(twin, connection).last.timestampNs + ahead + CLOCK_LEEWAY_NS;
  return connection.tcp.resets.filter(
    (item) => item.timestampNs <= until && foreign.some(({ packet }) => packet === item.packet),
  );
}

/** A forger that cuts both ends sends each a RST in the other's name. */
function foreignToOther(connection: ConnectionFacts, context: Context): ResetFacts[] {
  return (context.joins.twins.get(connection.id) ?? []).flatMap((twin) =>
    foreignResets(twinOf(twin, connection), context),
  );
}

function checkInjected(connection: ConnectionFacts, context: Context) {
  const foreign = foreignResets(connection, context);
  const [first] = foreign;
  if (first !== undefined) return proved(connection, first, foreign, context);
  const onOpening = forgedOnOpening(connection);
  const odd =
    onOpening ?? connection.tcp.resets.find((item) => item.likelyInjected && !item.ignored && item.state !== "opening");
  const isOurs = onOpening !== null || carriesUpgrade(connection) || looksLikeWebSocket(connection, context);
  if (odd === undefined || !isOurs) return null;
  const parts = {
    confidence: "likely",
    at: odd,
    evidence: connection.tcp.resets
      .filter((item) => item.likelyInjected)
      .map((item) => shows(item, "rstOdd", { from: item.from, oddities: item.oddities.join(",") })),
  } as const;
  const usualHops = odd.usualHopLimit === odd.hopLimit ? null : odd.usualHopLimit;
  const args = { from: odd.from, hops: odd.hopLimit, usualHops };
  const name = connection.tls?.serverName ?? null;
  if (onOpening !== null && name !== null && isOnHello(connection, odd))
    return draft("tcp.rst.injected", "onHello", {
      ...parts,
      args: { ...args, oddities: odd.oddities.join(","), name },
      evidence: [shows(connection.tls?.clientHello, "tlsHello", { name }), ...parts.evidence],
      causes: [
        cause("likely", "nameFilter", { name, server: serverOf(connection) }),
        cause("possible", "injectingBox", { port: null }),
        cause("possible", "proxyInPath", {}),
      ],
    });
  if (isPlainAnswer(odd, connection)) return rejected(connection, odd, parts);
  return draft("tcp.rst.injected", "plain", {
    ...parts,
    args: { ...args, oddities: odd.oddities.join(",") },
    causes: [cause("likely", "injectingBox", { port: plainPort(connection) }), cause("possible", "proxyInPath", {})],
  });
}

/** Its sender's own capture lacks it. Who answers one packet, and knows nothing of the connection, need not mean to cut it. */
function proved(
  connection: ConnectionFacts,
  first: ResetFacts,
  foreign: readonly ResetFacts[],
  context: Context,
): Draft {
  const { from, hopLimit: hops, usualHopLimit: usualHops } = first;
  const port = plainPort(connection);
  const parts = {
    at: first,
    args: { from, hops, usualHops },
    evidence: [...foreign, ...foreignToOther(connection, context)].map((item) =>
      shows(item, "rstForeign", { from: item.from }),
    ),
  };
  if (!foreign.every((item) => isPlainAnswer(item, connection)))
    return draft("tcp.rst.injected", "proved", { ...parts, causes: [cause("certain", "boxBetween", { port, hops })] });
  // The address that the server sees is the NAT's own: what it does not know any more ends at it.
  const byNat = from === "client" && (context.joins.twins.get(connection.id) ?? []).some(isTranslated);
  return draft("tcp.rst.injected", "provedAnswer", {
    ...parts,
    args: { ...parts.args, to: otherSide(from) },
    causes: [
      cause(byNat ? "possible" : "likely", "rejectsBetween", { port: connection.server.port }),
      cause(byNat ? "likely" : "possible", "natForgot", { from }),
      cause("possible", "boxBetween", { port, hops }),
    ],
  });
}

/** TLS helps against who looks inside; where it is in use already there is nothing to change. null: it is. */
const plainPort = ({ tls, server }: ConnectionFacts): number | null => (tls === null ? server.port : null);

interface Place {
  readonly confidence: "likely";
  readonly at: ResetFacts;
  readonly evidence: readonly (EvidenceItem | null)[];
}

/** One packet, one answer that knows nothing of the connection: a rule rejects it now, or a device lost its table. */
function rejected(connection: ConnectionFacts, reset: ResetFacts, { evidence, ...parts }: Place): Draft {
  const { from, hopLimit: hops, usualHopLimit } = reset;
  const { port } = connection.server;
  const wentOn = reset.oddities.includes("sender-continued") ? from : null;
  const args = { from, to: otherSide(from), hops };
  const shown = [shows(reset.answers, "answeredByRst", { from: otherSide(from) }), ...evidence];
  if (usualHopLimit !== null && usualHopLimit !== hops)
    return draft("tcp.rst.injected", "rejectedBetween", {
      ...parts,
      evidence: shown,
      args: { ...args, usualHops: usualHopLimit, wentOn },
      causes: [
        cause("likely", "rejectsBetween", { port }),
        // Whose packets still come through has not lost its place in the table; a NAT stands on the client's way.
        cause(from === "client" && wentOn === null ? "likely" : "possible", "natForgot", { from }),
        cause("possible", "injectingBox", { port: plainPort(connection) }),
        cause("possible", "proxyInPath", {}),
      ],
    });
  return draft("tcp.rst.injected", "rejectedAtHost", {
    ...parts,
    evidence: shown,
    args,
    causes: [
      cause("likely", "rejectsAtHost", { from, port }),
      cause("possible", "addressTaken", { from }),
      cause("possible", "rejectsBetween", { port }),
      cause("possible", "injectingBox", { port: plainPort(connection) }),
    ],
  });
}

export const resetInjected: Rule = {
  id: "tcp.rst.injected",
  severity: "error",
  spec: "RFC 9293 §3.10.7.4, RFC 5961 §3",
  causes: [
    "nameFilter",
    "rejectsBetween",
    "rejectsAtHost",
    "natForgot",
    "addressTaken",
    "injectingBox",
    "boxBetween",
    "proxyInPath",
  ],
  sources: ["https://www.icir.org/vern/papers/reset-injection.ndss09.pdf"],
  check: checkInjected,
};
