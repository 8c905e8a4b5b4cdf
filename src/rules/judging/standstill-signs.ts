import { CLIENT, SERVER } from "../../base/brand.ts";
import type { PauseFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { NS_PER_MS, watchedUntil } from "../reading/reading.ts";
import { stallWithin } from "../reading/stall.ts";
import { missesOwnPings } from "../rhythm/heartbeat.ts";
import { demands, lastingSilence, longestPauseOf, type Silence, standsOut } from "../rhythm/silence.ts";
import type { EvidenceItem, RuleId } from "../types.ts";
import type { Judged } from "./story.ts";

/** What one connection shows of a server that says nothing. Times are those of the first capture's clock. */
export interface Sign {
  readonly item: Judged;
  readonly connection: ConnectionFacts;
  /** The server's last word on it; of a request that it never answered: when that was asked. */
  readonly sinceNs: number;
  /** By then it should have spoken again. */
  readonly dueNs: number;
  /** Up to when it was silent: its next word, or when nobody waited any more. */
  readonly untilNs: number;
  /** It spoke again then. */
  readonly woke: boolean;
  /** It hears of a server that wakes up so much later, as that has something to say. */
  readonly paceNs: number;
  /** Nobody falls silent on that for lack of things to say: it was asked something, or its own pings were due. */
  readonly isOwed: boolean;
  /** `request`: it is one, on a connection of its own. `ended`: all that shows is that the server hung up then, out of its own silence. */
  readonly kind: "silence" | "request" | "ended";
}

/** They tell what a silent server did to its clients, or that it was silent. `null`: whoever it blames. */
const BLAMING: Readonly<Partial<Record<RuleId, "from" | "to" | null>>> = {
  "ws.close.no-close-frame": null,
  "tcp.rst": null,
  "ws.idle.timeout": null,
  "ws.close.code": null,
  "ws.close.unanswered": "to",
  "ws.pong.missing": "to",
  "app.heartbeat.missing": "to",
  "ws.pong.late": "to",
  "ws.ping.stopped": "from",
};

const REQUESTS: ReadonlySet<RuleId> = new Set(["http.upgrade.unanswered", "http.upgrade.dropped"]);

const QUESTIONS: ReadonlySet<EvidenceItem["what"]> = new Set([
  "unansweredPing",
  "unansweredPingAcknowledged",
  "unansweredBeat",
  "lateBeat",
  "slowestPing",
]);

const LEAST_REACTION_NS = 1e9;
/** One may be late, or in a segment with another. */
const INTERVALS = 3;
/** What it says and does as it wakes up. */
const WAKING_NS = 2e9;

const isSevere = ({ severity, root }: Judged): boolean => severity !== "note" && root === null;

/** null: it tells nothing of a silent server, or more of the path. */
export function signOf(item: Judged, context: Context): Sign | null {
  const { connection, draft } = item;
  if (connection === null || !isSevere(item)) return null;
  if (REQUESTS.has(draft.ruleId)) return requestSign(item, connection, context);
  if (draft.ruleId === "eio.pong.missing") return pingsSign(item, connection);
  const blamed = BLAMING[draft.ruleId];
  if (blamed === undefined || connection.webSocket === null) return null;
  if (blamed !== null && draft.args[blamed] !== undefined && draft.args[blamed] !== "server") return null;
  const askedNs = draft.evidence.find((one) => asks(one, draft.ruleId))?.timestampNs ?? null;
  for (const silence of silencesOf(connection, context)) {
    const sign = signIn(item, connection, silence, askedNs);
    if (sign !== null) return sign;
  }
  return endedSign(item, connection);
}

/** Its server hung up, and had been silent before: of itself that may be anything. */
function endedSign(item: Judged, connection: ConnectionFacts): Sign | null {
  const { closedAt, firstCloser, halves } = connection.tcp;
  const { lastData } = halves[SERVER];
  if (closedAt === null || lastData === null || firstCloser !== "server") return null;
  const { aheadNs } = item;
  return {
    item,
    connection,
    sinceNs: lastData.timestampNs - aheadNs,
    dueNs: closedAt.timestampNs - aheadNs,
    untilNs: closedAt.timestampNs - aheadNs,
    woke: true,
    paceNs: LEAST_REACTION_NS,
    isOwed: false,
    kind: "ended",
  };
}

/** Socket.IO's own pings stayed away, on WebSockets or in the answers to polls. */
function pingsSign(item: Judged, connection: ConnectionFacts): Sign | null {
  const { at, args, variant } = item.draft;
  if (variant !== "noPing" || args["from"] !== "server") return null;
  const sinceNs = at - item.aheadNs;
  return {
    item,
    connection,
    sinceNs,
    dueNs: sinceNs + Number(args["intervalMs"]) * NS_PER_MS,
    untilNs: sinceNs + Number(args["waitedMs"]) * NS_PER_MS,
    woke: false,
    paceNs: LEAST_REACTION_NS,
    isOwed: true,
    kind: "silence",
  };
}

const asks = ({ what }: EvidenceItem, ruleId: RuleId): boolean =>
  QUESTIONS.has(what) || (what === "closeFrame" && ruleId === "ws.close.unanswered");

interface Stretch {
  readonly silence: Silence;
  readonly untilNs: number;
  readonly woke: boolean;
}

/** The server's longest pause, and what came after its last word. */
function silencesOf(connection: ConnectionFacts, { analysis }: Context): Stretch[] {
  const { longestPause, lastData } = connection.tcp.halves[SERVER];
  const pause = longestPauseOf(connection, SERVER);
  const endNs = connection.tcp.closedAt?.timestampNs ?? watchedUntil(connection, analysis.clockNs);
  const rest = lastData !== null && lastData.timestampNs < endNs ? lastingSilence(connection, SERVER, endNs) : null;
  return [
    ...(pause === null || longestPause === null
      ? []
      : [{ silence: pause, untilNs: longestPause.until.timestampNs, woke: true }]),
    ...(rest === null ? [] : [{ silence: rest, untilNs: endNs, woke: false }]),
  ];
}

function signIn(item: Judged, connection: ConnectionFacts, stretch: Stretch, questionNs: number | null): Sign | null {
  const { silence, untilNs, woke } = stretch;
  const { sinceNs } = silence;
  const { at } = item.draft;
  if (at < sinceNs || at > untilNs + WAKING_NS || isHeldUp(connection, sinceNs, untilNs)) return null;
  const askedNs = questionNs !== null && questionNs >= sinceNs && questionNs < untilNs ? questionNs : null;
  const lacksPings = missesOwnPings(connection, SERVER, silence.ms);
  const isLong = standsOut(silence, woke ? demands.frozen : demands.stopped);
  if (askedNs === null && !lacksPings && !isLong) return null;
  const beatMs = connection.webSocket?.heartbeat[SERVER].intervalMs ?? Number.POSITIVE_INFINITY;
  const paceMs = isLong ? silence.intervalMs : lacksPings ? beatMs : Number.POSITIVE_INFINITY;
  const dueNs = Math.min(
    askedNs === null ? Number.POSITIVE_INFINITY : askedNs + LEAST_REACTION_NS,
    sinceNs + INTERVALS * paceMs * NS_PER_MS + LEAST_REACTION_NS,
  );
  const { aheadNs } = item;
  return {
    item,
    connection,
    sinceNs: sinceNs - aheadNs,
    dueNs: dueNs - aheadNs,
    untilNs: untilNs - aheadNs,
    woke,
    paceNs: LEAST_REACTION_NS + Math.min(paceMs, beatMs, silence.ms) * NS_PER_MS,
    isOwed: askedNs !== null || lacksPings,
    kind: "silence",
  };
}

/** It is the path that let nothing through, or the client that took nothing. */
function isHeldUp(connection: ConnectionFacts, sinceNs: number, untilNs: number): boolean {
  const { halves, oneWay } = connection.tcp;
  const waiting = halves[CLIENT].unacknowledged;
  const isUnheard = waiting !== null && waiting.retransmissions > 0 && waiting.since.timestampNs < untilNs;
  const isFull = halves[CLIENT].longestZeroWindowNs > LEAST_REACTION_NS;
  return (
    oneWay ||
    isUnheard ||
    isFull ||
    halves[SERVER].missingBytes > 0 ||
    stallWithin(connection, sinceNs, untilNs) !== null
  );
}

function requestSign(item: Judged, connection: ConnectionFacts, { analysis }: Context): Sign {
  const { evidence, at } = item.draft;
  const asked = evidence[0]?.timestampNs ?? at;
  const answered = connection.exchanges.find(
    ({ request, response }) => response !== null && (request?.first.timestampNs ?? at) >= asked,
  )?.response?.first.timestampNs;
  const endNs = connection.tcp.closedAt?.timestampNs ?? watchedUntil(connection, analysis.clockNs);
  const { aheadNs } = item;
  return {
    item,
    connection,
    sinceNs: asked - aheadNs,
    dueNs: asked + LEAST_REACTION_NS - aheadNs,
    untilNs: (answered ?? endNs) - aheadNs,
    woke: answered !== undefined,
    paceNs: LEAST_REACTION_NS,
    isOwed: true,
    kind: "request",
  };
}

/** What its system acknowledged in that time shows that the path was open, and only the program silent. */
export function isHeardIn({ connection, item }: Sign, fromNs: number, toNs: number): boolean {
  const { established, halves } = connection.tcp;
  const { lastAcknowledged, finAcknowledged } = halves[CLIENT];
  const acknowledged = item.draft.evidence.filter(({ what }) => what === "unansweredPingAcknowledged");
  const marks = [established, lastAcknowledged, finAcknowledged, ...acknowledged];
  const isWithin = (ns: number): boolean => ns - item.aheadNs > fromNs + LEAST_REACTION_NS && ns - item.aheadNs < toNs;
  if (marks.some((mark) => mark !== null && isWithin(mark.timestampNs))) return true;
  const pause = halves[SERVER].longestPause;
  if (pause === null || !isWithin(pause.until.timestampNs - LEAST_REACTION_NS)) return false;
  // What is not acknowledged is sent again within a second (RFC 6298 §2).
  const waitedMs = pause.ms - pause.peerSpokeMs;
  return pause.peerSpokeMs >= LEAST_SPOKEN_MS && waitedMs >= LEAST_UNREPEATED_MS && !repeatsIn(connection, pause);
}

const LEAST_SPOKEN_MS = 1000;
const LEAST_UNREPEATED_MS = 2000;

const repeatsIn = ({ tcp }: ConnectionFacts, { until, ms }: PauseFacts): boolean =>
  tcp.events.some(
    ({ kind, from, timestampNs }) =>
      kind === "retransmission" &&
      from === "client" &&
      timestampNs <= until.timestampNs &&
      timestampNs > until.timestampNs - ms * NS_PER_MS,
  );
