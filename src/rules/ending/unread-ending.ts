import type { Side } from "../../base/brand.ts";
import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Join } from "../context/legs.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endingEvidence } from "../reading/ending.ts";
import { type FullWindow, stoppedReading } from "../reading/full-window.ts";
import { endOf, otherSide } from "../reading/reading.ts";

/** A side that took nothing until the other one had given it up: who waits for a reader does not stand still. */
interface Unread {
  readonly to: Side;
  readonly full: FullWindow;
}

const draftOf = (
  connection: ConnectionFacts,
  { to, full }: Unread,
  closer: Side | "proxy",
  codes: { readonly clientCode: number | undefined; readonly serverCode: number | undefined },
): Draft =>
  draft("ws.close.no-close-frame", "unread", {
    at: endOf(connection),
    onset: full.since,
    confidence: "likely",
    args: { closer, to, outageMs: full.ms, ...codes },
    evidence: [
      shows(full.since, "zeroWindow", { from: to }),
      closer === "proxy" ? endingEvidence(connection, "proxy") : endingEvidence(connection),
    ],
    causes: [cause("likely", "peerStoppedReading", { to }), cause("likely", "writeTimer", { to })],
  });

/** The closer's FIN came when the other side read again, or while it still did not. */
export function unreadEnding(connection: ConnectionFacts, closer: Side): Draft | null {
  const { tcp, close } = connection;
  const to = otherSide(closer);
  const full = tcp.ending === "fin" ? stoppedReading(tcp, to, endOf(connection)) : null;
  if (full === null) return null;
  const codes = { clientCode: close.clientSees?.code, serverCode: close.serverSees?.code };
  return draftOf(connection, { to, full }, closer, codes);
}

/** The same at a proxy, which drops the other leg at once and its FIN waits behind what nobody takes. */
export function unreadAtProxy({ front, back }: Join): Draft | null {
  const gaveUp = isBefore(endOf(back), endOf(front)) ? endOf(back) : endOf(front);
  const unread = unreadBy(front, "client", gaveUp) ?? unreadBy(back, "server", gaveUp);
  if (unread === null) return null;
  const codes = { clientCode: front.close.clientSees?.code, serverCode: back.close.serverSees?.code };
  return draftOf(front, unread, "proxy", codes);
}

function unreadBy({ tcp }: ConnectionFacts, to: Side, at: Mark): Unread | null {
  const full = stoppedReading(tcp, to, at);
  return full === null ? null : { to, full };
}
