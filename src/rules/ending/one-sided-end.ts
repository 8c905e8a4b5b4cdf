import type { ConnectionFacts } from "../../store/types.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { directionOf, otherSide } from "../reading/reading.ts";

/** Only one side was captured, and its stream ended with a FIN and no Close frame: the other one's API says 1006. */
export function endOfOneSide(connection: ConnectionFacts): Draft | null {
  const { tcp, webSocket, close } = connection;
  const from = tcp.halves[0].packets > 0 ? "client" : "server";
  const { fin, missingBytes } = tcp.halves[directionOf(from)];
  if (fin === null || missingBytes > 0) return null;
  const to = otherSide(from);
  return draft("ws.close.no-close-frame", "oneSide", {
    at: fin,
    confidence: "likely",
    args: { from, to, code: close[to === "client" ? "clientSees" : "serverSees"]?.code },
    evidence: [
      shows(webSocket?.lastFrame[directionOf(from)], "lastData", { from }),
      shows(fin, "finNoClose", { from }),
    ],
    causes: [cause("likely", "otherDirection", { to })],
  });
}
