const SECOND_NS = 1e9;
/** Ticks a second of the stamps that systems use: Linux since 4.13, Windows and Darwin 1000, older kernels their timer's. */
export const STAMP_RATES = [1000, 300, 250, 200, 100, 10, 2] as const;
const RATE_TOLERANCE = 0.03;

/** The standard rate that these ticks fit; null: none. */
export function stampRateOf(ticks: number, ns: number): number | null {
  const measured = (ticks * SECOND_NS) / ns;
  return STAMP_RATES.find((rate) => Math.abs(measured - rate) <= rate * RATE_TOLERANCE) ?? null;
}
