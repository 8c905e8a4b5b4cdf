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
  let bin = (nowNs - connection.firstPacketNs) / connection.activityBinNs;
  if (bin >= ACTIVITY_BINS) bin = widen(connection, nowNs);
  const { activity } = connection;
  const index = bin | 0;
  // A clock that went back counts nowhere.
  const count = activity[index] as number;
  if (bin >= 0 && count < MOST) activity[index] = count + 1;
}

function widen(connection: Active, nowNs: number): number {
  const { activity } = connection;
  const age = nowNs - connection.firstPacketNs;
  while (age / connection.activityBinNs >= ACTIVITY_BINS) {
    connection.activityBinNs *= 2;
    for (let bin = 0; bin < ACTIVITY_BINS / 2; bin++) {
      activity[bin] = Math.min(MOST, (activity[2 * bin] as number) + (activity[2 * bin + 1] as number));
    }
    activity.fill(0, ACTIVITY_BINS / 2);
  }
  return age / connection.activityBinNs;
}
