import type { Direction } from "../../base/brand.ts";
import { sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { endingEvidence } from "../ending.ts";
import { otherSide, silenceBefore, spanMs } from "../reading.ts";
import { cause, type Draft, draft, type Rule, shows } from "../rule.ts";

/** Fewer, or shorter, is ordinary loss that may still be repaired. */
const LEAST_RETRANSMISSIONS = 3;
const LEAST_WAIT_MS = 2000;
const AFTER_IDLE_MS = 30_000;
/** No device forgets a connection that was in use just now. */
const SOMEWHAT_IDLE_MS = 10_000;
/** Smaller segments pass any path: only large ones raise suspicion of the path MTU. */
const LARGE_SEGMENT_BYTES = 1000;

function checkDirection(connection: ConnectionFacts, direction: Direction): Draft | null {
  const { tcp, webSocket, upgrade } = connection;
  const waiting = tcp.halves[direction].unacknowledged;
  if ((webSocket === null && upgrade === null) || waiting === null || waiting.retransmissions < LEAST_RETRANSMISSIONS)
    return null;
  const waitedMs = spanMs(waiting.since, waiting.last);
  if (waitedMs < LEAST_WAIT_MS || tcp.oneWay) return null;
  // Data sent into a socket that the peer had closed already is no loss.
  const peer = tcp.halves[direction === 0 ? 1 : 0];
  if (peer.fin !== null && peer.fin.timestampNs <= waiting.since.timestampNs) return null;
  const from = sideOf(direction);
  const to = otherSide(from);
  const base = { from, to, bytes: waiting.bytes, repeats: waiting.retransmissions, waitedMs };
  const tooBig = tcp.icmpErrors.find((error) => error.mtuBytes > 0);
  const parts = {
    at: waiting.since,
    evidence: [
      shows(waiting.since, "firstUnacknowledged", { from, bytes: waiting.bytes }),
      tooBig === undefined ? null : shows(tooBig, "icmpTooBig", { sender: tooBig.sender, mtu: tooBig.mtuBytes }),
      shows(waiting.last, "lastRetransmission", { from, repeats: waiting.retransmissions }),
      endingEvidence(connection),
    ],
  };
  const { damaged } = tcp.halves[direction];
  const segmentBytes = tcp.halves[direction].largestSegmentBytes;
  const peerStillTalks =
    peer.lastData !== null && peer.lastData.timestampNs > waiting.since.timestampNs + LEAST_WAIT_MS * 1e6;
  if (
    waiting.fullSize &&
    segmentBytes >= LARGE_SEGMENT_BYTES &&
    (tooBig !== undefined || peerStillTalks || tcp.halves[direction].dataSegments > 3)
  )
    return draft("tcp.path.blackhole", "fullSize", {
      ...parts,
      confidence: tooBig === undefined ? "possible" : "certain",
      args: { ...base, segmentBytes, mtu: tooBig?.mtuBytes },
      causes: [
        cause(tooBig === undefined ? "likely" : "certain", "pathMtu", { to: connection[to].address }),
        cause(tooBig === undefined && !peerStillTalks ? "likely" : "possible", "peerVanished", { to }),
        cause("possible", "firewallState", {}),
      ],
    });
  const idleMs = silenceBefore(connection, direction, waiting.since);
  if (idleMs >= AFTER_IDLE_MS) {
    return draft("tcp.path.blackhole", "afterIdle", {
      ...parts,
      args: { ...base, idleMs },
      causes: [
        cause("likely", "stateForgotten", { idleMs, pingSeconds: Math.max(10, Math.floor(idleMs / 2000)) }),
        cause("possible", "peerVanished", { to }),
      ],
    });
  }
  return draft("tcp.path.blackhole", "midTraffic", {
    ...parts,
    args: base,
    causes: [
      damaged > 0 && cause("certain", "damagingPath", {}),
      cause("likely", "peerVanished", { to }),
      cause("possible", "firewallState", {}),
      idleMs >= SOMEWHAT_IDLE_MS && cause("possible", "stateForgotten", { idleMs, pingSeconds: 5 }),
    ],
  });
}

const check = (connection: ConnectionFacts): Draft | null =>
  checkDirection(connection, 0) ?? checkDirection(connection, 1);

export const pathBlackhole: Rule = {
  id: "tcp.path.blackhole",
  severity: "error",
  spec: "RFC 9293 §3.8.3, RFC 4821",
  causes: ["damagingPath", "peerVanished", "stateForgotten", "firewallState", "pathMtu"],
  sources: ["https://docs.kernel.org/networking/ip-sysctl.html", "https://www.rfc-editor.org/rfc/rfc2923"],
  check,
};
