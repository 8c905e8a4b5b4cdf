import type { ConnectionId } from "../../base/brand.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { catalogue } from "../catalogue/catalogue.ts";
import { type Context, contextOf } from "../context/context.ts";
import type { Timer } from "../context/timers.ts";
import type { Draft } from "../draft.ts";
import { isViteHmr } from "../handshake/vite.ts";
import { isBlind } from "../reading/reading.ts";
import { isOpeningTls } from "../sealed/tls-opening.ts";
import { knownTimers } from "../timers/known-timers.ts";
import type { Finding, RuleId, Severity } from "../types.ts";
import { asAnnouncedStop } from "./announced-stop.ts";
import { foldAlike } from "./fold.ts";
import { withFrontsOfDeath } from "./fronts-of-death.ts";
import { withHurry } from "./hurried.ts";
import { withLegs } from "./leg-evidence.ts";
import { asOneDeath } from "./one-death.ts";
import { asOneForgetting } from "./one-forgetting.ts";
import { asOneNarrowPath } from "./one-narrow-path.ts";
import { asOneOutage } from "./one-outage.ts";
import { asOneSetting } from "./one-setting.ts";
import { asOneStandstill } from "./one-standstill.ts";
import { asOneSurvival } from "./one-survival.ts";
import { asOneTimer } from "./one-timer.ts";
import { asOneUnansweredBeat } from "./one-unanswered-beat.ts";
import type { Placed } from "./placed.ts";
import { withPollsOn } from "./polled-on.ts";
import { withPollsOfDeath } from "./polls-of-death.ts";
import { withRecovery } from "./recovered.ts";
import { asOneToken } from "./same-token.ts";
import { withSecrecy } from "./secrecy.ts";
import { storiesOf } from "./stories.ts";
import { type Judged, tellStory } from "./story.ts";

export interface JudgeOptions {
  /** The user's own timers, matched before the known ones. */
  readonly timers?: readonly Timer[];
  /** The ports that were asked for: what runs on them is what the user is after. */
  readonly ports?: readonly number[];
}

/**
 * What went wrong in these connections. Pure: the same facts give the same findings. Errors come first, then warnings,
 * then notes, each by time. Of what belongs together only the root is an error; what follows from it is a note.
 */
export function judge(analysis: Analysis, options: JudgeOptions = {}): Finding[] {
  return withoutSeams(judgeAll(analysis, options), analysis);
}

/** Where pieces stand in the wrong order, silences and endings are only the places where they meet. */
function withoutSeams(findings: Finding[], { captures }: Analysis): Finding[] {
  return captures.some(({ stepBack }) => stepBack?.stampsFell)
    ? findings.filter(({ ruleId }) => ruleId.startsWith("capture."))
    : findings;
}

/** Stories that are one trouble, told once: each goes on from what the one before it left. */
const AS_ONE: readonly ((judged: readonly Judged[], context: Context) => readonly Judged[])[] = [
  asOneToken,
  asOneDeath,
  withFrontsOfDeath,
  asOneOutage,
  asOneSurvival,
  asOneForgetting,
  withPollsOfDeath,
  asOneTimer,
  asOneSetting,
  asOneStandstill,
  asOneUnansweredBeat,
  asAnnouncedStop,
  asOneNarrowPath,
];

function judgeAll(analysis: Analysis, options: JudgeOptions): Finding[] {
  const context = contextOf(analysis, [...(options.timers ?? []), ...knownTimers], options.ports);
  const judged: readonly Judged[] = storiesOf(context).flatMap((story) => {
    const placed = story.flatMap((connection) => draftsOf(connection, context));
    // Most connections have nothing to tell.
    if (placed.length === 0) return [];
    return tellStory(placed, context.joins).map((item) =>
      withSecrecy(withPollsOn(withRecovery(withLegs(notOurs(item), context), context), context), context),
    );
  });
  // What concerns the capture as a whole has no story: each stands for itself.
  const ofCapture = draftsOfCapture(context).flatMap((placed) => tellStory([placed], context.joins));
  const told = AS_ONE.reduce((items, asOne) => asOne(items, context), judged);
  const folded = foldAlike([...told, ...ofCapture]);
  return raiseLimits(withoutRiddles(withHurry(folded, context), analysis.connections)).sort(byImportance);
}

