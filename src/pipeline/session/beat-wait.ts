import type { BeatWait } from "../../store/session-types.ts";
import { mark } from "../marks.ts";

export interface BeatMoment {
  readonly packetNumber: number;
  readonly timestampNs: number;
  /** What differs between messages of one kind. */
  readonly digits: number;
}

/**
 * The longest time that questions, more than one, waited for the next answer. Both lists are in the order of time and may lack
 * their beginnings: what came before the first answer is not judged.
 */
export function longestWait(asked: readonly BeatMoment[], answers: readonly BeatMoment[]): BeatWait | null {
  let longest: BeatWait | null = null;
  let longestNs = 0;
  let next = asked.findIndex(({ timestampNs }) => timestampNs > (answers[0]?.timestampNs ?? Number.POSITIVE_INFINITY));
  if (next < 0) return null;
  for (let at = 1; at < answers.length; at++) {
    const answer = answers[at] as BeatMoment;
    const first = next;
    while ((asked[next]?.timestampNs ?? Number.POSITIVE_INFINITY) < answer.timestampNs) next++;
    const oldest = asked[first];
    const waiting = next - first;
    if (oldest === undefined || waiting < 2 || answer.timestampNs - oldest.timestampNs <= longestNs) continue;
    longestNs = answer.timestampNs - oldest.timestampNs;
    const untilNs = asked[next]?.timestampNs ?? Number.POSITIVE_INFINITY;
    const madeUp = answers.slice(at, at + waiting).filter(({ timestampNs }) => timestampNs <= untilNs).length;
    longest = { asked: mark(oldest), answered: mark(answer), waiting, madeUp };
  }
  return longest;
}
