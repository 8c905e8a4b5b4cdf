import type { EngineIoFacts, EngineIoTimers } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";

export const timersIn = (open: EngineIoFacts["open"]): EngineIoTimers | null =>
  open === null || open.pingIntervalMs === null || open.pingTimeoutMs === null
    ? null
    : { pingIntervalMs: open.pingIntervalMs, pingTimeoutMs: open.pingTimeoutMs };

/**
 * The open packet of an Engine.IO session tells its timers. Most often it comes in the answer to a poll, and the WebSocket
 * that the session moves to has them as well.
 */
export function shareTimers(connections: readonly ConnectionFacts[]): readonly ConnectionFacts[] {
  const known = new Map<string, EngineIoTimers>();
  for (const { session } of connections) {
    const { sid, timers } = session?.engineIo ?? { sid: null, timers: null };
    if (sid !== null && timers !== null) known.set(sid, timers);
  }
  if (known.size === 0) return connections;
  return connections.map((connection) => {
    const { session } = connection;
    const engineIo = session?.engineIo;
    if (!session || !engineIo?.sid || engineIo.timers !== null) return connection;
    const timers = known.get(engineIo.sid) ?? null;
    return timers === null ? connection : { ...connection, session: { ...session, engineIo: { ...engineIo, timers } } };
  });
}
