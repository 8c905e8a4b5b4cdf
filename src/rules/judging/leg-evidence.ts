import type { Side } from "../../base/brand.ts";
import type { ChangedField } from "../../store/across-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { isTranslated, type Join, type Joins } from "../context/legs.ts";
import { type Others, passedFrom } from "../context/others.ts";
import { cause, rank, shows } from "../draft.ts";
import { isCredentialField } from "../handshake/credentials.ts";
import { handshakeOf, isPoll } from "../handshake/upgrade-outcome.ts";
import {
  clientOf,
  directionOf,
  fieldHas,
  NS_PER_MS,
  otherSide,
  pathOf,
  safeTarget,
  serverOf,
} from "../reading/reading.ts";
import type { Cause, CauseId, EvidenceItem, RuleId, Token } from "../types.ts";
import { isLoginCheck } from "../upgrade/login-check.ts";
import type { Judged } from "./story.ts";

const ENDINGS = /^(ws\.close\.no-close-frame|tcp\.rst|ws\.pong\.missing|eio\.pong\.missing|ws\.idle\.timeout)$/;
const HANDSHAKE = /^http\.upgrade\.|^eio\.request\./;
/** Errors that bytes lost between both capture points explain. */
const LOSSES: ReadonlySet<RuleId> = new Set([
  "tcp.path.blackhole",
  "http.upgrade.dropped",
  "http.upgrade.unanswered",
  "ws.pong.missing",
  "eio.pong.missing",
]);

/** Errors that a SYN which never arrived explains. */
const OPENING: ReadonlySet<RuleId> = new Set(["tcp.open.unanswered", "tcp.open.refused", "tcp.open.icmp"]);

/** Fields that decide an upgrade; of the ones that may hold a credential only the name is said. */
const DECIDING = new Set([
  "(version)",
  "(target)",
  "host",
  "origin",
  "upgrade",
  "connection",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-accept",
]);
/** Case does not count in them (RFC 9110 §7.6.1, §7.8). */
const TOKENS = new Set(["upgrade", "connection"]);
const NAMED_ONLY = new Set(["sec-websocket-key", "sec-websocket-protocol", "authorization", "cookie"]);

/** What the other leg, or the other capture, shows of the same trouble: joined to the error that it belongs to. */
export function withLegs(judged: Judged, { joins, analysis, others }: Context): Judged {
  const { connection, severity, root } = judged;
  if (connection === null || severity !== "error" || root !== null) return judged;
  const evidence: (EvidenceItem | null)[] = [];
  const causes: Cause[] = [];
  const [behind, before] = [joins.behind.get(connection.id), joins.before.get(connection.id)];
  // Between two proxies: what the nearer one did to the request is the story of a request that came without its fields.
  const proxied = judged.rule.id === "http.upgrade.fields-stripped" ? (before ?? behind) : (behind ?? before);
  if (proxied !== undefined) {
    if (ENDINGS.test(judged.rule.id)) evidence.push(...endOfOther(proxied, connection));
    if (HANDSHAKE.test(judged.rule.id)) {
      evidence.push(...changesBy(proxied), answerOfOther(proxied, connection));
      causes.push(...causedByProxy(proxied, judged.rule.id));
    }
  }
  const front = proxied === undefined && HANDSHAKE.test(judged.rule.id) ? pollInFront(connection, others()) : null;
  if (front !== null) causes.push(...rewritten(front.target, front.behind));
  const twins = joins.twins.get(connection.id) ?? [];
  const isForgotten = judged.draft.causes.some(({ id }) => id === "pathStateLost");
  const between = twins.flatMap((twin) => lostOnTheWay(twin, judged.rule.id));
  if (between.length === 0) between.push(...twins.flatMap((twin) => silentThere(twin, judged)));
  const [only, other] = between.flatMap(({ args }) => (args["from"] as Side | undefined) ?? []);
  if (between.length > 0) {
    evidence.push(...between);
    // That the path lost it is proved; a new connection beside it tells why.
    if (!isForgotten)
      causes.push(
        only === undefined || other !== undefined
          ? cause("certain", "lostBetween", {})
          : cause("certain", "lostOneWay", { from: only, to: otherSide(only) }),
      );
  }
  const absence = OPENING.has(judged.rule.id)
    ? analysis.absences.find((item) => item.connection === connection.id)
    : undefined;
  if (absence !== undefined) {
    const name = analysis.captures[absence.captureIndex]?.name ?? "?";
    evidence.push(shows(connection.tcp.syns[0] ?? connection.first, "absentThere", { name }));
    const refused = connection.tcp.opening === "refused";
    causes.push(cause(absence.certain ? "certain" : "likely", refused ? "answeredBetween" : "lostBetween", {}));
  }
  const found = evidence.filter((item) => item !== null);
  const { draft } = judged;
  const isPathSeen = causes.some(({ id }) => id === "proxyRewritesPath");
  const isProxys = causes.some(({ id }) => id === "proxyBreaks101");
  const left = draft.causes.filter(
    ({ id }) =>
      !isDisproved(id, connection, only !== undefined, joins) &&
      !(isProxys && OF_101.has(id)) &&
      !(isPathSeen && id === "proxyRewritesPath"),
  );
  if (found.length === 0 && causes.length === 0 && left.length === draft.causes.length) return judged;
  return {
    ...judged,
    draft: { ...draft, evidence: [...draft.evidence, ...found], causes: rank([...causes, ...left]) },
  };
}

