import type { Mark } from "../../../base/packet-view.ts";
import type { HttpExchangeFacts } from "../../../store/http-types.ts";
import type { TokenFacts } from "../../../store/session-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { toldOf } from "../../context/sessions.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { LOGIN_CODES } from "../../ending/close-codes.ts";
import { engineIoCode, refusalMessage } from "../../handshake/engine-io-code.ts";
import { dateOf, SKEW_SECONDS, secondsOf } from "../../handshake/server-clock.ts";
import { handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { fieldValue, serverOf, spanMs } from "../../reading/reading.ts";
import { refusalKind, saysOtherTerm } from "../../reading/refusal-message.ts";
import { failureEvidence } from "../../sessions/refused-requests.ts";
import { tokensFor, type Verdict, verdictIn } from "../../sessions/verdicts.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The server turned this client away: at the upgrade, in Socket.IO, or by a close code that means it. */
function turnedAway(connection: ConnectionFacts, verdict: Verdict | null): Mark | null {
  const response = handshakeOf(connection)?.response;
  if (response && (response.status === 401 || response.status === 403)) return response.first;
  if (verdict !== null && isOfLogin(verdict)) return verdict.at;
  const close = connection.webSocket?.closeFrames[1];
  return close && LOGIN_CODES.has(close.code) ? close : null;
}

/** Words that name something else that ran out are not about the token. */
const isOfLogin = ({ how, message }: Verdict): boolean => how !== "later" && !saysOtherTerm(message);

/** How much a token may be past its time before it counts: clocks differ a little (RFC 7519 §4.1.4). */
const LEEWAY_SECONDS = 5;

/** The server's own clock has decided where it says so itself. */
const leewayOf = (verdict: Verdict | null): number =>
  (verdict?.how === "refused" || verdict?.how === "told") && refusalKind(verdict.message) === "expired"
    ? 0
    : LEEWAY_SECONDS;

function checkToken(connection: ConnectionFacts, context: Context): Draft | null {
  const verdict = verdictIn(connection, context);
  const away = turnedAway(connection, verdict);
  for (const token of tokensFor(connection, verdict, context)) {
    const seenAt = secondsOf(token, context.analysis);
    if (seenAt === null) return null;
    const where = `token.${token.where}`;
    const parts = {
      at: token,
      where,
      severity: away === null ? ("note" as const) : undefined,
      evidence: [shows(token, "tokenSeen", { where: `token.${token.where}` }), shows(away, "turnedAway", {})],
    };
    const refused = refusedSince(verdict, token, seenAt);
    if (refused !== null) return refused;
    if (token.expiresAtSeconds !== null && seenAt - token.expiresAtSeconds > leewayOf(verdict))
      return expired(connection, verdict, parts, {
        where: parts.where,
        agoMs: (seenAt - token.expiresAtSeconds) * 1000,
      });
    const { severity, evidence, at } = parts;
    if (token.notBeforeSeconds !== null && token.notBeforeSeconds - seenAt > LEEWAY_SECONDS)
      return draft("jwt.expired", "notYetValid", {
        at,
        severity,
        evidence,
        args: { where, inMs: (token.notBeforeSeconds - seenAt) * 1000 },
        causes: [cause("likely", "clockSkew", {})],
      });
    const during = endedAtExpiry(connection, verdict, token, seenAt);
    if (during !== null) return during;
  }
  return null;
}

const refusedUpgrade = (connection: ConnectionFacts): HttpExchangeFacts["response"] => {
  const response = handshakeOf(connection)?.response;
  return response && (response.status === 401 || response.status === 403) ? response : null;
};

/** Engine.IO's answer to the request that carried the token: allowRequest said no, and says that something of a login ran out. */
function refusedByEngineIo({ exchanges }: ConnectionFacts, token: Mark): HttpExchangeFacts["response"] {
  const refusal = exchanges.find(
    (one) =>
      one.request?.first.packet === token.packet &&
      engineIoCode(one) === "forbidden" &&
      refusalKind(refusalMessage(one)) === "expired",
  );
  return refusal?.response ?? null;
}

/** With the words of the refusal, where one followed: they are what people see first. */
function expired(
  connection: ConnectionFacts,
  verdict: Verdict | null,
  { at, severity, evidence }: { at: Mark; severity: "note" | undefined; evidence: (EvidenceItem | null)[] },
  args: { where: string; agoMs: number },
): Draft {
  const causes = [cause("likely", "tokenNotRenewed", {}), cause("possible", "clockSkew", {})];
  const response = refusedByEngineIo(connection, at) ?? refusedUpgrade(connection);
  if (response !== null)
    return draft("jwt.expired", "refused", {
      at,
      evidence: [
        evidence[0] ?? null,
        shows(response.first, "response", { status: response.status, reason: response.reason }),
      ],
      args: { ...args, status: response.status },
      causes,
    });
  if (verdict !== null && isOfLogin(verdict)) {
    const { facts, message, at: told, connected } = verdict;
    const { name: namespace } = facts;
    const token = evidence[0] ?? null;
    if (verdict.how === "atOnce")
      return draft("jwt.expired", "disconnected", {
        confidence: "likely",
        at,
        foldBy: namespace,
        evidence: [
          token,
          shows(connected, "namespaceConnected", { namespace }),
          shows(told, "namespaceDisconnected", { namespace }),
        ],
        args: { ...args, namespace },
        causes,
      });
    return draft("jwt.expired", "refusedNamespace", {
      at,
      foldBy: `${namespace} ${message}`,
      evidence: [
        token,
        verdict.how === "told"
          ? shows(told, "errorEvent", { event: facts.told?.event ?? "", message })
          : shows(told, "connectError", { namespace, message }),
      ],
      args: { ...args, namespace, message },
      causes,
    });
  }
  return draft("jwt.expired", "expired", { at, severity, evidence, args, causes });
}

/** The token had run out when the server began to refuse what the client asks for: before it was sent, or while connected. */
function refusedSince(verdict: Verdict | null, token: TokenFacts, seenAt: number): Draft | null {
  const requests = verdict?.requests ?? null;
  if (verdict === null || requests === null || token.expiresAtSeconds === null) return null;
  const overSeconds = seenAt + (verdict.at.timestampNs - token.timestampNs) / 1e9 - token.expiresAtSeconds;
  if (overSeconds < 0) return null;
  const { at, message, facts } = verdict;
  const { name: namespace } = facts;
  const where = `token.${token.where}`;
  return draft("jwt.expired", "refusedRequests", {
    confidence: "likely",
    at,
    foldBy: `${namespace} ${message}`,
    args: { where, namespace, message, agoMs: overSeconds * 1000 },
    evidence: [shows(token, "tokenSeen", { where }), ...failureEvidence(requests)],
    causes: [cause("likely", "tokenNotRenewed", {}), cause("possible", "clockSkew", {})],
  });
}

/** Closed, or put out of Socket.IO, in the seconds after the token's end: the server enforces it. */
function endedAtExpiry(
  connection: ConnectionFacts,
  verdict: Verdict | null,
  token: TokenFacts,
  seenAt: number,
): Draft | null {
  const { expiresAtSeconds } = token;
  // Who was never let in was not put out.
  if (verdict?.how === "refused") return null;
  const putOut = verdict?.facts.disconnected?.from === "server" ? verdict.facts.disconnected : null;
  const end = putOut ?? closedByServer(connection);
  if (end === null || expiresAtSeconds === null) return null;
  const late = seenAt + (end.timestampNs - token.timestampNs) / 1e9 - expiresAtSeconds;
  if (late < 0 || late > LEEWAY_SECONDS) return null;
  const where = `token.${token.where}`;
  const seen = shows(token, "tokenSeen", { where });
  if (verdict !== null && putOut !== null) {
    const { connected, facts } = verdict;
    const { name: namespace } = facts;
    const told = toldOf(facts);
    return draft("jwt.expired", "duringSession", {
      confidence: "likely",
      at: end,
      foldBy: namespace,
      args: { where, namespace, openMs: connected && spanMs(connected, end) },
      evidence: [
        seen,
        shows(connected, "namespaceConnected", { namespace }),
        told && shows(told, "errorEvent", { event: told.event, message: told.message }),
        shows(end, "namespaceDisconnected", { namespace }),
      ],
      causes: [cause("likely", "tokenRanOut", {})],
    });
  }
  return draft("jwt.expired", "during", {
    confidence: "likely",
    at: end,
    args: { where, openMs: spanMs(connection.webSocket?.openedAt ?? token, end) },
    evidence: [seen, shows(end, "endOfSession", { from: "server" })],
    causes: [cause("likely", "tokenNotRenewed", {})],
  });
}

/** Not because it restarts. */
function closedByServer({ webSocket, tcp }: ConnectionFacts): Mark | null {
  if (webSocket === null) return null;
  const close = webSocket.closeFrames[1];
  if (close !== null) return close.code === 1001 ? null : close;
  return tcp.firstCloser === "server" ? tcp.closedAt : null;
}

export const tokenExpired: Rule = {
  id: "jwt.expired",
  severity: "error",
  spec: "RFC 7519 §4.1.4, §4.1.5",
  causes: ["recoveredBySelf", "tokenNotRenewed", "tokenRanOut", "clockSkew"],
  sources: ["https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4"],
  check: checkToken,
};

function checkClock(connection: ConnectionFacts, context: Context): Draft | null {
  const exchange = connection.exchanges.find((item) => dateOf(item) !== null);
  const here = exchange?.response ? secondsOf(exchange.response.first, context.analysis) : null;
  if (!exchange?.response || here === null) return null;
  const skew = (dateOf(exchange) ?? 0) - here;
  if (Math.abs(skew) < SKEW_SECONDS) return null;
  const away = turnedAway(connection, verdictIn(connection, context));
  return draft("clock.skew", skew > 0 ? "ahead" : "behind", {
    at: exchange.response.first,
    severity: away === null && connection.tokens.length === 0 ? "note" : undefined,
    independent: true,
    args: { server: serverOf(connection), offMs: Math.abs(skew) * 1000 },
    evidence: [
      shows(exchange.response.first, "responseField", {
        name: "Date",
        value: fieldValue(exchange.response, "date") ?? "",
      }),
    ],
    causes: [cause("likely", "clockSkew", {}), cause("possible", "captureClock", {})],
  });
}

export const clockSkew: Rule = {
  id: "clock.skew",
  severity: "warning",
  spec: "RFC 9110 §6.6.1",
  causes: ["clockSkew", "captureClock"],
  sources: ["https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1"],
  check: checkClock,
};
