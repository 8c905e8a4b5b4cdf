/** Lines kept at once: several screens of them. */
const MOST = 4000;

/**
 * Lines that were drawn already, as long as everything that they depend on besides their own key is the same object or
 * value as before.
 */
export class LineCache<K> {
  private lines = new Map<K, string>();
  private stamp: readonly unknown[] = [];

  /** Forgets all lines when one of these has changed. */
  under(stamp: readonly unknown[]): this {
    if (stamp.length !== this.stamp.length || stamp.some((part, index) => part !== this.stamp[index])) {
      this.stamp = stamp;
      this.lines = new Map();
    }
    return this;
  }

  of(key: K, draw: () => string): string {
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    if (this.lines.size >= MOST) this.lines = new Map();
    const line = draw();
    this.lines.set(key, line);
    return line;
  }
}