/** Guesses about a broken 101, which the backend's own answers. */
const OF_101: ReadonlySet<CauseId> = new Set(["brokenServer", "fieldsLostIn101", "transformingProxy"]);

/** Guesses that a capture at one end alone leaves open. */
const GONE: ReadonlySet<CauseId> = new Set([
  "peerVanished",
  "peerBlocked",
  "pageFrozen",
  "hostRebooted",
  "rebootedSilently",
  "dropsOneWay",
]);

/** The captures of both ends show better: the bytes were lost in between, or both ends speak of the same ports to the end. */
function isDisproved(id: CauseId, connection: ConnectionFacts, isLost: boolean, { twins }: Joins): boolean {
  if (isLost && GONE.has(id)) return true;
  return id === "natRebound" && (twins.get(connection.id) ?? []).some((twin) => !isTranslated(twin));
}

function lostOnTheWay(twin: Join, ruleId: RuleId): EvidenceItem[] {
  if (LOSSES.has(ruleId)) return lostBetween(twin);
  if (ruleId !== "tcp.open.synack-unacknowledged" || twin.front.tcp.synAcks.length > 0) return [];
  const end = shows(twin.front.last, "neverArrived", {});
  return end === null ? [] : [end];
}

const legText = (connection: ConnectionFacts): string => `${clientOf(connection)} → ${serverOf(connection)}`;

/** Of the front leg the proxy is the server, of the back leg the client. */
const speaker = (leg: ConnectionFacts, { front }: Join, side: Side): Token =>
  (leg === front) === (side === "server") ? "proxy" : side;

function endOfOther(join: Join, connection: ConnectionFacts): (EvidenceItem | null)[] {
  const leg = join.front === connection ? join.back : join.front;
  const { closedAt, firstCloser, ending } = leg.tcp;
  if (closedAt === null || firstCloser === null) return [];
  const from = speaker(leg, join, firstCloser);
  return [shows(closedAt, ending === "rst" ? "legRst" : "legFin", { leg: legText(leg), from })];
}

function answerOfOther(join: Join, connection: ConnectionFacts): EvidenceItem | null {
  const leg = join.front === connection ? join.back : join.front;
  const response = leg.upgrade?.exchange.response ?? null;
  return response === null
    ? null
    : shows(response.first, "legAnswered", { leg: legText(leg), status: response.status, reason: response.reason });
}

function changesBy({ facts, back }: Join): (EvidenceItem | null)[] {
  const { request, response } = back.upgrade?.exchange ?? { request: null, response: null };
  return [
    ...facts.changedRequest.map((field) => (request === null ? null : changeOf(field, "request", request.first))),
    ...facts.changedResponse.map((field) => (response === null ? null : changeOf(field, "response", response.first))),
  ].filter((item) => item !== null);
}

function changeOf({ name, before, behind }: ChangedField, message: Token, mark: Parameters<typeof shows>[0]) {
  const isLogin = message === "request" && isCredentialField(name);
  const known = DECIDING.has(name) && !(message === "response" && (name === "(version)" || name === "connection"));
  if (!known && !NAMED_ONLY.has(name) && !isLogin) return null;
  // What the client never got of an answer, the proxy took out.
  if (before === null && message === "response")
    return name === "sec-websocket-accept" ? shows(mark, "fieldDropped", { name, message }) : null;
  if (behind !== null && before?.toLowerCase() === behind.toLowerCase() && TOKENS.has(name)) return null;
  const shown = (value: string): string => (name === "(target)" ? safeTarget(value) : value);
  if (behind === null) return shows(mark, "fieldDropped", { name, message });
  if (before === null) return shows(mark, "fieldAdded", { name, message });
  return known
    ? shows(mark, "fieldChanged", { name, message, before: shown(before), behind: shown(behind) })
    : shows(mark, "fieldReplaced", { name, message });
}

/** What the proxy did to the request that servers are known to refuse. */
function causedByProxy(join: Join, ruleId: RuleId): Cause[] {
  const { facts, back } = join;
  const status = back.upgrade?.exchange.response?.status ?? 0;
  if (isLoginCheck(join))
    return [cause("certain", "authRequest", { path: pathOf(targetIn(back)), backend: serverOf(back), status })];
  if (ruleId === "http.upgrade.accept-invalid")
    return isWhole101(back) ? [cause("certain", "proxyBreaks101", { backend: serverOf(back) })] : [];
  if (ruleId !== "http.upgrade.refused" && ruleId !== "http.upgrade.unanswered") return [];
  const changed = (name: string) => facts.changedRequest.find((field) => field.name === name);
  const [target, host] = [changed("(target)"), changed("host")];
  const causes: Cause[] = [];
  if (target?.before != null && target.behind !== null && (status === 404 || status === 400 || status === 0))
    causes.push(...rewritten(target.before, target.behind));
  const isLogin = status === 401 || status === 403;
  const lost = facts.changedRequest.find(({ name, behind }) => behind === null && isCredentialField(name));
  if (isLogin && lost !== undefined) causes.push(cause("likely", "proxyDropsCredentials", { name: lost.name }));
  // Who answers 401 looks at a token first; who compares Origin with Host says 403 or 400.
  if (host?.before != null && host.behind !== null && (isLogin || status === 400))
    causes.push(
      cause(status === 401 ? "possible" : "likely", "proxyChangesHost", { before: host.before, behind: host.behind }),
    );
  return causes;
}

