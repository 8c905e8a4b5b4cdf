import { type Direction, otherDirection, type Side, sideOf } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { TcpEvent, UnacknowledgedFacts } from "../../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { LEAST_RETRANSMISSIONS, LEAST_WAIT_MS } from "../../context/dead-path.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { isNearer } from "../../ending/reset-signs.ts";
import { HEARD_AFTER_NS, isHeard } from "../../path/heard.ts";
import { hostRanOn } from "../../path/host-clock.ts";
import { openedBeside, openedMeanwhile } from "../../path/meanwhile.ts";
import { movedClient } from "../../path/moved-client.ts";
import { outageLength } from "../../path/outage.ts";
import { hasForgotten, hasRestarted, mayHaveGivenUp } from "../../path/restart.ts";
import { endingEvidence, neverCameEvidence } from "../../reading/ending.ts";
import {
  clientOf,
  directionOf,
  endOf,
  lostBytes,
  NS_PER_MS,
  otherSide,
  silenceBefore,
  spanMs,
} from "../../reading/reading.ts";
import { maySealWebSocket } from "../../reading/sealed.ts";
import { brokenRhythm } from "../../rhythm/broken-rhythm.ts";
import { missedBeat } from "../../rhythm/heartbeat.ts";
import { isOpeningTls } from "../../sealed/tls-opening.ts";
import type { Rule } from "../rule.ts";
import { rejected, rejectionSince } from "./path-rejected.ts";
import { checkAcknowledgments, checkLostEnd, checkSurvived } from "./path-signs.ts";

const AFTER_IDLE_MS = 30_000;
/** No device forgets a connection that was in use just now. */
const SOMEWHAT_IDLE_MS = 10_000;
/** No watchdog is so impatient. */
const LEAST_GONE_MS = 1000;
/** Smaller segments pass any path: only large ones raise suspicion of the path MTU. */
const LARGE_SEGMENT_BYTES = 1000;

