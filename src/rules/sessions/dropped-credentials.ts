import type { Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isSameLeg, type Sessions } from "../context/sessions.ts";
import { cause, lesser, shows } from "../draft.ts";
import { carriesToken, isCredentialField } from "../handshake/credentials.ts";
import type { Cause, EvidenceItem } from "../types.ts";

/** A field to log in with that the client sent and the backend never got. */
export interface Dropped {
  readonly name: string;
  /** A request of the session as the backend got it. */
  readonly at: Mark;
  /** Nothing else in it logs anybody in. */
  readonly isAll: boolean;
}

/** Between two hosts and no further (RFC 9110 §11.7.2). */
const OF_ONE_LEG = /^proxy-/i;

const requestsOf = (legs: readonly ConnectionFacts[]) =>
  legs.flatMap(({ exchanges }) => exchanges.flatMap(({ request }) => (request === null ? [] : [request])));

/**
 * What the session of this connection lost at a proxy, by its requests in front of it and behind. null: nothing, or the
 * capture holds one leg only.
 */
export function droppedIn(connection: ConnectionFacts, sid: string | null, sessions: Sessions): Dropped | null {
  const mates = sid === null ? [] : (sessions.get(sid) ?? []);
  const behind = requestsOf(mates.filter((mate) => isSameLeg(mate, connection)));
  const [first] = behind;
  if (first === undefined || behind.some(({ complete }) => !complete)) return null;
  const passed = new Set(behind.flatMap(({ fields }) => fields.map(({ name }) => name.toLowerCase())));
  const name = requestsOf(mates.filter((mate) => !isSameLeg(mate, connection)))
    .flatMap(({ fields }) => fields.map((field) => field.name.toLowerCase()))
    .find((one) => isCredentialField(one) && !OF_ONE_LEG.test(one) && !passed.has(one));
  return name === undefined ? null : { name, at: first.first, isAll: !behind.some(carriesToken) };
}

export const droppedEvidence = (dropped: Dropped | null): EvidenceItem | null =>
  dropped && shows(dropped.at, "fieldDropped", { name: dropped.name, message: "request" });

/** What the proxy took away comes before what may be wrong with it. */
export const withDropped = (dropped: Dropped | null, hasAuth: boolean, causes: readonly (Cause | false | null)[]) =>
  dropped === null
    ? causes
    : [
        cause(dropped.isAll && !hasAuth ? "certain" : "likely", "proxyDropsCredentials", { name: dropped.name }),
        ...causes.map((one) => one && lesser(one)),
      ];
