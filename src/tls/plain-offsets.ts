/** Records remembered of one direction: more than a send buffer holds of small ones. */
const KEPT = 1024;

/** Where in the plain text and where in the TLS stream the newest records end: TCP's acknowledgments are about the latter. */
export class PlainOffsets {
  plainBytes = 0;
  private readonly ends = new Float64Array(2 * KEPT);
  private count = 0;

  add(plainBytes: number, streamEnd: number): void {
    this.plainBytes += plainBytes;
    const at = 2 * (this.count++ % KEPT);
    this.ends[at] = this.plainBytes;
    this.ends[at + 1] = streamEnd;
  }

  /** Of the plain text so much stands behind this place of the stream: a record counts when all of it is before it. */
  behind(streamOffset: number): number {
    const oldest = Math.max(0, this.count - KEPT);
    for (let index = this.count - 1; index >= oldest; index--) {
      const at = 2 * (index % KEPT);
      if ((this.ends[at + 1] as number) <= streamOffset) return this.plainBytes - (this.ends[at] as number);
    }
    return this.plainBytes;
  }
}