function checkDirection(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { tcp, webSocket, upgrade } = connection;
  const waiting = tcp.halves[direction].unacknowledged;
  if (webSocket === null && upgrade === null && !maySealWebSocket(connection, context)) return null;
  if (waiting === null || waiting.retransmissions < LEAST_RETRANSMISSIONS) return null;
  const waitedMs = spanMs(waiting.since, waiting.last);
  if (waitedMs < LEAST_WAIT_MS || tcp.oneWay) return null;
  // Data sent into a socket that the peer had closed already is no loss.
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  if (peer.fin !== null && peer.fin.timestampNs <= waiting.since.timestampNs) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  const base = { from, to, bytes: waiting.bytes, repeats: waiting.retransmissions, waitedMs };
  const tooBig = tcp.icmpErrors.find((error) => error.mtuBytes > 0);
  const parts = {
    at: waiting.since,
    evidence: [
      shows(waiting.since, "firstUnacknowledged", { from, bytes: waiting.bytes }),
      tooBig === undefined ? null : shows(tooBig, "icmpTooBig", { sender: tooBig.sender, mtu: tooBig.mtuBytes }),
      shows(waiting.last, "lastRetransmission", { from, repeats: waiting.retransmissions }),
      endingEvidence(connection),
    ],
  };
  const { damaged, laterArrived } = tcp.halves[direction];
  const rejection = rejectionSince(connection, from, waiting, context);
  if (rejection !== null) return rejected(connection, rejection, waiting, base, parts);
  // A capture taken at the sender holds what its network card will cut up: the MSS bounds what is on the wire.
  const segmentBytes = Math.min(
    tcp.halves[direction].largestSegmentBytes,
    peer.synOptions?.mss ?? Number.POSITIVE_INFINITY,
  );
  const isLarge = waiting.fullSize && segmentBytes >= LARGE_SEGMENT_BYTES;
  const peerStillTalks =
    peer.lastData !== null && peer.lastData.timestampNs > waiting.since.timestampNs + LEAST_WAIT_MS * 1e6;
  if (isLarge && (tooBig !== undefined || isLostForSize(connection, direction, waiting, peerStillTalks)))
    return draft("tcp.path.blackhole", "fullSize", {
      ...parts,
      confidence: tooBig !== undefined ? "certain" : laterArrived ? "likely" : "possible",
      args: { ...base, segmentBytes, mtu: tooBig?.mtuBytes },
      causes: [
        cause(tooBig === undefined ? "likely" : "certain", "pathMtu", { to: connection[to].address }),
        cause(tooBig === undefined && !peerStillTalks && !laterArrived ? "likely" : "possible", "peerVanished", { to }),
        cause("possible", "firewallState", {}),
      ],
    });
  // Its end came, or what it had to say: the path is open again.
  const isBack =
    tcp.firstCloser === to || (peer.lastData !== null && peer.lastData.timestampNs > waiting.last.timestampNs);
  const meanwhile = isBack ? null : openedMeanwhile(connection, waiting, from, context);
  const opened = meanwhile && shows(meanwhile.opened, "openedMeanwhile", { client: clientOf(meanwhile.connection) });
  const [first, ...others] = parts.evidence;
  const evidence = [first ?? null, opened, ...others];
  const silentMs = silenceBefore(connection, direction, waiting.since);
  // Regular traffic that broke off was not idle.
  const sinceNs = waiting.since.timestampNs - silentMs * NS_PER_MS;
  const idleMs = brokenRhythm(connection, sinceNs, silentMs) === null ? silentMs : 0;
  const moved = meanwhile === null ? movedClient(connection, sinceNs, waiting.since, context) : null;
  const isMoved = moved?.cause.confidence === "likely";
  if (idleMs >= AFTER_IDLE_MS) {
    return draft("tcp.path.blackhole", "afterIdle", {
      ...parts,
      evidence: [first ?? null, opened, moved?.evidence ?? null, ...others],
      args: { ...base, idleMs },
      causes: [
        moved?.cause ?? null,
        cause(isMoved ? "possible" : "likely", "stateForgotten", {
          idleMs,
          pingSeconds: Math.max(10, Math.floor(idleMs / 2000)),
        }),
        meanwhile === null && cause("possible", "peerVanished", { to }),
      ],
    });
  }
  if (meanwhile !== null)
    return draft("tcp.path.blackhole", "stateLost", {
      ...parts,
      confidence: "likely",
      evidence,
      args: { ...base, client: clientOf(meanwhile.connection), repeatsAfter: meanwhile.repeats },
      causes: [
        cause("likely", "pathStateLost", {}),
        idleMs >= SOMEWHAT_IDLE_MS && cause("possible", "stateForgotten", { idleMs, pingSeconds: 5 }),
        cause("possible", "rebootedSilently", { to }),
        // Behind one address there may be many.
        to === "client" && cause("possible", "peerVanished", { to }),
      ],
    });
  const wasAnswered =
    tcp.resets.some((reset) => reset.from === to && !reset.ignored && reset.answers !== null && !isNearer(reset)) ||
    hasGoneOn(connection, to, waiting);
  if (isHeard(connection, to, waiting) || (isBack && !wasAnswered && isStillDeaf(connection, waiting)))
    return draft("tcp.path.blackhole", "oneWay", {
      ...parts,
      args: base,
      causes: [
        damaged > 0 && cause("certain", "damagingPath", {}),
        // In the end something did come through.
        cause(wasAnswered ? "possible" : "likely", "dropsOneWay", { to, port: connection.server.port }),
        cause(wasAnswered ? "likely" : "possible", "pathInterrupted", { idleMs: waitedMs }),
      ],
    });
  if (
    isBack &&
    tcp.firstCloser !== null &&
    tcp.closedAt !== null &&
    tcp.closedAt.timestampNs > waiting.since.timestampNs
  ) {
    // What is sent again into the closed connection is no outage any more.
    const goneMs = Math.min(waitedMs, spanMs(waiting.since, tcp.closedAt));
    // It hung up before anybody could have missed an answer: what comes to its closed socket, or does not, is no reason.
    if (goneMs < LEAST_GONE_MS && tcp.firstCloser === to) return null;
    const answer = tcp.firstCloser === to ? tcp.closedAt : (peer.lastData ?? tcp.closedAt);
    // Another connection of these hosts that came about shows that the path was open by then.
    const [beside] = openedBeside(connection, waiting.since.timestampNs, answer.timestampNs, context);
    const endNs = (beside?.tcp.established ?? answer).timestampNs;
    const length = outageLength(connection, from, waiting.since.timestampNs, endNs);
    const args = { from, to, bytes: waiting.bytes, repeats: waiting.retransmissions, ...length };
    const hasNew = tcp.firstCloser === to && hasRestarted(connection, to, goneMs, context);
    if (hasNew && mayHaveGivenUp(connection, to, goneMs))
      return draft("tcp.path.blackhole", "forgotten", {
        ...parts,
        args,
        causes: [
          damaged > 0 && cause("certain", "damagingPath", {}),
          cause("likely", "pathInterrupted", {}),
          cause("likely", "hostRebooted", {}),
        ],
      });
    if (hasNew)
      return draft("tcp.path.blackhole", "restarted", {
        ...parts,
        confidence: "likely",
        args,
        causes: [
          damaged > 0 && cause("certain", "damagingPath", {}),
          cause("likely", "hostRebooted", {}),
          cause("possible", "pathInterrupted", {}),
        ],
      });
    return draft("tcp.path.blackhole", "healed", {
      ...parts,
      args: { ...args, closer: tcp.firstCloser },
      causes: [
        damaged > 0 && cause("certain", "damagingPath", {}),
        cause("likely", "pathInterrupted", {}),
        // Servers do not sleep.
        to === "client" && tcp.firstCloser === to && cause("possible", "peerVanished", { to }),
        hasForgotten(connection, to) && !hostRanOn(connection, to, context) && cause("possible", "hostRebooted", {}),
      ],
    });
  }
  const dials = context.lostDials().counts.get(connection.id) ?? 0;
  if (dials > 0)
    return draft("tcp.path.blackhole", "allLost", {
      ...parts,
      args: { ...base, dials },
      causes: [cause("likely", "peerVanished", { to }), cause("likely", "pathInterrupted", {})],
    });
  return draft("tcp.path.blackhole", "midTraffic", {
    ...parts,
    evidence: [first ?? null, moved?.evidence ?? null, ...others],
    args: base,
    causes: [
      damaged > 0 && cause("certain", "damagingPath", {}),
      moved?.cause ?? null,
      cause(isMoved ? "possible" : "likely", "peerVanished", { to }),
      cause("possible", "firewallState", {}),
      isLarge && cause("possible", "pathMtu", { to: connection[to].address }),
      idleMs >= SOMEWHAT_IDLE_MS && cause("possible", "stateForgotten", { idleMs, pingSeconds: 5 }),
    ],
  });
}

