import { type Direction, otherDirection, SERVER, sideOf } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context.ts";
import { openedBeside } from "../meanwhile.ts";
import { clientOf, NS_PER_MS, otherSide, watchedUntil } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";

/** Fewer pings show no rhythm. */
const LEAST_PINGS = 3;
/** One may be late, two may be lost and sent again. */
const INTERVALS = 3.5;
const LEAST_SILENCE_MS = 3000;

/**
 * Pings came regularly and then, with all else of that side, stayed away, while the connection stands open: who only listens
 * sends nothing that could go unacknowledged, and does not notice that the other side, or the path, is gone.
 */
function checkDirection(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { webSocket, tcp } = connection;
  const beat = webSocket?.heartbeat[direction];
  if (!beat || beat.lastPing === null || beat.intervalMs === null || beat.pings < LEAST_PINGS) return null;
  if (tcp.closedAt !== null || tcp.ending !== "open" || tcp.oneWay || tcp.evicted) return null;
  const { lastPacket } = tcp.halves[direction];
  const silentSince = lastPacket ?? beat.lastPing;
  const untilNs = watchedUntil(connection, context.analysis.clockNs);
  const silentMs = (untilNs - silentSince.timestampNs) / NS_PER_MS;
  if (silentMs < Math.max(LEAST_SILENCE_MS, INTERVALS * beat.intervalMs)) return null;
  if (tcp.halves[otherDirection(direction)].unacknowledged !== null) return null;
  if (isHeardBeyond(connection, direction, silentSince, context)) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  // The same client reaches the same port all the while.
  const [opened = null] = openedBeside(connection, silentSince.timestampNs, untilNs, context);
  return draft("ws.ping.stopped", "plain", {
    at: silentSince,
    confidence: "likely",
    args: { from, to, silentMs, intervalMs: beat.intervalMs },
    evidence: [
      shows(beat.lastPing, "lastPing", { from }),
      opened && shows(opened.tcp.established, "openedMeanwhile", { client: clientOf(opened) }),
    ],
    causes: [
      opened !== null && cause("likely", "pathStateLost", {}),
      cause(opened === null ? "likely" : "possible", "peerVanished", { to: from }),
      opened === null && cause("possible", "firewallState", {}),
      from === "server" && cause("possible", "serverBlocked", {}),
      cause("possible", "listenerWithoutTimeout", { to }),
    ],
  });
}

/** Its pings reach the proxy between, which passes nothing on: the other leg tells of that. */
function isHeardBeyond({ id }: ConnectionFacts, direction: Direction, since: Mark, { joins }: Context): boolean {
  const leg = direction === SERVER ? joins.behind.get(id)?.back : joins.before.get(id)?.front;
  const lastPacket = leg?.tcp.halves[direction].lastPacket ?? null;
  return lastPacket !== null && lastPacket.timestampNs > since.timestampNs;
}

export const pingStopped: Rule = {
  id: "ws.ping.stopped",
  severity: "warning",
  spec: "RFC 6455 §5.5.2",
  causes: ["pathStateLost", "peerVanished", "firewallState", "serverBlocked", "listenerWithoutTimeout"],
  sources: ["https://github.com/websockets/ws#how-to-detect-and-close-broken-connections"],
  check: (connection, context) =>
    ([1, 0] as const)
      .map((direction) => checkDirection(connection, direction, context))
      .filter((item) => item !== null),
};
