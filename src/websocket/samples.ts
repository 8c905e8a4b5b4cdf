/**
 * A bounded sample of a growing list of numbers, for medians: all of them up to `maximum`, then each with equal chance
 * (reservoir sampling). The generator is seeded with a constant, so that the same capture gives the same figures.
 */
export class Samples {
  private readonly maximum: number;
  private readonly values: number[] = [];
  private count = 0;
  private random = 0x2545f491;

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  add(value: number): void {
    this.count++;
    if (this.values.length < this.maximum) {
      this.values.push(value);
      return;
    }
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
    const place = Math.floor((this.random / 2 ** 32) * this.count);
    if (place < this.maximum) this.values[place] = value;
  }

  /** In ascending order, together with `more`. */
  sorted(more: readonly number[] = []): Float64Array {
    return Float64Array.from([...this.values, ...more]).sort();
  }
}

/** The value that the share `part` (0…1) of sorted values do not exceed (nearest rank). */
export const quantile = (sorted: Float64Array, part: number): number =>
  sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
