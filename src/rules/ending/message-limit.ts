import type { Side } from "../../base/brand.ts";
import { sidIn } from "../../base/session-id.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Sessions } from "../context/sessions.ts";
import { cause } from "../draft.ts";
import type { Cause } from "../types.ts";
import { libraryLimit } from "./library-limits.ts";

/** What the handshake of this session said of the largest message; null: nothing, or the capture lacks it. */
function announced({ session, exchanges }: ConnectionFacts, sessions: () => Sessions): number | null {
  const own = session?.engineIo?.open?.maxPayloadBytes;
  if (own != null) return own;
  const sid = exchanges.map(({ request }) => sidIn(request?.target)).find((one) => one !== null) ?? null;
  const mates = sid === null ? [] : (sessions().get(sid) ?? []);
  const opened = mates.map((mate) => mate.session?.engineIo?.open?.maxPayloadBytes);
  return opened.find((bytes) => bytes != null) ?? null;
}

/** A message of `from` was larger than the other side takes: by its own words, where it is Socket.IO's server. */
export function limitCause(connection: ConnectionFacts, from: Side, sessions: () => Sessions): Cause {
  const limit = from === "client" ? announced(connection, sessions) : null;
  return limit === null
    ? (libraryLimit(connection, from) ?? cause("certain", "messageLimit", { from }))
    : cause("certain", "announcedLimit", { from, limit });
}

/** The same of a poll's body; null: nothing was said. */
export function pollLimit(connection: ConnectionFacts, sessions: () => Sessions): Cause | null {
  const limit = announced(connection, sessions);
  return limit === null ? null : cause("likely", "announcedLimit", { from: "client", limit });
}
