import type { Direction } from "../../../base/brand.ts";
import { sideOf } from "../../../base/brand.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import type { Context } from "../../context/context.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { endingEvidence } from "../../reading/ending.ts";
import { hasEnded, otherSide } from "../../reading/reading.ts";
import { leavesPingsUnread, pongsWhenReading } from "../../rhythm/unread-pings.ts";
import type { Rule } from "../rule.ts";

const MANY_SHARE = 0.3;
const MANY = 30;
const DAMAGED_SHOWN = 3;

function checkRetransmissions(connection: ConnectionFacts): Draft | null {
  const { tcp } = connection;
  const [client, server] = tcp.halves;
  const total = client.retransmissions + server.retransmissions;
  // What was never acknowledged is no repaired loss: the path rules speak of it.
  if (client.unacknowledged !== null || server.unacknowledged !== null) return null;
  if (total === 0 || client.dataSegments + server.dataSegments === 0) return null;
  const first = tcp.events.find((event) => event.kind === "retransmission");
  const damaged = client.damaged + server.damaged;
  const share = total / Math.max(1, client.dataSegments + server.dataSegments);
  const many = total >= MANY && share >= MANY_SHARE;
  return draft("tcp.retransmissions", many ? "many" : "plain", {
    severity: many ? "warning" : undefined,
    at: first ?? connection.first,
    explainsUntil: 0,
    args: {
      client: client.retransmissions,
      server: server.retransmissions,
      roundTripMs: tcp.roundTripMs,
      damaged: damaged > 0 ? damaged : undefined,
      share: Math.min(100, Math.max(0.1, Math.round(share * 1000) / 10)),
    },
    evidence: [
      first === undefined ? null : shows(first, "retransmission", { from: first.from }),
      ...tcp.events
        .filter((event) => event.kind === "damaged")
        .slice(0, DAMAGED_SHOWN)
        .map((event) => shows(event, "damaged", { from: event.from })),
    ],
    causes: [damaged > 0 && cause("certain", "damagingPath", {}), cause("possible", "lossyPath", {})],
  });
}

export const retransmissions: Rule = {
  id: "tcp.retransmissions",
  severity: "note",
  spec: "RFC 6298, RFC 9293 §3.8.1",
  causes: ["damagingPath", "lossyPath"],
  sources: ["https://www.rfc-editor.org/rfc/rfc6298"],
  check: checkRetransmissions,
};

const LONG_ZERO_WINDOW_MS = 2000;

function checkZeroWindow(connection: ConnectionFacts, direction: Direction, context: Context): Draft | null {
  const { analysis } = context;
  const half = connection.tcp.halves[direction];
  if (half.zeroWindows === 0 || connection.kind !== "websocket") return null;
  const from = sideOf(direction);
  const longestMs = half.longestZeroWindowNs / 1e6;
  const first = connection.tcp.events.find((event) => event.kind === "zero-window" && event.from === from);
  const isOver = hasEnded(connection) || (!analysis.live && longestMs >= LONG_ZERO_WINDOW_MS);
  const ended = half.zeroWindowSince !== null && isOver;
  // Then the heartbeat's finding tells of it, with the same cause.
  const isTold = pongsWhenReading(connection, direction) || leavesPingsUnread(connection, direction, context);
  const args = { from, count: half.zeroWindows, longestMs };
  const parts = {
    severity: longestMs >= LONG_ZERO_WINDOW_MS && !isTold ? undefined : ("note" as const),
    at: first ?? half.zeroWindowSince ?? connection.first,
    evidence: [shows(first ?? half.zeroWindowSince, "zeroWindow", { from })],
    causes: [cause("likely", "peerStoppedReading", { to: from })],
  };
  // Until it reads, nobody sees whether the other side has hung up.
  if (ended && !hasEnded(connection))
    return draft("tcp.zero-window", "open", { ...parts, args: { ...args, to: otherSide(from) } });
  return draft("tcp.zero-window", ended ? "ended" : "plain", { ...parts, args });
}

export const zeroWindow: Rule = {
  id: "tcp.zero-window",
  severity: "warning",
  spec: "RFC 9293 §3.8.6.1",
  causes: ["peerStoppedReading"],
  sources: ["https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6.1"],
  check: (connection, context) =>
    ([0, 1] as const)
      .map((direction) => checkZeroWindow(connection, direction, context))
      .filter((item) => item !== null),
};

/** One unanswered probe may just be lost, or the last packet of the capture. */
const LEAST_PROBES = 2;

function checkKeepAlive(connection: ConnectionFacts, direction: Direction): Draft | null {
  const half = connection.tcp.halves[direction];
  if (half.keepAlivesUnanswered < LEAST_PROBES || connection.tcp.oneWay) return null;
  const from = sideOf(direction);
  const probes = connection.tcp.events.filter((event) => event.kind === "keep-alive" && event.from === from);
  const to = otherSide(from);
  // The prober's own RST, or its silence for good: it gave up.
  const gaveUp = connection.tcp.ending === "rst" && connection.tcp.firstCloser === from;
  return draft("tcp.keepalive.unanswered", gaveUp ? "gaveUp" : "plain", {
    severity: gaveUp && connection.webSocket !== null ? "error" : undefined,
    at: probes.at(-half.keepAlivesUnanswered) ?? probes[0] ?? connection.last,
    args: { from, to, count: half.keepAlivesUnanswered },
    evidence: [
      ...probes.slice(-3).map((probe) => shows(probe, "keepAlive", { from })),
      gaveUp ? endingEvidence(connection) : null,
    ],
    causes: [
      cause("likely", "peerVanished", { to }),
      cause("possible", "stateForgotten", { idleMs: 0, pingSeconds: 30 }),
    ],
  });
}

export const keepAliveUnanswered: Rule = {
  id: "tcp.keepalive.unanswered",
  severity: "warning",
  spec: "RFC 9293 §3.8.4",
  causes: ["peerVanished", "stateForgotten"],
  sources: ["https://docs.kernel.org/networking/ip-sysctl.html"],
  check: (connection) =>
    ([0, 1] as const).map((direction) => checkKeepAlive(connection, direction)).filter((item) => item !== null),
};
