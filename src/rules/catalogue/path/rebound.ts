import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, draft, shows } from "../../draft.ts";
import { clientOf, serverOf } from "../../reading/reading.ts";
import { looksLikeWebSocket } from "../../reading/sealed.ts";
import type { Rule } from "../rule.ts";

/** The client's packets went on from another port or address, where the server knows no connection: a NAT changed its mapping. */
function check(connection: ConnectionFacts, context: Context) {
  const strays = context.rebound.get(connection.id) ?? [];
  const [stray] = strays;
  const reset = stray?.tcp.resets.find(({ from }) => from === "server");
  if (stray === undefined || (connection.webSocket === null && !looksLikeWebSocket(connection, context))) return null;
  const lastOfClient = connection.tcp.halves[0].lastPacket;
  const parts = {
    at: stray.first,
    onset: lastOfClient,
    evidence: [
      shows(lastOfClient, "lastFromMapping", { client: clientOf(connection) }),
      shows(stray.first, "continuedFrom", { client: clientOf(stray) }),
      shows(reset, "rstAnswers", { from: "server", to: "client" }),
    ],
    causes: [cause("certain", "natRebound", {})],
  };
  const args = { before: clientOf(connection), after: clientOf(stray), server: serverOf(connection) };
  return reset === undefined
    ? draft("tcp.nat.rebound", "unanswered", {
        ...parts,
        args: { ...args, repeats: stray.tcp.halves[0].retransmissions },
      })
    : draft("tcp.nat.rebound", "plain", { ...parts, args });
}

export const natRebound: Rule = {
  id: "tcp.nat.rebound",
  severity: "error",
  spec: "RFC 4787 §4.3, RFC 5382 §5",
  causes: ["natRebound"],
  sources: ["https://www.rfc-editor.org/rfc/rfc5382#section-5"],
  check,
};
