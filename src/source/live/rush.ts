/** The prompt one of two captures is believed as long as its ring cannot fill up within this time. */
const BUSY_NS = 50e6;

/** Tells when so many packets come within BUSY_NS that they might not find room. */
export class Rush {
  private readonly newest: Float64Array;
  private index = 0;

  constructor(packets: number) {
    this.newest = new Float64Array(packets).fill(Number.NEGATIVE_INFINITY);
  }

  add(stamp: number): boolean {
    const { newest, index } = this;
    const isBusy = stamp - (newest[index] as number) < BUSY_NS;
    newest[index] = stamp;
    this.index = index + 1 === newest.length ? 0 : index + 1;
    return isBusy;
  }
}
