import type { PacketView } from "../base/packet-view.ts";
import { ABSENT, timestampEchoReply, timestampValue } from "../wire/tcp-options.ts";
import { ACK, type SegmentView } from "../wire/types.ts";
import { type ClockProbe, neverSeen, type TcpConnection, type TcpHalf } from "./connection.ts";
import { stampRateOf } from "./stamp-rates.ts";

/*
 * Whether a silence was one, or the capture's clock was set forward (NTP, a virtual machine that was resumed). Both ends stamp
 * their segments by clocks that nobody sets (RFC 7323 §4.1). The segment that breaks a silence echoes what its peer stamped
 * before it, and the peer's next segment is stamped after it: the difference is how long the silence was for the peer. It is
 * read at these two segments and at the SYNs only.
 */

/** Of a silence; shorter ones end nothing. */
const LEAST_GAP_NS = 2e9;
const LEAST_STEP_NS = 1e9;
/** Before that a clock's rate cannot be told from its steps. */
const LEAST_KNOWN_NS = 1e9;
const SECOND_NS = 1e9;
const STEPS_KEPT = 8;

/** Keeps what a SYN is stamped with. */
export function startClock(half: TcpHalf, segment: SegmentView, packet: PacketView): void {
  const value = timestampValue(segment);
  if (value === ABSENT) return;
  half.stampValue = value | 0;
  half.stampNs = packet.timestampNs;
}

/** `half` breaks a silence that the capture's clock shows. Until its peer's next segment all take the whole way, so that this is read. */
export function askClock(
  connection: TcpConnection,
  half: TcpHalf,
  peer: TcpHalf,
  segment: SegmentView,
  packet: PacketView,
  atFin: boolean,
): void {
  if (packet.timestampNs - connection.lastActivityNs < LEAST_GAP_NS) return;
  if (neverSeen(half.stampNs) || neverSeen(peer.stampNs) || neverSeen(peer.lastPacketNs)) return;
  const [ownValue, echoed] = [timestampValue(segment), timestampEchoReply(segment)];
  if (ownValue === ABSENT || echoed === ABSENT || (segment.flags & ACK) === 0) return;
  connection.clockProbe = {
    by: half.index,
    packetNumber: packet.packetNumber,
    timestampNs: packet.timestampNs,
    ownValue: ownValue | 0,
    echoed: echoed | 0,
    sinceNs: peer.lastPacketNs,
    atFin,
  };
}

/** The next segment of the side that was asked. */
export function answerClock(
  connection: TcpConnection,
  half: TcpHalf,
  probe: ClockProbe,
  segment: SegmentView,
  packet: PacketView,
): void {
  if (half.index === probe.by) return;
  connection.clockProbe = null;
  const value = timestampValue(segment);
  if (value === ABSENT) return;
  const asker = connection.peerOf(half);
  const steppedNs = connection.clockSteps.reduce((sum, { ns }) => sum + ns, 0);
  const knownNs = probe.sinceNs - half.stampNs - steppedNs;
  const rate = knownNs < LEAST_KNOWN_NS ? null : stampRateOf((probe.echoed - half.stampValue) | 0, knownNs);
  if (rate === null) return;
  const lastedNs = (((value | 0) - probe.echoed) | 0) * (SECOND_NS / rate);
  const stepNs = packet.timestampNs - probe.sinceNs - lastedNs;
  if (stepNs < LEAST_STEP_NS) {
    connection.clockAgreed = { packetNumber: probe.packetNumber, timestampNs: probe.timestampNs };
    return;
  }
  // Packets that the capture missed shorten no life: the whole connection must lack the time too.
  const lifeNs = (((value | 0) - half.stampValue) | 0) * (SECOND_NS / rate);
  const missingNs = packet.timestampNs - half.stampNs - steppedNs - lifeNs;
  if (Math.abs(missingNs - stepNs) > SECOND_NS / 2 + stepNs / 20) return;
  // And the other end as well: else its host slept, which is a silence indeed.
  const otherNs = probe.timestampNs - asker.stampNs - steppedNs - stepNs;
  const otherTicks = (probe.ownValue - asker.stampValue) | 0;
  const otherRate = stampRateOf(otherTicks, otherNs);
  // A short step is within what rates differ by: its time must fit without the step better than with it.
  if (otherRate === null || otherTicks * (SECOND_NS / otherRate) - otherNs > stepNs / 2) return;
  noteStep(connection, probe, stepNs);
}

function noteStep(connection: TcpConnection, probe: ClockProbe, ns: number): void {
  if (connection.clockSteps.length < STEPS_KEPT) {
    const { packetNumber, timestampNs } = probe;
    connection.clockSteps = [...connection.clockSteps, { packetNumber, timestampNs, ns }];
  }
  if (probe.atFin) connection.idleBeforeFinNs = Math.max(0, connection.idleBeforeFinNs - ns);
  const silence = connection.lastSilence;
  if (silence?.packetNumber !== probe.packetNumber) return;
  connection.lastSilence = silence.ns - ns < LEAST_STEP_NS ? null : { ...silence, ns: silence.ns - ns };
}