/**
 * Nothing so large had arrived before; or small packets of its sender do arrive: the other side has what came later, answers,
 * or goes on to something new, for which a timeout would leave it no room (RFC 5681 §3.1).
 */
function isLostForSize(
  connection: ConnectionFacts,
  direction: Direction,
  waiting: UnacknowledgedFacts,
  peerStillTalks: boolean,
): boolean {
  const { largestArrived, laterArrived, dataSegments } = connection.tcp.halves[direction];
  if (laterArrived) return true;
  if (!largestArrived) return peerStillTalks || dataSegments > 3;
  const to = sideOf(otherDirection(direction));
  const again = retransmissionsSince(connection, to, waiting);
  if (again.length >= LEAST_RETRANSMISSIONS) return hasNewBehind(connection, to, again);
  return peerStillTalks || isHeard(connection, to, waiting);
}

const retransmissionsSince = ({ tcp }: ConnectionFacts, side: Side, { since }: UnacknowledgedFacts) =>
  tcp.events.filter(
    ({ kind, from, timestampNs }) => kind === "retransmission" && from === side && timestampNs > since.timestampNs,
  );

const hasNewBehind = ({ tcp }: ConnectionFacts, side: Side, again: readonly TcpEvent[]): boolean => {
  const { lastData } = tcp.halves[directionOf(side)];
  return lastData !== null && lastData.timestampNs > (again.at(-1)?.timestampNs ?? 0);
};

/** Its end came through, and what is sent to it still does not: a closed socket would answer by RST. */
const isStillDeaf = ({ tcp }: ConnectionFacts, { last }: UnacknowledgedFacts): boolean =>
  tcp.closedAt !== null && last.timestampNs - tcp.closedAt.timestampNs > HEARD_AFTER_NS;

/** It too sent the same again and again, and new data in the end: an acknowledgment has reached it. */
function hasGoneOn(connection: ConnectionFacts, to: Side, waiting: UnacknowledgedFacts): boolean {
  const again = retransmissionsSince(connection, to, waiting);
  return again.length >= LEAST_RETRANSMISSIONS && hasNewBehind(connection, to, again);
}

