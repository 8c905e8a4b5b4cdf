import { firstIndex } from "../../base/first-index.ts";

/** Things in the order of their times, to be asked for a span: many connections must not be compared each with each. */
export interface TimeIndex<T> {
  readonly times: readonly number[];
  readonly items: readonly T[];
}

/** So many things of one span are looked at; more would make hostile captures slow, and say nothing new. */
const LOOKED_AT = 64;

export function timeIndex<T>(items: readonly T[], timeOf: (item: T) => number): TimeIndex<T> {
  const sorted = [...items].sort((a, b) => timeOf(a) - timeOf(b));
  return { times: sorted.map(timeOf), items: sorted };
}

/** The first things from `fromNs` to `toNs`, both included. */
export function within<T>({ times, items }: TimeIndex<T>, fromNs: number, toNs: number): readonly T[] {
  const low = firstIndex(times.length, (index) => (times[index] as number) >= fromNs);
  let end = low;
  while (end < times.length && end - low < LOOKED_AT && (times[end] as number) <= toNs) end++;
  return items.slice(low, end);
}

/** The last things up to `toNs`, included. */
export function before<T>({ times, items }: TimeIndex<T>, toNs: number): readonly T[] {
  const end = firstIndex(times.length, (index) => (times[index] as number) > toNs);
  return items.slice(Math.max(0, end - LOOKED_AT), end);
}