/** RFC 6455 §4.2.2: everything that a client checks is in it. */
function isWhole101({ upgrade }: ConnectionFacts): boolean {
  const response = upgrade?.exchange.response ?? null;
  if (response === null || upgrade?.acceptValid !== true) return false;
  return fieldHas(response, "upgrade", "websocket") && fieldHas(response, "connection", "upgrade");
}

const targetIn = ({ upgrade }: ConnectionFacts): string => upgrade?.exchange.request?.target ?? "";

const rewritten = (before: string, behind: string): Cause[] =>
  pathOf(before) === pathOf(behind)
    ? []
    : [cause("likely", "proxyRewritesPath", { before: safeTarget(before), behind: safeTarget(behind) })];

/** Polls have no key to join them: the request that a proxy passed on as this one. */
function pollInFront(connection: ConnectionFacts, others: Others): { target: string; behind: string } | null {
  const exchange = handshakeOf(connection);
  if (!exchange?.request || !isPoll(exchange) || exchange.response?.status !== 404) return null;
  const from = passedFrom(exchange, connection, others);
  return from?.exchange.request ? { target: from.exchange.request.target, behind: exchange.request.target } : null;
}

/** Sent at one end and never seen at the other, although it was sent again and the other capture went on. */
function lostBetween({ facts, front, back }: Join): EvidenceItem[] {
  const { clockOffsetNs: offsetNs } = facts;
  // Then nothing tells whether the other capture still ran.
  if (offsetNs === null) return [];
  const [frontUntil, backUntil] = facts.capturedUntilNs;
  return [
    lostFrom("client", facts.lostBytes[0], front, back, offsetNs, backUntil),
    lostFrom("server", facts.lostBytes[1], back, front, -offsetNs, frontUntil),
  ].filter((item) => item !== null);
}

/** How long packets have left one end, and none come to the other, before the path has lost them. */
const LEAST_SILENCE_MS = 2000;

/** Bare acknowledgments leave no bytes that could be missed: they go on at one end, and at the other none arrives any more. */
function silentThere({ facts, front, back }: Join, { rule, draft }: Judged): EvidenceItem[] {
  const dropped = rule.id === "tcp.path.blackhole" ? draft.causes.find(({ id }) => id === "dropsOneWay") : undefined;
  if (dropped === undefined || facts.clockOffsetNs === null) return [];
  const from = dropped.args["to"] === "client" ? "server" : "client";
  const [sender, receiver] = from === "client" ? [front, back] : [back, front];
  const aheadNs = facts.clockOffsetNs * (from === "client" ? 1 : -1);
  const untilNs = facts.capturedUntilNs[from === "client" ? 1 : 0];
  const [sent, arrived] = [sender, receiver].map(({ tcp }) => tcp.halves[directionOf(from)].lastPacket);
  if (!sent || !arrived) return [];
  const lastNs = sent.timestampNs + aheadNs;
  if (lastNs > untilNs || lastNs - arrived.timestampNs < LEAST_SILENCE_MS * NS_PER_MS) return [];
  const shown = shows(arrived, "lastArrived", { from });
  return shown === null ? [] : [shown];
}

/** What is under way for so long is late, and not lost. */
const LEAST_ON_THE_WAY_MS = 1000;

/** `aheadNs`: how far the receiver's clock is ahead of the sender's. */
function lostFrom(
  from: Side,
  bytes: number,
  sender: ConnectionFacts,
  receiver: ConnectionFacts,
  aheadNs: number,
  untilNs: number,
): EvidenceItem | null {
  const half = sender.tcp.halves[from === "client" ? 0 : 1];
  const waiting = half.unacknowledged;
  if (bytes === 0 || waiting === null) return null;
  const wayMs = Math.max(LEAST_ON_THE_WAY_MS, sender.tcp.roundTripMs ?? 0, half.slowAcknowledgment?.ms ?? 0);
  // Whoever has hung up needs nothing any more: that it was not taken then explains nothing.
  const lastNs = Math.min(untilNs, receiver.tcp.closedAt?.timestampNs ?? untilNs);
  const arrivesNs = waiting.since.timestampNs + aheadNs + wayMs * NS_PER_MS;
  return arrivesNs > lastNs ? null : shows(waiting.since, "lostBetween", { from, bytes });
}
