import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { fieldValue, pathOf } from "../reading/reading.ts";
import { handshakeOf } from "./upgrade-outcome.ts";

// How two attempts show that they are of one client.

/** What a system says of itself in its SYN, and how far away it is: behind one address there may be several. */
export function isSameHost(one: ConnectionFacts, other: ConnectionFacts): boolean {
  const [a, b] = [one.tcp.halves[0], other.tcp.halves[0]];
  const isAlike =
    a.synOptions === null || b.synOptions === null || JSON.stringify(a.synOptions) === JSON.stringify(b.synOptions);
  return isAlike && (a.hopLimit === null || b.hopLimit === null || a.hopLimit === b.hopLimit);
}

/** What one client says of itself each time that it asks; tokens and cookies change. */
const SAME_FIELDS = ["host", "origin", "user-agent", "x-forwarded-for", "x-real-ip"];

export const asksAlike = (connection: ConnectionFacts, { request }: HttpExchangeFacts): boolean =>
  areAlike(handshakeOf(connection)?.request ?? null, request);

type Request = HttpExchangeFacts["request"];

export function areAlike(one: Request, other: Request): boolean {
  if (!one || !other || pathOf(one.target) !== pathOf(other.target)) return false;
  return SAME_FIELDS.every((name) => fieldValue(one, name) === fieldValue(other, name));
}

/** Tokens and cookies that tell one user from another. */
const CREDENTIALS = ["authorization", "cookie"];
/** With this parameter Engine.IO keeps caches away. */
const CACHE_BUSTER = /([?&])t=[^&]*/;

const withoutBuster = ({ target }: NonNullable<Request>): string => target.replace(CACHE_BUSTER, "$1");

/** Asked again with all that it was asked with before: nobody else, and nothing that could get another answer. */
export const isSameRequest = (one: Request, other: Request): boolean =>
  one !== null &&
  other !== null &&
  areAlike(one, other) &&
  withoutBuster(one) === withoutBuster(other) &&
  CREDENTIALS.every((name) => fieldValue(one, name) === fieldValue(other, name));
