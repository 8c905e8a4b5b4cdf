import type { Mark } from "../../../base/packet-view.ts";
import type { SocketIoNamespaceFacts, TokenFacts } from "../../../store/session-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { isHandedOn, type Sessions, seenOf, tokensOf, toldOf } from "../../context/sessions.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { dateOf, SKEW_SECONDS, secondsOf } from "../../handshake/server-clock.ts";
import { handshakeOf } from "../../handshake/upgrade-outcome.ts";
import { fieldValue, serverOf, spanMs } from "../../reading/reading.ts";
import type { EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

/** The server turned this client away: at the upgrade, at Socket.IO's CONNECT, or by a close code that means it. */
function turnedAway(connection: ConnectionFacts): Mark | null {
  const response = handshakeOf(connection)?.response;
  if (response && (response.status === 401 || response.status === 403)) return response.first;
  const refused = refusalIn(connection);
  if (refused !== null) return refused.said;
  const close = connection.webSocket?.closeFrames[1];
  return close && [1008, 3000, 3003, 4401, 4403, 4001, 4003].includes(close.code ?? 0) ? close : null;
}

interface Refusal {
  readonly facts: SocketIoNamespaceFacts;
  readonly said: Mark & { readonly message: string };
}

/** By CONNECT_ERROR, or by an event that says error before the server disconnected. */
function refusalIn({ session }: ConnectionFacts): Refusal | null {
  for (const facts of session?.socketIo ?? []) {
    const said = facts.refused ?? toldOf(facts);
    if (said !== null) return { facts, said };
  }
  return null;
}

/** Polls carry CONNECT and its answer on different connections: the token belongs to where the answer is. */
function tokensFor(connection: ConnectionFacts, sessions: Sessions): readonly TokenFacts[] {
  const refusal = refusalIn(connection);
  const mayBeElsewhere = connection.webSocket === null && connection.tokens.some(({ sid }) => sid !== null);
  if (refusal !== null && refusal.facts.sid !== null) {
    const all = seenOf(connection, refusal.facts, sessions);
    if (isHandedOn(connection, all, ({ refused, told }) => refused ?? told, refusal.said)) return [];
    const { sid } = refusal.facts;
    return [...connection.tokens.filter((token) => token.sid !== sid), ...tokensOf(connection, sid, sessions)];
  }
  if (!mayBeElsewhere) return connection.tokens;
  return connection.tokens.filter(
    ({ sid }) =>
      sid === null ||
      !(sessions.get(sid) ?? []).some((other) => other !== connection && refusalIn(other)?.facts.sid === sid),
  );
}

/** How much a token may be past its time before it counts: clocks differ a little (RFC 7519 §4.1.4). */
const LEEWAY_SECONDS = 5;

function checkToken(connection: ConnectionFacts, { analysis, sessions }: Context): Draft | null {
  const away = turnedAway(connection);
  for (const token of tokensFor(connection, sessions())) {
    const seenAt = secondsOf(token, analysis);
    if (seenAt === null) return null;
    const where = `token.${token.where}`;
    const parts = {
      at: token,
      where,
      severity: away === null ? ("note" as const) : undefined,
      evidence: [shows(token, "tokenSeen", { where: `token.${token.where}` }), shows(away, "turnedAway", {})],
    };
    if (token.expiresAtSeconds !== null && seenAt - token.expiresAtSeconds > LEEWAY_SECONDS)
      return expired(connection, parts, { where: parts.where, agoMs: (seenAt - token.expiresAtSeconds) * 1000 });
    const { severity, evidence, at } = parts;
    if (token.notBeforeSeconds !== null && token.notBeforeSeconds - seenAt > LEEWAY_SECONDS)
      return draft("jwt.expired", "notYetValid", {
        at,
        severity,
        evidence,
        args: { where, inMs: (token.notBeforeSeconds - seenAt) * 1000 },
        causes: [cause("likely", "clockSkew", {})],
      });
    const during = endedAtExpiry(connection, token, seenAt);
    if (during !== null) return during;
  }
  return null;
}

/** With the words of the refusal, where one followed: they are what people see first. */
function expired(
  connection: ConnectionFacts,
  { at, severity, evidence }: { at: Mark; severity: "note" | undefined; evidence: (EvidenceItem | null)[] },
  args: { where: string; agoMs: number },
): Draft {
  const causes = [cause("likely", "tokenNotRenewed", {}), cause("possible", "clockSkew", {})];
  const response = handshakeOf(connection)?.response;
  if (response && (response.status === 401 || response.status === 403))
    return draft("jwt.expired", "refused", {
      at,
      evidence: [
        evidence[0] ?? null,
        shows(response.first, "response", { status: response.status, reason: response.reason }),
      ],
      args: { ...args, status: response.status },
      causes,
    });
  const refusal = refusalIn(connection);
  if (refusal !== null) {
    const { facts, said } = refusal;
    const { name: namespace } = facts;
    const { message } = said;
    return draft("jwt.expired", "refusedNamespace", {
      at,
      foldBy: `${namespace} ${message}`,
      evidence: [
        evidence[0] ?? null,
        facts.refused === null
          ? shows(said, "errorEvent", { event: facts.told?.event ?? "", message })
          : shows(said, "connectError", { namespace, message }),
      ],
      args: { ...args, namespace, message },
      causes,
    });
  }
  return draft("jwt.expired", "expired", { at, severity, evidence, args, causes });
}

/** Closed in the seconds around the token's end: the server enforces it. */
function endedAtExpiry(connection: ConnectionFacts, token: TokenFacts, seenAt: number): Draft | null {
  const close = connection.webSocket?.closeFrames[1] ?? null;
  const end = close ?? (connection.tcp.firstCloser === "server" ? connection.tcp.closedAt : null);
  if (connection.webSocket === null || end === null || token.expiresAtSeconds === null || close?.code === 1001)
    return null;
  const endedAt = seenAt + (end.timestampNs - token.timestampNs) / 1e9;
  const late = endedAt - token.expiresAtSeconds;
  if (late < 0 || late > LEEWAY_SECONDS) return null;
  return draft("jwt.expired", "during", {
    confidence: "likely",
    at: end,
    args: { where: `token.${token.where}`, openMs: spanMs(connection.webSocket.openedAt, end) },
    evidence: [
      shows(token, "tokenSeen", { where: `token.${token.where}` }),
      shows(end, "endOfSession", { from: "server" }),
    ],
    causes: [cause("likely", "tokenNotRenewed", {})],
  });
}

export const tokenExpired: Rule = {
  id: "jwt.expired",
  severity: "error",
  spec: "RFC 7519 §4.1.4, §4.1.5",
  causes: ["recoveredBySelf", "tokenNotRenewed", "clockSkew"],
  sources: ["https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4"],
  check: checkToken,
};

function checkClock(connection: ConnectionFacts, { analysis }: Context): Draft | null {
  const exchange = connection.exchanges.find((item) => dateOf(item) !== null);
  const here = exchange?.response ? secondsOf(exchange.response.first, analysis) : null;
  if (!exchange?.response || here === null) return null;
  const skew = (dateOf(exchange) ?? 0) - here;
  if (Math.abs(skew) < SKEW_SECONDS) return null;
  const away = turnedAway(connection);
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
