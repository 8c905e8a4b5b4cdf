import { type Direction, otherDirection, SERVER, type Side, sideOf } from "../../../base/brand.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { CloseFrameFacts, WebSocketFacts } from "../../../store/websocket-types.ts";
import type { Context } from "../../context/context.ts";
import type { Eviction } from "../../context/evictions.ts";
import { cause, type Draft, draft, lesser, shows } from "../../draft.ts";
import { reasonBehindNormal } from "../../ending/behind-normal.ts";
import { codeVariant, isReservedCode } from "../../ending/close-codes.ts";
import { closedItself } from "../../ending/closed-itself.ts";
import { loginAwaited } from "../../ending/login-timeout.ts";
import { limitCause } from "../../ending/message-limit.ts";
import { ownReason } from "../../ending/outage-code.ts";
import { unseenFaults, wasSentNoFault } from "../../ending/protocol-faults.ts";
import { reasonCause } from "../../ending/reason-causes.ts";
import { handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { interruptionBefore } from "../../path/interruption.ts";
import { closeCodeOf, firstClose, isNormalCode, mayAnswerUnseen, mayBeAnswer } from "../../reading/first-close.ts";
import { sockJsClose } from "../../reading/last-notice.ts";
import { saidBefore } from "../../reading/last-words.ts";
import { directionOf, fieldValue, openFor, otherSide, spanMs } from "../../reading/reading.ts";
import { saysOtherTerm } from "../../reading/refusal-message.ts";
import { saysReplaced } from "../../reading/replaced.ts";
import { isWordless, turnedAway, turnsAway } from "../../reading/turned-away.ts";
import { TIMED_OUT } from "../../rhythm/heartbeat.ts";
import { saysOwnTimer } from "../../timers/library-timers.ts";
import type { Cause, Severity } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** What differs in reasons that say the same. */
const NUMBERS = /[\da-f-]*\d[\da-f-]*/gi;

/** 1001 is a page that was left; an empty Close is lawful; 1012 and 1013 say that the server will be back. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  goingAway: "note",
  restart: "warning",
  tryLater: "warning",
  evicted: "warning",
  turnedAway: "warning",
};

/** What libraries send by themselves when they fail a connection. */
const FAILURES: ReadonlySet<string> = new Set(["protocolError", "invalidPayload", "tooBig"]);

/** A newer connection took the place of this one: as seen, or as the reason says. */
function replacedBy(close: CloseFrameFacts, eviction: Eviction | undefined): Cause | false {
  if (eviction === undefined) return saysReplaced(close.reason) && cause("likely", "replacedElsewhere", {});
  return cause("likely", "evictEachOther", { code: closeCodeOf(close), count: eviction.turns });
}

function causesOf(
  variant: string,
  close: CloseFrameFacts,
  from: Side,
  login: Cause | null,
  replaced: Cause | false,
): (Cause | false)[] {
  const to = otherSide(from);
  const timedOut =
    login ?? saysOwnTimer(close, to) ?? (TIMED_OUT.test(close.reason) && cause("likely", "heartbeatReason", {}));
  const said = !timedOut && !replaced && reasonCause(close.reason, from);
  switch (variant) {
    case "goingAway":
      return [
        timedOut,
        timedOut ? false : from === "client" ? cause("likely", "pageLeft", {}) : cause("likely", "serverShutdown", {}),
      ];
    case "protocolError":
      return [cause("likely", "framesBroken", {}), cause("possible", "transformingProxy", {})];
    case "policy":
      // What it says of its reason is no token's: a limit, a role, a password, a fault of its own.
      if (said && said.id !== "tokenRejected")
        return [said, said.id !== "passwordRefused" && cause("possible", "gatewayPolicy", {})];
      return [
        timedOut,
        replaced,
        cause(replaced || login || (!said && saysOtherTerm(close.reason)) ? "possible" : "likely", "tokenRejected", {}),
        cause("possible", "gatewayPolicy", {}),
      ];
    case "unauthorized":
    case "forbidden":
      return [
        login ?? false,
        replaced,
        cause(replaced || login ? "possible" : "likely", "tokenRejected", {}),
        cause("possible", "clockSkew", {}),
      ];
    case "internal":
      return [
        timedOut,
        from === "server"
          ? cause(timedOut ? "possible" : "likely", "handlerThrew", {})
          : !timedOut && cause("likely", "applicationCode", { code: close.code ?? 0, from }),
      ];
    case "restart":
      return [cause("certain", "serverShutdown", {})];
    case "tryLater":
      return [cause("likely", "serverOverloaded", {})];
    case "badGateway":
      return [cause("likely", "backendDown", { front: "other" })];
    case "timeout":
      return [login ?? cause("likely", "heartbeatReason", {})];
    case "invalidPayload":
      return [cause("likely", "badPayload", {})];
    case "unsupportedData":
      return [cause("likely", "wrongMessageType", {})];
    case "extension":
      return [cause("likely", "extensionWanted", {})];
    case "graphql":
      return [cause("likely", "graphqlInit", {})];
    case "private":
    case "registered":
      return [
        timedOut,
        replaced,
        said ?? false,
        cause(replaced || login || said ? "possible" : "likely", "applicationCode", { code: close.code ?? 0, from }),
      ];
    case "evicted":
    case "turnedAway":
      return [replaced, said ?? false];
    default:
      return [timedOut];
  }
}

/** Whose frame it was that one side did not take is not known. */
const ofEitherSide = (variant: string, { largestMessageBytes: [client, server] }: WebSocketFacts): Cause[] =>
  variant === "tooBig"
    ? [cause("possible", "messageLimit", { from: client >= server ? "client" : "server" })]
    : [variant === "invalidPayload" ? cause("possible", "badPayload", {}) : cause("possible", "transformingProxy", {})];

/** A Close of the other side's own, sent before it can have seen this one: an answer repeats the code (RFC 6455 §5.5.1). */
const hasCrossed = ({ tcp }: ConnectionFacts, first: CloseFrameFacts, second: CloseFrameFacts): boolean =>
  first.code !== null &&
  second.code !== null &&
  second.code !== first.code &&
  (second.code !== NORMAL || second.reason !== "") &&
  spanMs(first, second) < (tcp.roundTripMs ?? 0);

const NORMAL = 1000;

/** It blamed a timeout, and the pong that it had waited for came only after its Close: the peer had stood still. */
function pongTooLate({ webSocket }: ConnectionFacts, close: CloseFrameFacts, direction: Direction) {
  const slowest = webSocket?.heartbeat[direction].slowest ?? null;
  if (slowest === null || !TIMED_OUT.test(close.reason)) return null;
  return slowest.ping.timestampNs < close.timestampNs && slowest.pong.timestampNs > close.timestampNs ? slowest : null;
}

/** It sent a frame other than Close, or the beginning of one: something that can have broken a rule, or be too big. */
const hasSpoken = ({ webSocket, tcp }: ConnectionFacts, side: Side): boolean => {
  if (webSocket === null || webSocket.midstream || tcp.halves[directionOf(side)].missingBytes > 0) return true;
  if (webSocket.unfinishedMessage[directionOf(side)] !== null || webSocket.incompleteFrameBytes[directionOf(side)] > 0)
    return true;
  const frames = webSocket.frames[directionOf(side)];
  return frames.text + frames.binary + frames.continuation + frames.ping + frames.pong + frames.reserved > 0;
};

function check(connection: ConnectionFacts, { sessions, evictions }: Context): Draft | null {
  const found = firstClose(connection);
  if (found === null || connection.webSocket === null) return null;
  const { direction } = found;
  const sockJs = isNormalCode(found.close.code) ? sockJsClose(connection, found.close, sideOf(direction)) : null;
  const close = sockJs ?? found.close;
  const from = sideOf(direction);
  const response = handshakeOf(connection)?.response;
  const usualVariant =
    codeVariant(close.code, response ? fieldValue(response, "sec-websocket-protocol") : null) ??
    (close.code === NORMAL && TIMED_OUT.test(close.reason) ? "timedOut" : null) ??
    (direction === SERVER && isNormalCode(close.code) && evictions().has(connection.id) ? "evicted" : null);
  const isPlain = usualVariant === null || usualVariant === "goingAway";
  const away = isPlain ? turnedAway(connection, found) : null;
  const says = isPlain && from === "server" && turnsAway(close.reason) && !isWordless(connection, close);
  const variant = away !== null || says ? "turnedAway" : usualVariant;
  if (variant === null) return reasonBehindNormal(connection, found);
  const answer = connection.webSocket.closeFrames[direction === 0 ? 1 : 0];
  const args = {
    code: closeCodeOf(close),
    from,
    reason: close.reason,
    ...openFor(connection, close),
    answered: answer === null ? "no" : "yes",
    crossedCode: answer !== null && hasCrossed(connection, found.close, answer) ? answer.code : null,
    meaning: `graphql.${close.code ?? 0}`,
    text: away?.text,
  };
  const interruption = interruptionBefore(connection, close, from);
  // Whoever closes while nothing gets through most likely closes for it.
  const outage =
    interruption === null
      ? null
      : interruption.paused
        ? cause("likely", "peerBlocked", { to: from })
        : cause("likely", "pathInterrupted", { idleMs: interruption.ms });
  const said = saidBefore(connection, away === null ? from : "server", close);
  const late = pongTooLate(connection, close, direction);
  const isOneSided = mayBeAnswer(connection, found);
  const isFaultless = variant === "protocolError" && wasSentNoFault(connection, close, from);
  const itself =
    FAILURES.has(variant) && !isOneSided && (closedItself(connection, from) || !hasSpoken(connection, otherSide(from)));
  const usual =
    isOneSided && FAILURES.has(variant)
      ? ofEitherSide(variant, connection.webSocket)
      : variant === "tooBig"
        ? [limitCause(connection, otherSide(from), sessions)]
        : isFaultless
          ? unseenFaults(connection, from)
          : causesOf(
              variant,
              close,
              from,
              loginAwaited(connection, close, direction),
              replacedBy(close, evictions().get(connection.id)) ||
                (saysReplaced(away?.text ?? "") && cause("likely", "replacedElsewhere", {})),
            );
  const causes = [
    ...said.causes,
    late !== null && cause("likely", "peerBlocked", { to: otherSide(from) }),
    itself && cause("likely", "closedItself", { from, code: close.code ?? 0 }),
    ...usual.map((one) => (one && itself ? { ...one, confidence: "possible" as const } : one)),
  ];
  const told = itself ? "byItself" : isFaultless ? "faultNotSeen" : variant;
  return draft("ws.close.code", isOneSided ? "oneSide" : told, {
    at: close,
    // Whoever is cut off by a timer has not gone away.
    severity: variant === "goingAway" && TIMED_OUT.test(close.reason) ? "error" : SEVERITIES[variant],
    foldBy: `${close.code} ${close.reason.replace(NUMBERS, "")}`,
    args,
    evidence: [
      said.evidence,
      late && shows(late.ping, "slowestPing", { from }),
      shows(close, "closeFrame", { from, code: found.close.code, reason: found.close.reason }),
      late && shows(late.pong, "slowestPong", { from: otherSide(from), ms: late.roundTripMs }),
      answer ? shows(answer, "closeFrame", { from: otherSide(from), code: answer.code, reason: answer.reason }) : null,
    ],
    // What made the other side close was its own affair.
    causes: mayAnswerUnseen(connection, found)
      ? []
      : outage === null
        ? causes
        : besideOutage(outage, causes, close, from),
  });
}

/** Whoever says why it closes is believed; the outage is told behind it. A timer's words are what an outage brings about. */
function besideOutage(
  outage: Cause,
  causes: readonly (Cause | false)[],
  close: CloseFrameFacts,
  from: Side,
): (Cause | false)[] {
  const said = ownReason(close, from);
  const speaks = (one: Cause | false): boolean => one !== false && one.id === said?.id;
  return [...causes.filter(speaks), outage, ...causes.filter((one) => !speaks(one)).map((one) => one && lesser(one))];
}

export const closeCode: Rule = {
  id: "ws.close.code",
  severity: "error",
  spec: "RFC 6455 §7.4",
  causes: [
    "saidWhy",
    "saidInProtocol",
    "mqttRefused",
    "pathInterrupted",
    "peerBlocked",
    "closedItself",
    "handlerThrew",
    "tokenRejected",
    "permissionMissing",
    "passwordRefused",
    "messageLimit",
    "libraryLimit",
    "announcedLimit",
    "framesBroken",
    "compressionForgotten",
    "faultNotSeen",
    "badPayload",
    "applicationCode",
    "replacedElsewhere",
    "evictEachOther",
    "graphqlInit",
    "pageLeft",
    "serverShutdown",
    "libraryTimer",
    "heartbeatReason",
    "loginNeverSent",
    "loginNotSeen",
    "serverLimits",
    "transformingProxy",
    "wrongMessageType",
    "gatewayPolicy",
    "extensionWanted",
    "serverOverloaded",
    "backendDown",
    "clockSkew",
  ],
  sources: [
    "https://www.iana.org/assignments/websocket/websocket.xhtml",
    "https://www.rfc-editor.org/rfc/rfc6455#section-7.4",
  ],
  check,
};

function checkReserved(connection: ConnectionFacts): Draft | null {
  // Who answers repeats the code (§5.5.1): the one that came first is at fault.
  const first = firstClose(connection)?.direction ?? 0;
  for (const direction of [first, otherDirection(first)]) {
    const close = connection.webSocket?.closeFrames[direction];
    if (!close || close.code === null || !isReservedCode(close.code)) continue;
    const from = sideOf(direction);
    return draft("ws.close.reserved-code", "plain", {
      at: close,
      args: { code: close.code, from },
      evidence: [shows(close, "closeFrame", { from, code: close.code, reason: close.reason })],
      causes: [cause("likely", "brokenLibrary", { from })],
    });
  }
  return null;
}

export const reservedCode: Rule = {
  id: "ws.close.reserved-code",
  severity: "error",
  spec: "RFC 6455 §7.4.1, §7.4.2",
  causes: ["brokenLibrary"],
  sources: [
    "https://www.rfc-editor.org/rfc/rfc6455#section-7.4.2",
    "https://github.com/warmcat/libwebsockets/issues/728",
  ],
  check: checkReserved,
};
