import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { UnacknowledgedFacts } from "../../store/tcp-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { serverOf, watchedUntil } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";

/** A connection that came about while another one of the same two hosts got no answer. */
export interface Meanwhile {
  readonly connection: ConnectionFacts;
  readonly opened: Mark;
  /** How often the other one repeated its data afterwards, still without an answer although one had time to come. */
  readonly repeats: number;
}

const LEAST_ANSWER_NS = 200e6;
const ROUND_TRIPS = 3;

/**
 * The same client address opened another connection to the same port while `waiting` got no answer, and still none came to
 * what was repeated after that: both hosts and the path between them work, so what is gone is what the path, or a host, knew
 * of this one connection. A repetition after the opening is asked for: an interruption would have ended by then.
 */
export function openedMeanwhile(
  connection: ConnectionFacts,
  waiting: UnacknowledgedFacts,
  from: Side,
  context: Context,
): Meanwhile | null {
  const answerNs = Math.max(LEAST_ANSWER_NS, ROUND_TRIPS * (connection.tcp.roundTripMs ?? 0) * 1e6);
  // What was repeated just before the capture ended may have been answered yet.
  const answeredUntilNs = watchedUntil(connection, context.analysis.clockNs) - answerNs;
  for (const other of openedBeside(connection, waiting.since.timestampNs, waiting.last.timestampNs, context)) {
    const opened = other.tcp.established;
    if (opened === null) continue;
    const repeats = connection.tcp.events.filter(
      ({ kind, from: sender, timestampNs }) =>
        kind === "retransmission" &&
        sender === from &&
        timestampNs > opened.timestampNs &&
        timestampNs <= answeredUntilNs,
    ).length;
    if (repeats > 0 && isOfOneCapture(connection, other, context)) return { connection: other, opened, repeats };
  }
  return null;
}

/** Two captures have two clocks: of connections that both hold, those nearest to the client stand beside each other. */
function isOfOneCapture(one: ConnectionFacts, other: ConnectionFacts, { joins: { copyOf } }: Context): boolean {
  const nearest = copyOf.get(other.id);
  return nearest === undefined || (nearest === other.id && copyOf.get(one.id) === one.id);
}

/** What the same client address opened to the same port in that time. */
export function openedBeside(
  connection: ConnectionFacts,
  fromNs: number,
  untilNs: number,
  context: Context,
): ConnectionFacts[] {
  const accepted = context.others().accepted.get(serverOf(connection));
  if (accepted === undefined) return [];
  return within(accepted, fromNs, untilNs).filter(
    ({ id, client, tcp }) =>
      id !== connection.id && client.address === connection.client.address && tcp.established !== null,
  );
}
