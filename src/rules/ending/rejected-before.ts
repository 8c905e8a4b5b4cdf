import type { ResetFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { serverOf } from "../reading/reading.ts";
import { before, within } from "../reading/time-index.ts";
import { isPlainAnswer } from "./reset-signs.ts";

/**
 * A firewall cut an open connection in the server's name while the server itself went on sending, and nobody was let in since:
 * what its port answers now from as far away is the same rule, and says nothing of the program. The last such RST, or null.
 */
export function rejectedBefore(
  connection: ConnectionFacts,
  { hopLimit }: ResetFacts,
  { others }: Context,
): ResetFacts | null {
  const { dropped, accepted } = others();
  const server = serverOf(connection);
  const at = connection.first.timestampNs;
  const ended = dropped.get(server);
  const last = ended === undefined ? undefined : before(ended, at).at(-1);
  const cut = last?.tcp.resets.find(
    (reset) => reset.from === "server" && !reset.ignored && reset.oddities.includes("sender-continued"),
  );
  if (last === undefined || cut === undefined || cut.hopLimit !== hopLimit || !isPlainAnswer(cut, last)) return null;
  const letIn = accepted.get(server);
  return letIn !== undefined && within(letIn, cut.timestampNs, at).length > 0 ? null : cut;
}
