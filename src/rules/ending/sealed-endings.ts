import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { endedByProxy } from "../context/legs.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { interruptionBefore } from "../path/interruption.ts";
import { endingEvidence } from "../reading/ending.ts";
import { directionOf, endOf, later, otherSide, spanMs } from "../reading/reading.ts";
import { recordCounts, sealedOf } from "../reading/sealed.ts";
import { isTimerLike } from "../rhythm/heartbeat.ts";
import { heartOf } from "../sealed/sealed-beat.ts";
import { clientTimer, timerCauses } from "../timers/timer-causes.ts";
import { matchTimers } from "../timers/timer-match.ts";
import type { Cause, EvidenceItem } from "../types.ts";
import { hasDied } from "./end-signs.ts";
import { resetCauses } from "./reset-causes.ts";

// How connections end that are taken for WebSockets and stay encrypted: what TCP and the sizes of records tell.

/** Data this short before the end: it did not end for being idle. */
const BUSY_MS = 1000;
/** Silence this short before the end is no timer's work. */
const LEAST_IDLE_MS = 2000;

export function lastRecord({ tls }: ConnectionFacts): EvidenceItem | null {
  const [client, server] = tls?.rhythm?.last ?? [null, null];
  const last = later(client, server);
  return shows(last, "lastRecord", { from: last === client ? "client" : "server" });
}

/** RST on a connection that nobody had closed yet. */
export function sealedReset(connection: ConnectionFacts, context: Context): Draft | null {
  const sealed = sealedOf(connection, context);
  const { tcp } = connection;
  const resets = tcp.resets.filter(({ ignored, state, afterFin }) => !ignored && state !== "opening" && !afterFin);
  const reset = resets[0];
  // Both had said what there was to say: then the socket was dropped.
  if (sealed === null || reset === undefined || tcp.ending !== "rst" || sealed.rhythm.farewell) return null;
  const { from } = reset;
  const outage = reset.answers !== null && !reset.hasAck ? interruptionBefore(connection, reset, from) : null;
  const idleMs = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  return draft("tcp.rst", "sealed", {
    at: reset,
    onset: outage?.since,
    args: {
      from,
      openMs: spanMs(sealed.rhythm.since, reset),
      idleMs: idleMs < BUSY_MS ? null : idleMs,
      outageMs: outage?.ms,
      ...recordCounts(sealed),
    },
    evidence: [
      ...(outage?.evidence ?? [lastRecord(connection)]),
      shows(reset.answers, "answeredByRst", { from: otherSide(from) }),
      ...resets.map((item) =>
        shows(item, item.answers === null ? "rst" : "rstAnswers", { from: item.from, to: otherSide(item.from) }),
      ),
    ],
    causes:
      outage === null
        ? [...timerCauses(connection, context), ...resetCauses(connection, reset, context)]
        : [
            cause("likely", "pathInterrupted", { idleMs: outage.ms }),
            cause("possible", "connectionUnknown", { from, to: otherSide(from) }),
          ],
  });
}

/** Ended by FIN, with TLS's close_notify or without, and nothing before it that would be a closing handshake. */
export function sealedEnd(connection: ConnectionFacts, context: Context): Draft | null {
  const sealed = sealedOf(connection, context);
  const { tcp } = connection;
  const closer = tcp.firstCloser;
  if (sealed === null || sealed.belief === "weak" || closer === null || tcp.ending !== "fin") return null;
  const { rhythm, tls } = sealed;
  if (rhythm.farewell || rhythm.holes || endedByProxy(connection, context.joins) !== null) return null;
  const end = endOf(connection);
  const notified = tls.closings[directionOf(closer)] !== null;
  const idleMs = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  const outage = interruptionBefore(connection, end, closer);
  const beatFrom = heartOf(rhythm);
  const beat = beatFrom && rhythm.beats[directionOf(beatFrom)];
  return draft("ws.close.no-close-frame", notified ? "sealedNotified" : "sealedCut", {
    at: end,
    args: {
      closer,
      idleMs: idleMs < BUSY_MS ? null : idleMs,
      openMs: spanMs(rhythm.since, end),
      intervalMs: beat?.intervalMs,
      beatFrom,
      ...recordCounts(sealed),
    },
    onset: outage?.since,
    evidence: [...(outage?.evidence ?? [lastRecord(connection)]), endingEvidence(connection)],
    causes:
      outage === null
        ? endCauses(connection, context, notified)
        : outage.paused
          ? [cause("likely", "peerBlocked", { to: closer })]
          : [cause("likely", "pathInterrupted", { idleMs: outage.ms })],
  });
}

function endCauses(connection: ConnectionFacts, context: Context, notified: boolean): (Cause | false | null)[] {
  const { tcp, tls } = connection;
  const closer = tcp.firstCloser ?? "server";
  const idleMs = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  const named = timerCauses(connection, context);
  const beat = tls?.rhythm?.beats[directionOf(closer)] ?? null;
  const byTimer = idleMs >= LEAST_IDLE_MS && isTimerLike(idleMs) && (beat === null || idleMs < 2 * beat.intervalMs);
  const died = closer === "server" && hasDied(connection, context);
  const isServer = closer === "server";
  const ownTimer = isServer ? null : clientTimer(connection, context);
  const own = ownTimer === null ? "likely" : "possible";
  const pingSeconds = Math.max(1, Math.floor(idleMs / 2000));
  return [
    ownTimer,
    ...named,
    byTimer &&
      named.length === 0 &&
      isServer &&
      cause("likely", "proxyIdleTimer", { front: "other", idleMs, pingSeconds }),
    byTimer &&
      named.length === 0 &&
      ownTimer === null &&
      cause(isServer ? "possible" : "likely", "unknownIdleTimer", { idleMs }),
    isServer && cause(died || byTimer ? "possible" : "likely", "serverTerminated", {}),
    // The kernel of a process that is gone sends its FIN, and knows nothing of TLS.
    isServer && !notified && cause(died ? "likely" : "possible", "serverDied", {}),
    !isServer && !notified && cause(own, "clientKilled", {}),
    !isServer && cause(notified ? own : "possible", "clientTerminated", {}),
  ];
}

/** The end fits an idle timer. */
export function sealedIdle(connection: ConnectionFacts, context: Context): Draft | null {
  const sealed = sealedOf(connection, context);
  const { tcp } = connection;
  if (sealed === null || sealed.rhythm.farewell || sealed.rhythm.holes || tcp.firstCloser === null) return null;
  if (endedByProxy(connection, context.joins) !== null) return null;
  const [best] = matchTimers(connection, context);
  if (best === undefined || best.timer.kind !== "idle") return null;
  const causes = timerCauses(connection, context);
  return draft("ws.idle.timeout", "sealed", {
    confidence: causes.length === 1 ? "likely" : "possible",
    at: tcp.closedAt,
    args: {
      closer: tcp.firstCloser,
      seconds: best.timer.seconds,
      timer: best.timer.name,
      candidates: causes.length,
      ...recordCounts(sealed),
    },
    evidence: [lastRecord(connection), endingEvidence(connection)],
    causes,
  });
}
