import type { ConnectionFacts } from "../../store/types.ts";
import { clientTimerOf } from "../context/client-timer.ts";
import type { Context } from "../context/context.ts";
import { cause } from "../draft.ts";
import type { Cause } from "../types.ts";
import { matchTimers, type TimerMatch } from "./timer-match.ts";

const CAUSES_KEPT = 4;

/** Timers that fit, as causes: a named one stands alone, unnamed ones tie and are all shown. */
export function timerCauses(connection: ConnectionFacts, context: Context): Cause[] {
  const matches = matchTimers(connection, context);
  const named = matches.filter((match) => match.named);
  return (named.length > 0 ? named : matches).slice(0, CAUSES_KEPT).map((match) => causeOf(match, matches.length));
}

const causeOf = ({ timer, named }: TimerMatch, candidates: number): Cause =>
  cause(named || candidates === 1 ? "likely" : "possible", timer.kind === "idle" ? "timerFits" : "lifetimeFits", {
    timer: timer.name,
    seconds: timer.seconds,
    setting: timer.setting,
    pingSeconds: Math.max(1, Math.floor(timer.seconds / 2)),
  });

/** A timer of the client's own, which its other connections show. */
export function clientTimer(connection: ConnectionFacts, context: Context): Cause | null {
  const timer = clientTimerOf(connection, context.clientTimers());
  if (timer === null) return null;
  const { measure, timerMs, count } = timer;
  return cause("likely", measure === "lifetime" ? "clientLifetimeTimer" : "clientSilenceTimer", { timerMs, count });
}
