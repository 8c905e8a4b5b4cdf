import type { IcmpFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { unreachablesBetween } from "../../context/unreachables.ts";
import { cause, draft, shows } from "../../draft.ts";
import { isByRule, unreachable } from "../../reading/icmp-meaning.ts";
import { serverOf, spanMs } from "../../reading/reading.ts";
import type { Cause } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The server's own firewall answers with the server's address. */
export function rejectedBy({ sender }: IcmpFacts, { server }: ConnectionFacts): Cause {
  const { port } = server;
  return sender === server.address
    ? cause("likely", "rejectRule", { port })
    : cause("likely", "rejectRuleBetween", { port, sender });
}

/** Neighbours are asked for a second or more before they are given up (RFC 4861 §10; Linux: three times in 3 s). */
const AT_ONCE_MS = 500;

/** Since the first SYN. */
const afterMs = ({ tcp, first }: ConnectionFacts, error: IcmpFacts): number => spanMs(tcp.syns[0] ?? first, error);

/**
 * The router has not asked for this host: its first word about it came at once, to a dial. To a later one it may come at once
 * when the question for an earlier packet has just failed. Where the capture shows the question, it has asked.
 */
function isAtOnce(connection: ConnectionFacts, error: IcmpFacts, { analysis, unreachables }: Context): boolean {
  const { address } = connection.server;
  if (analysis.arp.some(({ target, answered }) => target === address && answered === null)) return false;
  const all = unreachablesBetween(connection, "client", unreachables());
  const first = all.find(({ error: { sender } }) => sender === error.sender) ?? { connection, error };
  return first.connection.tcp.opening !== "complete" && afterMs(first.connection, first.error) < AT_ONCE_MS;
}

function check(connection: ConnectionFacts, context: Context) {
  const { tcp } = connection;
  if (tcp.opening === "complete" || tcp.opening === "not-captured" || tcp.synAcks.length > 0) return null;
  const error = tcp.icmpErrors.find((item) => item.about === "client" && unreachable(item) !== null);
  if (error === undefined) return null;
  const meaning = unreachable(error) ?? "other";
  const server = serverOf(connection);
  const port = connection.server.port;
  const base = { server, port, sender: error.sender };
  const parts = {
    at: error,
    evidence: [
      shows(tcp.syns[0] ?? connection.first, "syn", { server }),
      shows(error, "icmpUnreachable", { sender: error.sender, meaning: `icmp.${meaning}` }),
    ],
  };
  const address = connection.server.address;
  if (meaning === "other")
    return draft("tcp.open.icmp", "other", {
      ...parts,
      args: { ...base, type: error.type, code: error.code },
      causes: [
        cause("possible", "rejectRule", { port }),
        cause("possible", "noRoute", { server: address, from: "client" }),
      ],
    });
  const isRule = isByRule(error);
  // No host says of itself that it is not there.
  const isOwn = error.sender === address;
  if (meaning === "host" && (isOwn || isAtOnce(connection, error, context)))
    return draft("tcp.open.icmp", "hostAtOnce", {
      ...parts,
      args: { ...base, afterMs: afterMs(connection, error) },
      causes: isOwn
        ? [rejectedBy(error, connection)]
        : [
            cause("likely", "rejectsUnasked", { sender: error.sender, server: address }),
            cause("possible", "hostDown", { server: address, from: "client" }),
          ],
    });
  const causes = isRule
    ? [rejectedBy(error, connection), cause("possible", "carrierBlocks", { port })]
    : [
        cause("likely", meaning === "host" ? "hostDown" : "noRoute", { server: address, from: "client" }),
        cause("possible", "wrongAddress", { server: address, port }),
      ];
  if (meaning === "host")
    return draft("tcp.open.icmp", "host", { ...parts, args: { ...base, afterMs: afterMs(connection, error) }, causes });
  return draft("tcp.open.icmp", meaning, { ...parts, args: base, causes });
}

export const openIcmp: Rule = {
  id: "tcp.open.icmp",
  severity: "error",
  spec: "RFC 792, RFC 4443 §3.1, RFC 5461",
  causes: [
    "recoveredBySelf",
    "rejectRule",
    "rejectRuleBetween",
    "rejectsUnasked",
    "noRoute",
    "hostDown",
    "wrongAddress",
    "carrierBlocks",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc792", "https://www.rfc-editor.org/rfc/rfc5461"],
  check,
};
