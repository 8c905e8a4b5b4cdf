import type { Units } from "./texts.ts";

interface UnitWords {
  readonly ms: string;
  readonly s: string;
  readonly min: string;
  readonly h: string;
  readonly day: string;
  readonly separator: string;
}

/** At most three digits that matter: 0.42, 8.3, 120. */
const digits = (value: number): string =>
  value >= 99.5 ? String(Math.round(value)) : String(Number(value.toPrecision(value >= 9.95 ? 3 : 2)));

const parts = (high: number, highUnit: string, low: number, lowUnit: string): string =>
  low === 0 ? `${high} ${highUnit}` : `${high} ${highUnit} ${low} ${lowUnit}`;

export const unitsOf = (words: UnitWords): Units => ({
  duration(ms) {
    if (ms < 999.5) return `${digits(ms)} ${words.ms}`;
    const seconds = ms / 1000;
    if (seconds < 119.5) return `${digits(seconds)} ${words.s}`;
    const whole = Math.round(seconds);
    if (whole < 7200) return parts(Math.floor(whole / 60), words.min, whole % 60, words.s);
    const minutes = Math.round(whole / 60);
    if (minutes < 2880) return parts(Math.floor(minutes / 60), words.h, minutes % 60, words.min);
    const hours = Math.round(minutes / 60);
    return parts(Math.floor(hours / 24), words.day, hours % 24, words.h);
  },
  bytes(bytes) {
    if (bytes < 1024) return `${bytes} B`;
    if (bytes < 1024 * 1024) return `${digits(bytes / 1024)} KiB`;
    return `${digits(bytes / 1024 / 1024)} MiB`;
  },
  count: (value) => (Number.isInteger(value) ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(value)),
  list: (items) => items.join(words.separator),
});
