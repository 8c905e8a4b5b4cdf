import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { refusesAfter } from "../context/refused-by-host.ts";
import type { Timer } from "../context/timers.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { directionOf, fieldValue, livedMs } from "../reading/reading.ts";
import { sealedOf } from "../reading/sealed.ts";
import { missesOwnPings } from "../rhythm/heartbeat.ts";
import { endedBesideUnlike, idleMsOf, lifeMsOf } from "./unlike-silences.ts";

export interface TimerMatch {
  readonly timer: Timer;
  /** How far from the timer's value the end was. */
  readonly offByMs: number;
  /** The peers name the product. */
  readonly named: boolean;
}

/** Below this, idle times say nothing: everything ends some seconds after something. */
const LEAST_SECONDS = 10;
/** A lifetime speaks only when traffic went on until the end. */
const BUSY_MS = 5000;

/** Products that always put their name into the 101 that they pass to the client: where it is missing, it was not they. */
const NAMES_ITSELF = /^(nginx|lighttpd|h2o|Cloudflare|Heroku|Envoy|uWebSockets)/;

/** Timers that fit how and when this WebSocket, or what is taken for one, ended; the best first. */
export function matchTimers(connection: ConnectionFacts, context: Context): TimerMatch[] {
  const { tcp, webSocket } = connection;
  const { timers } = context;
  const sealed = webSocket === null ? sealedOf(connection, context) : null;
  const openedAt = webSocket?.openedAt ?? sealed?.rhythm.since ?? null;
  if (openedAt === null || tcp.closedAt === null || tcp.firstCloser === null) return [];
  const end = tcp.closedAt;
  const idleMs = tcp.idleBeforeCloseNs === null ? null : tcp.idleBeforeCloseNs / 1e6;
  const isWhole = webSocket === null ? sealed?.tls.clientHello != null : !webSocket.midstream;
  const lifeMs = isWhole ? livedMs(connection, openedAt, end) : null;
  const how = tcp.ending === "rst" ? "rst" : "fin";
  const said = fieldsText(connection);
  const matches: TimerMatch[] = [];
  for (const timer of timers) {
    if (timer.seconds < LEAST_SECONDS && timer.source !== "") continue;
    // What was idle for all of its life fits both kinds of the user's own timer: then it was the silence.
    if (timer.kind === "lifetime" && idleMs !== null && Math.abs(idleMs - timer.seconds * 1000) <= timer.toleranceMs)
      continue;
    const measured = timer.kind === "idle" ? idleMs : lifeMs;
    if (measured === null || (timer.kind === "lifetime" && (idleMs ?? 0) > BUSY_MS && timer.source !== "")) continue;
    const offByMs = Math.abs(measured - timer.seconds * 1000);
    if (offByMs > timer.toleranceMs || !timer.how.includes(how)) continue;
    if (timer.closer !== "proxy" && timer.closer !== tcp.firstCloser) continue;
    const named = timer.source === "" || (timer.marks?.test(said) ?? false);
    if (!named && sealed === null && tcp.firstCloser === "server" && lifeMs !== null && NAMES_ITSELF.test(timer.name))
      continue;
    if (timer.closer === "proxy" && tcp.firstCloser === "client" && !named && !/x-forwarded|x-real-ip|via:/i.test(said))
      continue;
    if (timer.kind === "idle" && !named && missesOwnPings(connection, directionOf(tcp.firstCloser), measured)) continue;
    // A product may look at its timers only now and then.
    const measure = timer.kind === "idle" ? idleMsOf : lifeMsOf;
    if (endedBesideUnlike(connection, context, 2 * timer.toleranceMs, measure)) continue;
    // Its process is gone, and with it went whatever it carried, however old that was.
    if (!named && tcp.firstCloser === "server" && refusesAfter(connection, context)) continue;
    matches.push({ timer, offByMs, named });
  }
  return matches.sort(
    (a, b) =>
      Number(b.named) - Number(a.named) || a.offByMs - b.offByMs || timers.indexOf(a.timer) - timers.indexOf(b.timer),
  );
}

/** What both peers say of themselves in the handshake. */
function fieldsText(connection: ConnectionFacts): string {
  const exchange = handshakeOf(connection);
  const parts: string[] = [];
  for (const message of [exchange?.request, exchange?.response]) {
    if (!message) continue;
    for (const { name } of message.fields) parts.push(`${name}:`);
    for (const name of ["server", "via", "x-powered-by"]) parts.push(fieldValue(message, name) ?? "");
  }
  return parts.join(" ");
}
