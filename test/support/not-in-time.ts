/**
 * What a test waited for was not there in time: a busy machine, which says nothing of wscap. CI plays such a test again (see
 * test/vitest.config.ts, which knows it by how its message begins); whatever else fails has failed.
 */
export class NotInTime extends Error {
  constructor(what: string) {
    super(`not in time: ${what}`);
    this.name = "NotInTime";
  }
}
