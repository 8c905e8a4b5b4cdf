import { sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import type { FirstClose } from "../reading/first-close.ts";
import { otherSide } from "../reading/reading.ts";

/**
 * It said Close and was gone before that had arrived: what its peer still sent met no socket, and the RST that answers it
 * (RFC 9293 §3.10.7.1) makes the peer drop what comes later, the Close too. null: no RST of its own; the path took the Close.
 */
export function closeLost({ tcp, close }: ConnectionFacts, { close: said, direction }: FirstClose): Draft | null {
  const closer = sideOf(direction);
  const reset = tcp.resets.find(({ from, ignored }) => from === closer && !ignored);
  if (reset === undefined) return null;
  const { clientSees, serverSees } = close;
  const { code, reason } = said;
  return draft("ws.close.no-close-frame", "closeLost", {
    at: reset,
    severity: "warning",
    args: { closer, to: otherSide(closer), code, clientCode: clientSees?.code, serverCode: serverSees?.code },
    evidence: [
      shows(said, "closeFrame", { from: closer, code, reason }),
      shows(reset.answers, "answeredByRst", { from: otherSide(closer) }),
      shows(reset, "rst", { from: closer }),
    ],
    causes: [cause("likely", "leftWithoutWaiting", { from: closer })],
  });
}