/** What may keep a WebSocket from a capture is asked only where no error tells it. */
function withoutRiddles(findings: readonly Finding[], connections: readonly ConnectionFacts[]): readonly Finding[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return findings;
  const turnedAway = new Set(
    errors
      .filter(({ ruleId }) => ruleId === "tls.handshake.failed")
      .flatMap(({ connectionId, alsoConnections }) => [connectionId, ...alsoConnections]),
  );
  const wereOpen = connections.some((one) => one.kind === "tls" && !isOpeningTls(one) && !turnedAway.has(one.id));
  return findings.filter(({ ruleId, variant }) => {
    if (ruleId === "capture.empty") return false;
    if (ruleId !== "capture.no-websocket" || variant === "vite") return true;
    // Keys open what TLS hides, not what never came about.
    return variant === "tls" && wereOpen;
  });
}

/** The development server's own socket is nobody's trouble. */
const notOurs = (judged: Judged): Judged =>
  judged.connection !== null && isViteHmr(judged.connection) ? { ...judged, severity: "note" } : judged;

/** What one side's own packets show, whatever the other one did. */
const SEEN_FROM_ONE_SIDE =
  /^(capture\.|ws\.close\.(code|reserved-code|malformed|no-close-frame)$|ws\.frame\.|ws\.text\.|ws\.data-after-close$|ws\.deflate\.|ws\.pong\.missing$|tcp\.rst$)/;

const ofConnections = catalogue.flatMap((rule, order) => {
  const { check } = rule;
  return check ? [{ rule, order, check, isSeenFromOneSide: SEEN_FROM_ONE_SIDE.test(rule.id) }] : [];
});

function draftsOf(connection: ConnectionFacts, context: Context): Placed[] {
  const placed: Placed[] = [];
  const aheadNs = context.joins.aheadNs.get(connection.id) ?? 0;
  // Of a connection with one side unseen most cannot be judged.
  const isOneSided = isBlind(connection);
  for (const { rule, order, check, isSeenFromOneSide } of ofConnections) {
    if (isOneSided && !isSeenFromOneSide) continue;
    const found = check(connection, context);
    // Most rules have nothing to tell.
    if (found === null) continue;
    for (const draft of asList(found)) placed.push({ draft, rule, order, connection, aheadNs });
  }
  return placed;
}

const draftsOfCapture = (context: Context): Placed[] =>
  catalogue.flatMap((rule, order) =>
    asList(rule.checkCapture?.(context) ?? []).map((draft) => ({ draft, rule, order, connection: null, aheadNs: 0 })),
  );

const asList = (found: Draft | readonly Draft[]): readonly Draft[] => ("ruleId" in found ? [found] : found);

const WEAKENING: ReadonlySet<RuleId> = new Set([
  "capture.packets-dropped",
  "capture.gap",
  "capture.truncated",
  "capture.one-way",
  "capture.ended-early",
]);

/** A SYN that was refused is refused, whatever else is missing. */
const STANDS_ALONE = /^(tcp\.open|tls|dns|arp)\./;

/** What the capture does not hold weakens the errors beside it: then it is a warning. */
function raiseLimits(findings: readonly Finding[]): Finding[] {
  const troubled = new Set<ConnectionId>();
  for (const { ruleId, severity, connectionId, alsoConnections } of findings) {
    if (severity !== "error" || connectionId === null || STANDS_ALONE.test(ruleId)) continue;
    for (const id of [connectionId, ...alsoConnections]) troubled.add(id);
  }
  const weakens = ({ connectionId, alsoConnections }: Finding): boolean =>
    connectionId === null ? troubled.size > 0 : [connectionId, ...alsoConnections].some((id) => troubled.has(id));
  return findings.map((finding) =>
    finding.severity === "note" && WEAKENING.has(finding.ruleId) && weakens(finding)
      ? { ...finding, severity: "warning" }
      : finding,
  );
}

const IMPORTANCE: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

const byImportance = (a: Finding, b: Finding): number =>
  IMPORTANCE[a.severity] - IMPORTANCE[b.severity] ||
  a.timestampNs - b.timestampNs ||
  (a.connectionId ?? -1) - (b.connectionId ?? -1) ||
  (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0);
