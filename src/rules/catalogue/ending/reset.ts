import type { Side } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { ResetFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { endedByProxy } from "../../context/legs.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { diedStill } from "../../ending/died-still.ts";
import { failedOnMessage, hasDied } from "../../ending/end-signs.ts";
import { resetCauses } from "../../ending/reset-causes.ts";
import { carriesUpgrade, isNearer } from "../../ending/reset-signs.ts";
import { sealedReset } from "../../ending/sealed-endings.ts";
import { hostRanOn } from "../../path/host-clock.ts";
import { type Interruption, interruptionBefore } from "../../path/interruption.ts";
import { hasRestarted, mayHaveGivenUp } from "../../path/restart.ts";
import { closeMetNobody } from "../../reading/ending.ts";
import { stoppedReading } from "../../reading/full-window.ts";
import {
  directionOf,
  hasUnreadEnd,
  NS_PER_MS,
  openFor,
  otherSide,
  serverOf,
  silenceBefore,
  spanMs,
} from "../../reading/reading.ts";
import { looksLikeWebSocket } from "../../reading/sealed.ts";
import { stallWithin } from "../../reading/stall.ts";
import { brokenRhythm } from "../../rhythm/broken-rhythm.ts";
import { frozenBefore } from "../../rhythm/standstill.ts";
import { isGivenUp } from "../../sessions/session-use.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** Shorter pauses are worth no word. */
const IDLE_MS = 1000;

/** Silence before the data that an RST answered, from which on the connection may have been forgotten by somebody. */
const FORGOTTEN_AFTER_MS = 30_000;

const counted = (connection: ConnectionFacts): ResetFacts[] =>
  carriesUpgrade(connection)
    ? connection.tcp.resets.filter((reset) => !reset.ignored && reset.state !== "opening")
    : [];

function inHandshake(
  connection: ConnectionFacts,
  { from, afterFin }: ResetFacts,
  parts: { at: Mark; evidence: (EvidenceItem | null)[] },
): Draft {
  // What it hung up on came too late, and met a closed socket.
  const isLate = afterFin && from === connection.tcp.firstCloser;
  return draft("tcp.rst", "handshake", {
    ...parts,
    severity: afterFin ? "note" : undefined,
    args: { from },
    causes: [
      isLate
        ? cause("likely", "closedSocketWritten", {})
        : cause("likely", from === "client" ? "pageLeft" : "handlerThrew", {}),
    ],
  });
}

/** The RSTs of one connection: the first that counts speaks, the others are its evidence. */
function checkReset(connection: ConnectionFacts, context: Context): Draft | null {
  const resets = counted(connection);
  const reset = resets[0];
  if (reset === undefined || endedByProxy(connection, context.joins) !== null) return null;
  const { webSocket, tcp } = connection;
  const { from } = reset;
  // Its session was refused elsewhere, and that is told.
  if (from === "client" && !webSocket?.firstFrame[0] && isGivenUp(connection, context)) return null;
  const evidence = [
    shows(reset.answers, "answeredByRst", { from: otherSide(from) }),
    ...resets.map((item) =>
      shows(item, item.answers === null ? "rst" : "rstAnswers", { from: item.from, to: otherSide(item.from) }),
    ),
  ];
  const parts = { at: reset, evidence };
  if (webSocket === null) return inHandshake(connection, reset, parts);
  const metNobody = closeMetNobody(connection, otherSide(from));
  if (!metNobody && (webSocket.closeFrames[0] !== null || webSocket.closeFrames[1] !== null))
    return draft("tcp.rst", "afterClose", {
      ...parts,
      severity: "note",
      args: { from },
      causes: [cause("likely", "closedSocketWritten", {})],
    });
  const finFrom = tcp.halves[0].fin && (!tcp.halves[1].fin || tcp.firstCloser === "client") ? "client" : "server";
  const fin = tcp.halves[finFrom === "client" ? 0 : 1].fin;
  if (reset.afterFin && fin !== null)
    return draft("tcp.rst", "afterFin", {
      ...parts,
      severity: "note",
      args: { from, finFrom, afterMs: spanMs(fin, reset) },
      evidence: [shows(fin, "finNoClose", { from: finFrom }), ...evidence],
      causes: [cause("likely", "closedSocketWritten", {})],
    });
  const isUnknown = reset.answers !== null && !reset.hasAck;
  const to = otherSide(from);
  const dialled = isUnknown ? dialledAgain(connection, reset, context) : null;
  if (dialled !== null) return halfOpen(connection, reset, dialled, evidence, context);
  // Whatever went before, the host that it names has said nothing.
  if (isUnknown && isNearer(reset)) return fromNearer(connection, reset, parts);
  const isRead = stoppedReading(tcp, to, reset) === null;
  const frozen = isRead && !isUnknown ? frozenBefore(connection, reset, from) : null;
  if (frozen !== null)
    return draft("tcp.rst", "afterStandstill", {
      ...parts,
      confidence: "likely",
      args: { from, to, outageMs: frozen.ms },
      evidence: [shows(frozen.until, "dataAgain", { from, pauseMs: frozen.ms }), ...evidence],
      causes: [cause("likely", "peerBlocked", { to: from }), cause("possible", "abortiveClose", { from })],
    });
  const still = isRead ? diedStill(connection, reset, from === "server" && hasDied(connection, context), parts) : null;
  if (still !== null) return still;
  const outage =
    isUnknown && isRead ? (interruptionBefore(connection, reset, from) ?? comeback(connection, reset)) : null;
  const hasNew = outage !== null && hasRestarted(connection, from, outage.ms, context);
  const isEither = hasNew && mayHaveGivenUp(connection, from, outage.ms);
  if (hasNew && !isEither)
    return draft("tcp.rst", "afterRestart", {
      ...parts,
      onset: outage.since,
      confidence: "likely",
      args: { from, to, outageMs: outage.ms },
      evidence: [...outage.evidence, ...evidence],
      causes: [
        cause("likely", "hostRebooted", {}),
        cause("possible", "pathInterrupted", {}),
        cause("possible", "connectionUnknown", { from, to }),
      ],
    });
  if (outage !== null) {
    const common = {
      ...parts,
      onset: outage.since,
      evidence: [...outage.evidence, ...evidence],
      causes: [
        cause("likely", "pathInterrupted", { idleMs: outage.repeats === null ? outage.ms : null }),
        isEither && cause("likely", "hostRebooted", {}),
        cause("possible", "connectionUnknown", { from, to }),
      ],
    };
    return outage.repeats === null
      ? draft("tcp.rst", "afterSilence", { ...common, confidence: "likely", args: { from, to, outageMs: outage.ms } })
      : draft("tcp.rst", isEither ? "afterAbsence" : "afterOutage", {
          ...common,
          args: { from, to, ...outage.length, repeats: outage.repeats },
        });
  }
  const hole = isUnknown ? missedPings(connection, from) : null;
  if (hole !== null)
    return draft("tcp.rst", "afterGap", {
      ...parts,
      confidence: "likely",
      args: { from, to, ...hole },
      causes: [
        cause("likely", "pathInterrupted", { idleMs: hole.outageMs }),
        cause("possible", "connectionUnknown", { from, to }),
      ],
    });
  const broken = isUnknown ? brokenBefore(connection, reset) : null;
  if (broken !== null)
    return draft("tcp.rst", "afterBreak", {
      ...parts,
      confidence: "likely",
      args: { from, to, ...broken },
      causes: [
        cause("likely", "pathInterrupted", { idleMs: broken.outageMs }),
        // Servers do not sleep.
        cause(to === "client" ? "likely" : "possible", "peerVanished", { to }),
        cause("possible", "connectionUnknown", { from, to }),
      ],
    });
  if (!webSocket.midstream && (hasUnreadEnd(connection, "client") || hasUnreadEnd(connection, "server")))
    return draft("tcp.rst", "endMissing", {
      ...parts,
      severity: "warning",
      args: { from, openMs: spanMs(webSocket.openedAt, reset) },
      causes: resetCauses(connection, reset, context),
    });
  const idleMs = (tcp.idleBeforeCloseNs ?? 0) / 1e6;
  const message =
    failedOnMessage(connection, directionOf(from)) === null ? null : webSocket.lastMessage[directionOf(to)];
  return draft("tcp.rst", "established", {
    at: reset,
    evidence: [shows(message, "lastData", { from: to }), ...evidence],
    args: {
      from,
      ...openFor(connection, reset),
      idleMs: idleMs < IDLE_MS ? null : idleMs,
      answered: reset.answers === null ? null : "yes",
    },
    causes: resetCauses(connection, reset, context),
  });
}

/** The SYN from the same ports that made this RST come about. */
function dialledAgain({ id }: ConnectionFacts, { timestampNs }: ResetFacts, { others }: Context): Mark | null {
  const first = others().replacedBy.get(id)?.first ?? null;
  return first !== null && first.timestampNs < timestampNs ? first : null;
}

function halfOpen(
  connection: ConnectionFacts,
  reset: ResetFacts,
  dialled: Mark,
  evidence: readonly (EvidenceItem | null)[],
  context: Context,
): Draft {
  const { from } = reset;
  const last = connection.tcp.halves[directionOf(from)].lastPacket;
  return draft("tcp.rst", "halfOpen", {
    at: reset,
    onset: last ?? undefined,
    args: { from, to: otherSide(from), outageMs: last === null ? 0 : spanMs(last, dialled) },
    evidence: [
      shows(last, "lastHeard", { from }),
      shows(dialled, "syn", { server: serverOf(connection) }),
      ...evidence,
    ],
    causes: hostRanOn(connection, from, context)
      ? [cause("likely", "programEnded", { from })]
      : [cause("likely", "hostRebooted", {}), cause("possible", "portReused", {})],
  });
}

/** It came from nearer by than what the host sends: a device in between answered in its place. */
function fromNearer(connection: ConnectionFacts, reset: ResetFacts, parts: DraftPlace): Draft {
  const { from, hopLimit, usualHopLimit } = reset;
  const to = otherSide(from);
  return draft("tcp.rst", "nearer", {
    ...parts,
    confidence: "likely",
    args: {
      from,
      to,
      ...openFor(connection, reset),
      hops: hopLimit,
      usualHops: usualHopLimit ?? hopLimit,
    },
    causes: [
      // The client's NAT stands on its way; before a server there is one only where a port is forwarded.
      cause(from === "client" ? "likely" : "possible", "natForgot", { from }),
      cause("likely", "rejectsBetween", { port: connection.server.port }),
      cause("possible", "connectionUnknown", { from, to }),
    ],
  });
}

interface DraftPlace {
  readonly at: Mark;
  readonly evidence: readonly (EvidenceItem | null)[];
}

const JUST_BEFORE_NS = 1e9;
const LEAST_MISSED = 3;
const LEAST_SILENCE_MS = 3000;

const brokenAt = (connection: ConnectionFacts, answered: Mark, silentMs: number) =>
  brokenRhythm(connection, answered.timestampNs - silentMs * NS_PER_MS, silentMs);

/** Traffic that had been regular broke off, and the first packet after that silence was answered by the RST. */
function brokenBefore(connection: ConnectionFacts, { from, answers }: ResetFacts) {
  if (answers === null) return null;
  const outageMs = silenceBefore(connection, directionOf(otherSide(from)), answers);
  const broken = outageMs < LEAST_SILENCE_MS ? null : brokenAt(connection, answers, outageMs);
  return broken && { outageMs, of: broken.of, intervalMs: broken.intervalMs };
}

/**
 * After a silence the sender of the RST was heard once more, and knew nothing of the connection when that was answered:
 * the packet was a repetition of what it had sent before it gave up.
 */
function comeback({ tcp }: ConnectionFacts, reset: ResetFacts): Interruption | null {
  const silence = tcp.lastSilence;
  const { lastData } = tcp.halves[directionOf(reset.from)];
  if (silence === null || lastData === null || reset.answers === null || silence.ms < LEAST_SILENCE_MS) return null;
  const isHeard =
    lastData.timestampNs >= silence.until.timestampNs && lastData.timestampNs <= reset.answers.timestampNs;
  if (!isHeard || reset.timestampNs - silence.until.timestampNs > JUST_BEFORE_NS) return null;
  return {
    ms: silence.ms,
    length: { leastMs: silence.ms, mostMs: silence.ms },
    unanswered: null,
    repeats: null,
    since: null,
    paused: false,
    acknowledging: false,
    evidence: [shows(silence.until, "silence", { idleMs: silence.ms })],
  };
}

/** Pings of a side that should have come by its interval and did not, as time; null: none, or too few to tell. */
function missedPings({ webSocket }: ConnectionFacts, from: Side): { outageMs: number; intervalMs: number } | null {
  const beat = webSocket?.heartbeat[directionOf(from)];
  if (!webSocket || webSocket.midstream || !beat?.intervalMs || beat.lastPing === null) return null;
  const outageMs = spanMs(webSocket.openedAt, beat.lastPing) - beat.pings * beat.intervalMs;
  return outageMs >= LEAST_MISSED * beat.intervalMs ? { outageMs, intervalMs: beat.intervalMs } : null;
}

export const reset: Rule = {
  id: "tcp.rst",
  severity: "error",
  spec: "RFC 9293 §3.10.7.4",
  causes: [
    "peerStoppedReading",
    "peerBlocked",
    "pathInterrupted",
    "peerVanished",
    "programEnded",
    "hostRebooted",
    "portReused",
    "proxyIdleTimer",
    "connectionUnknown",
    "natForgot",
    "rejectsBetween",
    "natRebound",
    "failedOnMessage",
    "libraryLimit",
    "clientLifetimeTimer",
    "clientSilenceTimer",
    "closedWithUnread",
    "abortiveClose",
    "processCrashed",
    "dataStopped",
    "sourceStopped",
    "middleboxReset",
    "closedSocketWritten",
    "handlerThrew",
    "pageLeft",
    "keysWouldTell",
  ],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4",
    "https://www.rfc-editor.org/rfc/rfc2525#section-2.17",
  ],
  check: (connection, context) => checkReset(connection, context) ?? sealedReset(connection, context),
};

