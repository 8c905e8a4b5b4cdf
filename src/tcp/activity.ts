/** Packets over the life of a connection, in so many bins of equal width that doubles as the connection grows older. */
export const ACTIVITY_BINS = 32;
/** About a millisecond; not whole, so that it is a double before it grows to one (see `ZERO_TIME`). */
export const FIRST_BIN_NS = 2 ** 20 + 0.5;
const MOST = 0xffff;

/** What of a connection is needed to count. */
interface Active {
  readonly activity: Uint16Array;
  activityBinNs: number;
  readonly firstPacketNs: number;
}

/** One packet at `nowNs`. */
export function countActivity(connection: Active, nowNs: number): void {
  countMany(connection, binOf(connection, nowNs), 1);
}

/** Where the bin begins that a packet at `nowNs` falls into; -Infinity: before the connection, for a clock that went back. */
export function binOf(connection: Active, nowNs: number): number {
  const age = nowNs - connection.firstPacketNs;
  if (age < 0) return Number.NEGATIVE_INFINITY;
  if (age >= connection.activityBinNs * ACTIVITY_BINS) widen(connection, age);
  return connection.firstPacketNs + Math.floor(age / connection.activityBinNs) * connection.activityBinNs;
}

/** So many packets in the bin that `binOf` answered last; those before the connection count nowhere. */
export function countMany(connection: Active, binStartNs: number, packets: number): void {
  if (packets === 0 || binStartNs < connection.firstPacketNs) return;
  const { activity } = connection;
  const bin = Math.round((binStartNs - connection.firstPacketNs) / connection.activityBinNs);
  activity[bin] = Math.min(MOST, (activity[bin] as number) + packets);
}

function widen(connection: Active, age: number): void {
  const { activity } = connection;
  while (age / connection.activityBinNs >= ACTIVITY_BINS) {
    connection.activityBinNs *= 2;
    for (let bin = 0; bin < ACTIVITY_BINS / 2; bin++) {
      activity[bin] = Math.min(MOST, (activity[2 * bin] as number) + (activity[2 * bin + 1] as number));
    }
    activity.fill(0, ACTIVITY_BINS / 2);
  }
}
