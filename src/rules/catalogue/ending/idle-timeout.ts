import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { endedByProxy } from "../../context/legs.ts";
import { draft, shows } from "../../draft.ts";
import { sealedIdle } from "../../ending/sealed-endings.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { later } from "../../reading/reading.ts";
import { missedBeat } from "../../rhythm/heartbeat.ts";
import { timerCauses } from "../../timers/timer-causes.ts";
import { matchTimers } from "../../timers/timer-match.ts";
import type { Rule } from "../rule.ts";

/** The end of a WebSocket fits a timer that is known (or the user's own). Missing pongs are the better explanation. */
function check(connection: ConnectionFacts, context: Context) {
  const { webSocket, tcp } = connection;
  if (webSocket === null) return sealedIdle(connection, context);
  if (tcp.closedAt === null || tcp.firstCloser === null) return null;
  const [client, server] = webSocket.closeFrames;
  if (client !== null || server !== null) return null;
  if (missedBeat(connection, 0, context) !== null || missedBeat(connection, 1, context) !== null) return null;
  const byProxy = endedByProxy(connection, context.joins);
  if (byProxy?.back === connection) return null;
  const [best] = matchTimers(connection, context);
  if (best === undefined) return null;
  const causes = timerCauses(connection, context);
  return draft("ws.idle.timeout", best.timer.kind, {
    confidence: best.named || causes.length === 1 ? "likely" : "possible",
    at: tcp.closedAt,
    args: { closer: tcp.firstCloser, seconds: best.timer.seconds, timer: best.timer.name, candidates: causes.length },
    evidence: [
      best.timer.kind === "lifetime" ? shows(webSocket.openedAt, "switched", {}) : null,
      shows(later(tcp.halves[0].lastData, tcp.halves[1].lastData), "silence", {
        idleMs: (tcp.idleBeforeCloseNs ?? 0) / 1e6,
      }),
      endingEvidence(connection),
    ],
    causes,
  });
}

export const idleTimeout: Rule = {
  id: "ws.idle.timeout",
  severity: "warning",
  spec: "RFC 6455 §5.5.2",
  causes: ["timerFits", "lifetimeFits", "keysWouldTell"],
  sources: ["https://nginx.org/en/docs/http/websocket.html"],
  check,
};
