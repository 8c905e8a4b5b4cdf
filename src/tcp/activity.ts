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

/** One packet at `nowNs`. Small enough to be inlined where every packet passes. */
export function countActivity(connection: Active, nowNs: number): void {
  const age = nowNs - connection.firstPacketNs;
  // A clock that went back counts nowhere.
  if (age < 0) return;
  if (age >= connection.activityBinNs * ACTIVITY_BINS) widen(connection, age);
  const { activity } = connection;
  const bin = (age / connection.activityBinNs) | 0;
  const count = activity[bin] as number;
  if (count < MOST) activity[bin] = count + 1;
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