/** Data after a silence, and an RST as the answer: who answers so has no memory of the connection. */
function checkAfterIdle(connection: ConnectionFacts, context: Context) {
  const { tcp, webSocket } = connection;
  if (webSocket === null && !looksLikeWebSocket(connection, context)) return null;
  const found = tcp.resets.find(
    (item) => !item.ignored && !item.afterFin && item.state === "established" && item.answers !== null,
  );
  if (!found?.answers) return null;
  const idle = silenceBefore(connection, directionOf(otherSide(found.from)), found.answers);
  if (idle < FORGOTTEN_AFTER_MS || brokenAt(connection, found.answers, idle) !== null) return null;
  // Not idle: what was sent, or should have come, did not get through.
  if (stallWithin(connection, found.timestampNs - JUST_BEFORE_NS, found.timestampNs) !== null) return null;
  if (missedPings(connection, found.from) !== null) return null;
  // Who sends in another's name from another distance stands between.
  const isBetween = found.usualHopLimit !== null && found.hopLimit !== found.usualHopLimit;
  return draft("tcp.rst.after-idle", "plain", {
    confidence: "likely",
    at: found,
    args: { from: found.from, to: otherSide(found.from), idleMs: idle },
    evidence: [
      shows(found.answers, "answeredByRst", { from: otherSide(found.from) }),
      shows(found, "rstAnswers", { from: found.from, to: otherSide(found.from) }),
      isBetween ? shows(found, "rstOdd", { from: found.from, oddities: "hop-limit" }) : null,
    ],
    causes: [
      cause("likely", "stateForgotten", { idleMs: idle, pingSeconds: Math.max(10, Math.floor(idle / 2000)) }),
      !isBetween && cause("likely", "hostRebooted", {}),
    ],
  });
}

export const resetAfterIdle: Rule = {
  id: "tcp.rst.after-idle",
  severity: "error",
  spec: "RFC 9293 §3.5.2, RFC 5382 §4",
  causes: ["stateForgotten", "hostRebooted"],
  sources: [
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
    "https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-reset",
  ],
  check: checkAfterIdle,
};
