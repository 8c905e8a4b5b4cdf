import type { Side } from "../../../base/brand.ts";
import type { Mark } from "../../../base/packet-view.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { askedInVain } from "../../ending/asked-in-vain.ts";
import { codeOf, FAILED, gaveUp, ranOut } from "../../ending/beat-given-up.ts";
import { stoppedAsking } from "../../ending/stopped-asking.ts";
import { handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { isViteHmr } from "../../handshake/vite.ts";
import {
  directionOf,
  endOf,
  fieldValue,
  hasGap,
  isUnread,
  NS_PER_MS,
  otherSide,
  serverOf,
  spanMs,
  spokeBetween,
  watchedUntil,
} from "../../reading/reading.ts";
import { stallWithin } from "../../reading/stall.ts";
import { missingAcks } from "../../sessions/missing-acks.ts";
import type { Cause } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** So many beats, and so long, before a heartbeat counts as stopped. */
const LEAST_BEATS = 2;
const LEAST_INTERVALS = 1.5;
/** Who falls asleep may have said something just after the question came. */
const AWAKE_NS = 1e9;
const LEAST_LATE_MS = 2000;

function checkHeartbeat(connection: ConnectionFacts, context: Context): Draft | null {
  const beat = connection.session?.heartbeat;
  const first = beat?.unansweredAtEnd[0];
  if (first === undefined)
    return checkNotAsked(connection, context) ?? checkLate(connection) ?? askedInVain(connection, context);
  if (!beat || beat.answered < LEAST_BEATS) return null;
  const end = connection.tcp.closedAt?.timestampNs ?? watchedUntil(connection, context.analysis.clockNs);
  const waitedMs = (end - first.timestampNs) / 1e6;
  const { from } = beat;
  const isLong = beat.unansweredAtEnd.length >= LEAST_BEATS && waitedMs >= LEAST_INTERVALS * beat.intervalMs;
  if (!isLong && !ranOut(connection, beat, first)) return null;
  if (FAILED.has(codeOf(connection, from))) return null;
  const to = otherSide(from);
  // An answer may be in what the capture does not hold.
  if (hasGap(connection, to, (beat.lastAnswer ?? first).timestampNs) || isUnread(connection, to, first.timestampNs))
    return null;
  const ended = gaveUp(connection, from, beat.by === "name");
  const talks =
    !(ended !== null && sleptThrough(connection, to, first, ended)) &&
    spokeBetween(connection, directionOf(to), first.timestampNs, Number.POSITIVE_INFINITY);
  const args = { from, to, missing: beat.unansweredAtEnd.length, intervalMs: beat.intervalMs, sample: beat.sample };
  const parts = {
    confidence: beat.by === "name" ? ("certain" as const) : ("likely" as const),
    at: first,
    evidence: [
      shows(beat.lastAnswer, "lastBeatAnswer", { from: to }),
      ...beat.unansweredAtEnd.slice(0, 5).map((mark) => shows(mark, "unansweredBeat", { from })),
      shows(ended, "endOfSession", { from }),
    ],
    causes: [
      cause("likely", talks ? "beatHandlerStopped" : "peerBlocked", { to }),
      cause("possible", talks ? "peerBlocked" : "beatHandlerStopped", { to }),
    ],
  };
  const lost = pathCauses(connection, to, first, end);
  if ((ended === null || !isLong) && lost !== null) return null;
  if (ended === null)
    return draft("app.heartbeat.missing", talks ? "alive" : "silent", { ...parts, args: { ...args, waitedMs } });
  const code = codeOf(connection, from);
  return draft("app.heartbeat.missing", lost === null ? "gaveUp" : "gaveUpPath", {
    ...parts,
    severity: "error",
    args: { ...args, waitedMs: spanMs(first, ended), code },
    causes: lost ?? parts.causes,
  });
}

/** Nobody acknowledged the questions, or only after they were sent again and again: they do not show what the program did. */
function pathCauses(connection: ConnectionFacts, to: Side, first: Mark, endNs: number): Cause[] | null {
  const { unacknowledged } = connection.tcp.halves[directionOf(otherSide(to))];
  if (unacknowledged !== null && unacknowledged.since.timestampNs <= first.timestampNs)
    return [cause("likely", "peerVanished", { to }), cause("possible", "firewallState", {})];
  const stall = stallWithin(connection, first.timestampNs, endNs);
  return stall === null
    ? null
    : [cause("likely", "pathInterrupted", { idleMs: stall.ms }), cause("possible", "peerBlocked", { to })];
}

/** Several questions waited, then the answers came together: whoever has less patience would have given up. */
function checkLate(connection: ConnectionFacts): Draft | null {
  const beat = connection.session?.heartbeat;
  const wait = beat?.longestWait;
  // What has no name may be a conversation that only looks regular; a single answer to all of them is how some are made.
  if (!beat || !wait || beat.by !== "name" || wait.madeUp < wait.waiting) return null;
  const waitedMs = spanMs(wait.asked, wait.answered);
  if (waitedMs < Math.max(LEAST_LATE_MS, LEAST_INTERVALS * beat.intervalMs)) return null;
  const { from } = beat;
  const to = otherSide(from);
  const lost = pathCauses(connection, to, wait.asked, wait.answered.timestampNs);
  return draft("app.heartbeat.missing", "late", {
    at: wait.asked,
    explainsUntil: wait.answered.timestampNs,
    args: { from, to, missing: wait.waiting, intervalMs: beat.intervalMs, waitedMs, sample: beat.sample },
    evidence: [
      shows(wait.asked, "lateBeat", { from }),
      shows(wait.answered, "lateBeatAnswer", { from: to, ms: waitedMs }),
    ],
    causes: lost ?? [cause("likely", "peerBlocked", { to }), cause("possible", "slowPath", {})],
  });
}

/** Who asked did so no more, and who had answered waited for it in vain. */
function checkNotAsked(connection: ConnectionFacts, context: Context): Draft | null {
  const stopped = stoppedAsking(connection, context);
  if (stopped === null) return null;
  const { beat, last, closer, ended, waitedMs, isSaid, spoke } = stopped;
  const to = beat.from;
  const { webSocket } = connection;
  const request = handshakeOf(connection)?.request;
  // Pages cannot but name their origin (RFC 6455 §4.1); programs seldom do.
  const isPage = to === "client" && request != null && fieldValue(request, "origin") !== null;
  const pong = webSocket?.heartbeat[directionOf(closer)].lastPong ?? null;
  const isAlive = pong !== null && pong.timestampNs > last.timestampNs;
  const isMute = !spoke && !isAlive;
  const isSpokenTo = (webSocket?.lastMessage[directionOf(closer)]?.timestampNs ?? 0) > last.timestampNs;
  return draft("app.heartbeat.missing", "notAsked", {
    at: last,
    severity: "error",
    confidence: isSaid ? "certain" : "likely",
    args: {
      from: closer,
      to,
      intervalMs: beat.intervalMs,
      waitedMs,
      sample: beat.sample,
      code: codeOf(connection, closer),
    },
    evidence: [
      shows(last, "lastBeat", { from: to }),
      shows(beat.lastAnswer, "lastBeatAnswer", { from: closer }),
      isAlive ? shows(pong, "lastPong", { from: to }) : null,
      shows(ended, "endOfSession", { from: closer }),
    ],
    causes: [
      cause(isPage && !spoke ? "possible" : "likely", "beatSenderStopped", { to }),
      to === "client" && !spoke && cause(isPage ? "likely" : "possible", "pageTimersSlowed", { patienceMs: waitedMs }),
      isMute && cause(isSpokenTo ? "likely" : "possible", "peerBlocked", { to }),
    ],
  });
}

/** It sent nothing from the first question on until it had been given up: what came then says that it woke up. */
function sleptThrough({ tcp }: ConnectionFacts, side: Side, first: Mark, ended: Mark): boolean {
  const pause = tcp.halves[directionOf(side)].longestPause;
  if (pause === null || pause.until.timestampNs < ended.timestampNs) return false;
  return pause.until.timestampNs - pause.ms * NS_PER_MS <= first.timestampNs + AWAKE_NS;
}

export const appHeartbeatMissing: Rule = {
  id: "app.heartbeat.missing",
  severity: "warning",
  spec: "",
  causes: [
    "beatHandlerStopped",
    "beatNotKnown",
    "peerBlocked",
    "beatSenderStopped",
    "pageTimersSlowed",
    "peerVanished",
    "firewallState",
    "pathInterrupted",
    "slowPath",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2"],
  check: checkHeartbeat,
};

const SILENT_AFTER_MS = 30_000;

/** The client spoke, and for long no message came back. */
function checkSilent(connection: ConnectionFacts, context: Context): Draft | null {
  const { webSocket } = connection;
  if (webSocket === null || webSocket.midstream || connection.tcp.oneWay) return null;
  const [client, server] = webSocket.messages;
  if (server.text + server.binary > 0 || client.text + client.binary === 0 || webSocket.firstFrame[0] === null)
    return null;
  if (connection.tcp.halves[1].missingBytes > 0 || (webSocket.eventCounts["not-websocket"] ?? 0) > 0) return null;
  const end = connection.tcp.closedAt ?? endOf(connection);
  const silentMs = Math.max(
    spanMs(webSocket.firstFrame[0], end),
    connection.tcp.closedAt === null
      ? (watchedUntil(connection, context.analysis.clockNs) - webSocket.firstFrame[0].timestampNs) / 1e6
      : 0,
  );
  if (silentMs < SILENT_AFTER_MS) return null;
  return draft("app.silent", "plain", {
    at: webSocket.firstFrame[0],
    args: { messages: client.text + client.binary, silentMs },
    evidence: [
      shows(webSocket.openedAt, "switched", {}),
      shows(webSocket.firstFrame[0], "firstMessage", { from: "client" }),
    ],
    causes: [cause("likely", "nothingSubscribed", {}), cause("possible", "serverBlocked", {})],
  });
}

export const appSilent: Rule = {
  id: "app.silent",
  severity: "note",
  spec: "",
  causes: ["nothingSubscribed", "handlersElsewhere", "ackNotCalled", "serverBlocked"],
  // What is sent when is the application's: its protocol layers on top of the messages.
  sources: [
    "https://www.rfc-editor.org/rfc/rfc6455#section-1.5",
    "https://socket.io/docs/v4/emitting-events/#acknowledgements",
    "https://docs.nestjs.com/websockets/gateways#multiple-responses",
  ],
  check: (connection, context) => checkSilent(connection, context) ?? missingAcks(connection, context),
};

export const viteHmr: Rule = {
  id: "app.vite-hmr",
  severity: "note",
  spec: "",
  causes: ["viteOwnSocket"],
  sources: ["https://vite.dev/config/server-options#server-hmr"],
  check: (connection) =>
    isViteHmr(connection)
      ? draft("app.vite-hmr", "plain", {
          at: handshakeOf(connection)?.request?.first ?? connection.first,
          args: { server: serverOf(connection) },
          evidence: [
            shows(handshakeOf(connection)?.request?.first, "responseField", {
              name: "Sec-WebSocket-Protocol",
              value: "vite-hmr",
            }),
          ],
          causes: [cause("certain", "viteOwnSocket", {})],
        })
      : null,
};
