import * as limits from "../../base/limits.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { AwaitedAck, NumberedAck } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { hasGap, hasUnreadEnd, later } from "../reading/reading.ts";

/** What became of the acknowledgments that a client asked for in one namespace of a session, between two hosts. */
export interface AwaitedAcks {
  readonly asked: number;
  readonly answered: number;
  /** The longest wait for one that came; 0: none came. */
  readonly slowestMs: number;
  readonly serverSpoke: boolean;
  /** In the order in which they were asked for; not all of them where the WebSocket asked for more than are kept. */
  readonly missing: readonly Waiting[];
  readonly areAll: boolean;
}

export interface Waiting extends AwaitedAck {
  readonly by: ConnectionFacts;
  /** Of the acknowledgment that a poll asked for: it may come on any connection of the session. null: a WebSocket asked. */
  readonly id: number | null;
}

type Numbered = AwaitedAck & NumberedAck & { readonly by: ConnectionFacts };

/**
 * `leg`: the connections of the session between the two hosts. What polls ask for may be answered by another poll or, once
 * the session has moved, over its WebSocket. null: it was not all read, or not all kept.
 */
export function awaitedAcks(
  leg: readonly ConnectionFacts[],
  sid: string | null,
  namespace: string,
): AwaitedAcks | null {
  const polled = polledAcks(leg, sid, namespace);
  if (polled === null) return null;
  const ids = new Map(polled.answered.map((one) => [one.id, one]));
  let { serverSpoke } = polled;
  let [asked, answered, slowestMs] = [polled.asked.length, 0, 0];
  let areAll = true;
  const missing: Waiting[] = [];
  for (const by of leg) {
    const own = by.session?.socketIo.find((one) => one.sid === sid && one.name === namespace);
    if (by.webSocket === null || own === undefined) continue;
    // Not all that came over it could be read.
    if (own.acks === undefined && own.served === undefined) return null;
    const first = later(own.acks?.missing[0], null) ?? polled.asked[0] ?? null;
    if (first !== null && (hasGap(by, "server", first.timestampNs) || hasUnreadEnd(by, "server"))) return null;
    if (own.acks === undefined) continue;
    const { elsewhere = [] } = own.acks;
    if (elsewhere.length >= limits.awaitedAcks) return null;
    for (const one of elsewhere) ids.set(one.id, one);
    asked += own.acks.asked;
    answered += own.acks.answered - elsewhere.length;
    slowestMs = Math.max(slowestMs, own.acks.slowestMs);
    serverSpoke ||= own.acks.serverSpoke;
    areAll &&= own.acks.missing.length < limits.awaitedAcks;
    missing.push(...own.acks.missing.map((one) => ({ ...one, by, id: null })));
  }
  for (const one of polled.asked) {
    const answer = ids.get(one.id);
    if (answer !== undefined) {
      answered += 1;
      slowestMs = Math.max(slowestMs, (answer.timestampNs - one.timestampNs) / 1e6);
    } else if (polled.unread === null || polled.unread.timestampNs < one.timestampNs) missing.push(one);
  }
  missing.sort((a, b) => a.timestampNs - b.timestampNs);
  return { asked, answered, slowestMs, serverSpoke, missing, areAll };
}

interface Polled {
  readonly asked: readonly Numbered[];
  readonly answered: readonly NumberedAck[];
  readonly unread: Mark | null;
  readonly serverSpoke: boolean;
}

function polledAcks(leg: readonly ConnectionFacts[], sid: string | null, namespace: string): Polled | null {
  // Two captures of one connection hold the same.
  const asked = new Map<number, Numbered>();
  const answered: NumberedAck[] = [];
  let unread: Mark | null = null;
  let serverSpoke = false;
  for (const by of leg) {
    for (const one of by.session?.polledAcks ?? []) {
      if (one.isFull) return null;
      if (one.sid !== sid) continue;
      unread = later(unread, one.unread);
      const own = one.namespaces.find(({ name }) => name === namespace);
      if (own === undefined) continue;
      serverSpoke ||= own.serverSpoke;
      for (const item of own.asked) asked.set(item.id, { ...item, by });
      answered.push(...own.answered);
    }
  }
  return { asked: [...asked.values()], answered, unread, serverSpoke };
}