/** The whole wait, but for the round trip in which it began. */
const SILENT_SHARE = 0.95;

/**
 * Who got what lies behind the missing bytes, and does not acknowledge them, has not got them. Where it says nothing any more
 * the recorder may have missed them: a capture that ends there does not show what it would have said.
 */
function isWaitedFor({ tcp }: ConnectionFacts, from: Side, gap: Mark | undefined): boolean {
  const { neverCame } = tcp.halves[directionOf(from)];
  if (neverCame !== null) return neverCame.isLost;
  return gap === undefined || (tcp.halves[directionOf(otherSide(from))].lastPacket?.packet ?? 0) >= gap.packet;
}

/**
 * Seen where it should arrive: bytes that never came, while the acknowledgments stand still before them. What the capture
 * itself lost, the other side acknowledges.
 */
function checkHole(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { tcp, webSocket } = connection;
  const half = tcp.halves[direction];
  const bytes = lostBytes(half);
  const isOpening = isOpeningTls(connection);
  const since = half.lastAcknowledged ?? webSocket?.openedAt ?? (isOpening ? connection.tls.clientHello : null);
  if (webSocket === null && !isOpening && !maySealWebSocket(connection, context)) return null;
  if (bytes <= 0 || !since || tcp.oneWay) return null;
  const waitedMs = spanMs(since, endOf(connection));
  // The pinger that gave up for it tells the same story, with its end.
  if (waitedMs < LEAST_WAIT_MS || missedBeat(connection, otherDirection(direction), context)?.gaveUp === true)
    return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  const gaps = tcp.events.filter((event) => event.kind === "gap" && event.from === from);
  const large = bytes >= LARGE_SEGMENT_BYTES;
  const parts = {
    at: since,
    confidence: "likely",
    args: { from, to, bytes, waitedMs },
    evidence: [
      shows(since, "lastAcknowledgment", { to }),
      ...gaps.slice(0, 1).map((event) => shows(event, "gap", { from, bytes: event.value })),
      neverCameEvidence(connection, from),
      endingEvidence(connection),
    ],
  } as const;
  // A path that loses large packets looks the same while there are no small ones.
  const bothSilent = tcp.firstCloser === to && (tcp.idleBeforeCloseNs ?? 0) >= SILENT_SHARE * waitedMs * NS_PER_MS;
  if (bothSilent && !large)
    return draft("tcp.path.blackhole", "bothSilent", {
      ...parts,
      causes: [cause("likely", "peerVanished", { to }), cause("likely", "pathInterrupted", { idleMs: waitedMs })],
    });
  if (!bothSilent && !isWaitedFor(connection, from, gaps.at(-1))) return null;
  return draft("tcp.path.blackhole", "hole", {
    ...parts,
    causes: [
      large && cause("likely", "pathMtu", { to: connection[to].address }),
      cause(large ? "possible" : "likely", "pathInterrupted", { idleMs: waitedMs }),
      bothSilent && cause("possible", "peerVanished", { to }),
    ],
  });
}

const check = (connection: ConnectionFacts, context: Context): Draft | null =>
  checkDirection(connection, 0, context) ??
  checkDirection(connection, 1, context) ??
  checkHole(connection, 0, context) ??
  checkHole(connection, 1, context) ??
  checkAcknowledgments(connection, 0) ??
  checkAcknowledgments(connection, 1) ??
  checkLostEnd(connection, 0, context) ??
  checkLostEnd(connection, 1, context) ??
  checkSurvived(connection);

export const pathBlackhole: Rule = {
  id: "tcp.path.blackhole",
  severity: "error",
  spec: "RFC 9293 §3.8.3, RFC 4821",
  causes: [
    "damagingPath",
    "rejectRule",
    "rejectRuleBetween",
    "refusesOneWay",
    "hostDown",
    "hostRebooted",
    "noRoute",
    "routingLoop",
    "dropsOneWay",
    "pathInterrupted",
    "peerVanished",
    "clientMoved",
    "pathStateLost",
    "rebootedSilently",
    "stateForgotten",
    "firewallState",
    "pathMtu",
    "keysWouldTell",
  ],
  sources: ["https://docs.kernel.org/networking/ip-sysctl.html", "https://www.rfc-editor.org/rfc/rfc2923"],
  check,
};
