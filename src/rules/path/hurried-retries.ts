import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { serverOf, spanMs } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

/** Who waits a second between two attempts, as many do, is not told. */
const LEAST_ATTEMPTS = 20;
const WITHIN_MS = 10_000;

/** Attempts of one address, from this one on, that were refused one upon the other: nobody waits longer each time. */
export interface HurriedRetries {
  readonly count: number;
  readonly spanMs: number;
}

export function hurriedRetries(connection: ConnectionFacts, { others }: Context): HurriedRetries | null {
  const { first } = connection;
  const failed = others().failed.get(serverOf(connection));
  if (failed === undefined) return null;
  const attempts = within(failed, first.timestampNs, first.timestampNs + WITHIN_MS * 1e6).filter(
    ({ client, tcp }) => client.address === connection.client.address && tcp.opening === "refused",
  );
  const last = attempts.at(-1);
  if (last === undefined || attempts.length < LEAST_ATTEMPTS) return null;
  return { count: attempts.length, spanMs: spanMs(first, last.first) };
}
