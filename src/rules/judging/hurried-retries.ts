import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { pairKey } from "../context/others.ts";
import { isSameHost, isSameRequest } from "../handshake/same-client.ts";
import { handshakeOf } from "../handshake/upgrade-outcome.ts";
import { spanMs } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

/** Who waits a second between two attempts, as many do, is not told. */
const LEAST_ATTEMPTS = 20;
const WITHIN_MS = 10_000;
/** Of pauses that grow, the later half of the attempts takes longer than the first one by more than this. */
const GROWN = 2;

/** Attempts of one client, from this one on, that were refused one upon the other: it does not wait longer each time. */
export interface HurriedRetries {
  readonly count: number;
  readonly spanMs: number;
}

export function hurriedRetries(connection: ConnectionFacts, { others }: Context): HurriedRetries | null {
  const { first } = connection;
  const turnedAway = others().turnedAway.get(pairKey(connection));
  if (turnedAway === undefined) return null;
  const attempts = within(turnedAway, first.timestampNs, first.timestampNs + WITHIN_MS * 1e6).filter((other) =>
    isRetryOf(connection, other),
  );
  const last = attempts.at(-1);
  if (last === undefined || attempts.length < LEAST_ATTEMPTS || overlap(attempts) || grow(attempts)) return null;
  return { count: attempts.length, spanMs: spanMs(first, last.first) };
}

/** Refused in the same way: no port there, or the same status for the same request with the same credentials. */
function isRetryOf(connection: ConnectionFacts, other: ConnectionFacts): boolean {
  if (!isSameHost(connection, other) || connection.tcp.opening !== other.tcp.opening) return false;
  const [one, two] = [handshakeOf(connection), handshakeOf(other)];
  if (one === null || two === null) return one === two;
  return one.response?.status === two.response?.status && isSameRequest(one.request, two.request);
}

/** Several at one time are several programs, or pages, or users behind one address. */
const overlap = (attempts: readonly ConnectionFacts[]): boolean =>
  attempts.some((attempt, index) => {
    const before = attempts[index - 1];
    const answer = before && handshakeOf(before)?.response?.first;
    return answer != null && attempt.first.timestampNs < answer.timestampNs;
  });

function grow(attempts: readonly ConnectionFacts[]): boolean {
  const [first, middle, last] = [0, attempts.length >> 1, attempts.length - 1].map(
    (index) => (attempts[index] as ConnectionFacts).first,
  ) as [ConnectionFacts["first"], ConnectionFacts["first"], ConnectionFacts["first"]];
  return spanMs(middle, last) > GROWN * spanMs(first, middle);
}
