import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { spanMs } from "../reading/reading.ts";

// Socket.IO's server ends a session that was let into no namespace in time (socket.io/lib/client.ts, setup).

/** Unless it is set. */
const DEFAULT_MS = 45_000;
const LATE_MS = { ofDefault: 1000, ofOthers: 150 };
const EARLY_MS = 20;

/**
 * The server's own end of a session, so long after its beginning, fits its connectTimeout: what else ends one is a ping that
 * nobody answered, which takes as long with the default timers. null: it does not.
 */
export function connectTimeoutMs(
  mates: readonly ConnectionFacts[],
  opened: Mark | null,
  endedByServer: Mark | null,
): number | null {
  if (opened === null || endedByServer === null || mates.some(mayBeOtherwise) || owesPong(mates)) return null;
  const ms = spanMs(opened, endedByServer);
  const fits = (timerMs: number, lateMs: number) => ms >= timerMs - EARLY_MS && ms <= timerMs + lateMs;
  if (fits(DEFAULT_MS, LATE_MS.ofDefault)) return DEFAULT_MS;
  const whole = Math.floor((ms + EARLY_MS) / 1000) * 1000;
  return whole > 0 && fits(whole, LATE_MS.ofOthers) ? whole : null;
}

const mayBeOtherwise = ({ session, webSocket }: ConnectionFacts): boolean =>
  session?.socketIo.some(({ connected }) => connected !== null) === true ||
  // Socket.IO says no code here; who says one has another reason.
  (webSocket?.closeFrames[1]?.code ?? null) !== null;

/** Of polls a ping and its pong may be on two connections. */
function owesPong(mates: readonly ConnectionFacts[]): boolean {
  let owed = 0;
  for (const { session } of mates) {
    const beat = session?.engineIo?.heartbeat[1];
    owed += beat === undefined ? 0 : beat.pings - beat.answered - beat.unsolicitedPongs;
  }
  return owed > 0;
}
