import type { IcmpFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, draft, shows } from "../../draft.ts";
import { unreachable } from "../../reading/icmp-meaning.ts";
import { serverOf } from "../../reading/reading.ts";
import type { Cause } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The server's own firewall answers with the server's address. */
export function rejectedBy({ sender }: IcmpFacts, { server }: ConnectionFacts): Cause {
  const { port } = server;
  return sender === server.address
    ? cause("likely", "rejectRule", { port })
    : cause("likely", "rejectRuleBetween", { port, sender });
}

function check(connection: ConnectionFacts) {
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
  return draft("tcp.open.icmp", meaning, {
    ...parts,
    args: base,
    causes:
      meaning === "port" || meaning === "prohibited"
        ? [rejectedBy(error, connection), cause("possible", "carrierBlocks", { port })]
        : [
            cause("likely", meaning === "host" ? "hostDown" : "noRoute", { server: address, from: "client" }),
            cause("possible", "wrongAddress", { server: address, port }),
          ],
  });
}

export const openIcmp: Rule = {
  id: "tcp.open.icmp",
  severity: "error",
  spec: "RFC 792, RFC 4443 §3.1, RFC 5461",
  causes: [
    "recoveredBySelf",
    "rejectRule",
    "rejectRuleBetween",
    "noRoute",
    "hostDown",
    "wrongAddress",
    "carrierBlocks",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc792", "https://www.rfc-editor.org/rfc/rfc5461"],
  check,
};
