import { CLIENT, SERVER } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { type Join, proxyEndedBoth } from "../context/legs.ts";
import { cause, draft, lesser, shows } from "../draft.ts";
import { forwarderOf, frontNamed } from "../handshake/fronts.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { endingEvidence } from "../reading/ending.ts";
import { endOf, lastSender, later, openFor, serverName, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import { isTimerLike } from "../rhythm/heartbeat.ts";
import { stoppedBeat, stoppedData } from "../rhythm/stopped-beat.ts";
import { timerCauses } from "../timers/timer-causes.ts";
import { endedBesideUnlike, isOtherSilence } from "../timers/unlike-silences.ts";
import type { Cause, EvidenceItem, FrontId } from "../types.ts";
import { leftTogether } from "./end-signs.ts";
import { isEarly, isIdleSinceOpening, isWholeSeconds, LEAST_IDLE_MS } from "./proxy-timer.ts";
import { lastRecord } from "./sealed-endings.ts";
import { unreadAtProxy } from "./unread-ending.ts";

/** How long both legs had been silent. */
const idleOf = ({ front, back }: Join): number =>
  Math.min(front.tcp.idleBeforeCloseNs ?? 0, back.tcp.idleBeforeCloseNs ?? 0) / 1e6;

/** Both ends were there, the proxy between them hung up on both: said once, for the leg of the client. */
export function proxyEnded(front: ConnectionFacts, join: Join, context: Context) {
  const { close } = front;
  const unread = unreadAtProxy(join);
  if (unread !== null) return unread;
  const idleMs = idleOf(join);
  const args = {
    proxy: serverOf(front),
    name: proxyName(join),
    backend: serverOf(join.back),
    clientCode: close.clientSees?.code,
    serverCode: join.back.close.serverSees?.code,
    ...openFor(front, endOf(front)),
  };
  const evidence = [lastSaid(front), endingEvidence(front, "proxy")];
  const parts = { at: endOf(front), evidence, confidence: join.facts.by === "timing" ? "likely" : undefined } as const;
  if (idleMs < LEAST_IDLE_MS && !isShortTimer(front, idleMs))
    return draft("ws.close.no-close-frame", "proxyBusy", {
      ...parts,
      args,
      causes: busyCauses(join, context),
    });
  return draft("ws.close.no-close-frame", "proxyIdle", {
    ...parts,
    args: { ...args, idleMs },
    causes: proxyTimerCauses(front, join, idleMs, context),
  });
}

const SHORTEST_TIMER_MS = 900;

/** Nothing was ever said but the opening, and whole seconds later it was over. */
const isShortTimer = (front: ConnectionFacts, idleMs: number): boolean =>
  idleMs > SHORTEST_TIMER_MS && isWholeSeconds(idleMs) && isIdleSinceOpening(front, idleMs);

const CHECKS_WITHIN_NS = 30e9;

/** Both legs were in use: the proxy went away, or it had just found that it cannot reach this backend any more. */
function busyCauses(join: Join, context: Context): Cause[] {
  const { back } = join;
  const restarted = { front: frontOf(join) };
  const checks = context.others().failed.get(serverOf(back));
  const end = endOf(back).timestampNs;
  const count =
    checks === undefined
      ? 0
      : within(checks, end - CHECKS_WITHIN_NS, end).filter(({ client }) => client.address === back.client.address)
          .length;
  if (count === 0) return [cause("likely", "proxyRestarted", restarted), cause("possible", "proxyLifetime", {})];
  return [cause("likely", "backendMarkedDown", { count }), cause("possible", "proxyRestarted", restarted)];
}

export function proxyAsClientCauses(connection: ConnectionFacts, context: Context, idleMs: number): Cause[] {
  const left = cause("possible", "clientBehindLeft", {});
  const front = forwarderOf(handshakeOf(connection)?.request ?? null);
  // Its connections ended in one moment, and not after one silence: clients seldom leave together.
  const isTimed = idleMs >= LEAST_IDLE_MS && !endedBesideUnlike(connection, context);
  if (!isTimed && leftTogether(connection, context)) return [cause("likely", "proxyRestarted", { front }), left];
  if (idleMs < LEAST_IDLE_MS)
    return [{ ...left, confidence: "likely" }, cause("possible", "proxyRestarted", { front })];
  const fitting = timerCauses(connection, context);
  if (fitting.length > 0) return [...fitting, left];
  const own = cause("likely", "proxyIdleTimer", { front, idleMs, pingSeconds: Math.max(1, Math.floor(idleMs / 2000)) });
  // One silence of three is nearly whole seconds by chance.
  return isTimerLike(idleMs) ? [own, left] : [{ ...left, confidence: "likely" }, lesser(own)];
}

/** A product that names itself, or ends connections as only it does, by its own setting; else every timer that fits. */
function proxyTimerCauses(front: ConnectionFacts, join: Join, idleMs: number, context: Context): Cause[] {
  const args = { idleMs, pingSeconds: Math.max(1, Math.floor(idleMs / 2000)) };
  // Apache names itself only towards the backend.
  const behind = timerCauses(join.back, context).filter(({ confidence }) => confidence === "likely");
  if (endedTogether(front, join, idleMs, context))
    return [cause("likely", "proxyRestarted", { front: frontOf(join) }), cause("possible", "proxyLifetime", {})];
  const fitting = behind.length > 0 ? behind : timerCauses(front, context);
  const stopped =
    stoppedBeat(join.back, SERVER, idleMs) ??
    stoppedBeat(front, CLIENT, idleMs) ??
    // A backend that wakes up afterwards speaks again on its own leg.
    stoppedData(front, SERVER);
  if (stopped !== null) return [stopped, ...timersOf(join, fitting, args, context).map(lesser)];
  const timers = timersOf(join, fitting, args, context);
  // A time that only nearly fits proves no timer.
  return isEarly(idleMs) ? [...timers, cause("possible", "proxyRestarted", { front: frontOf(join) })] : timers;
}

const TOGETHER_NS = 0.5e9;

/** Another WebSocket of the proxy ended in the same moment after another silence: no timer of theirs does that. */
const endedTogether = (front: ConnectionFacts, join: Join, idleMs: number, { joins }: Context): boolean =>
  joins.all.some(
    (other) =>
      // The cheapest first: thousands may be compared with thousands.
      Math.abs(endOf(other.front).timestampNs - endOf(front).timestampNs) < TOGETHER_NS &&
      isOtherSilence(idleOf(other), idleMs, endOf(other.front).timestampNs - endOf(front).timestampNs) &&
      other !== join &&
      serverOf(other.front) === serverOf(front) &&
      proxyEndedBoth(other),
  );

function timersOf(
  join: Join,
  fitting: readonly Cause[],
  args: { idleMs: number; pingSeconds: number },
  context: Context,
): Cause[] {
  const own = fitting.filter(({ args: { timer } }) =>
    context.timers.some((one) => one.name === timer && one.source === ""),
  );
  const front = frontOf(join);
  if (front === "nginx")
    return isWholeSeconds(args.idleMs)
      ? [...own, cause("likely", "nginxReadTimeout", args)]
      : [...own, cause("likely", "proxyRestarted", { front: "nginx" }), cause("possible", "nginxReadTimeout", args)];
  if (join.back.tcp.ending === "rst" && (front === "haproxy" || front === "other"))
    return [...own, cause("likely", "haproxyTunnelTimeout", args), ...fitting];
  return fitting.length > 0 ? [...fitting] : [cause("likely", "proxyIdleTimer", { ...args, front })];
}

/** By its name towards the client, or by what it adds towards the backend. */
function frontOf(join: Join): FrontId {
  const named = frontNamed(proxyName(join));
  return named === "other" ? forwarderOf(handshakeOf(join.back)?.request ?? null) : named;
}

/** As the answer to the client names it and the backend's does not; null: it says nothing of itself. */
function proxyName({ front, back }: Join): string | null {
  const [said, behind] = [front, back].map(({ upgrade }) => (upgrade ? serverName(upgrade.exchange) : null));
  return said !== behind ? (said ?? null) : null;
}

const lastSaid = (connection: ConnectionFacts): EvidenceItem | null =>
  connection.webSocket === null
    ? lastRecord(connection)
    : shows(later(...connection.webSocket.lastFrame), "lastData", { from: lastSender(connection) });
