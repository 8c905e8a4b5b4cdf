import { sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { cause, type Draft, draft, shows } from "../draft.ts";
import { endingEvidence } from "../reading/ending.ts";
import { firstClose } from "../reading/first-close.ts";
import { endOf, hasEnded, hasGap, hasUnreadEnd, serverOf, spanMs, targetOf, watchedUntil } from "../reading/reading.ts";

/** An Engine.IO server writes its first packet in the same breath as the 101; the rest is for slow paths. */
const LEAST_WAIT_MS = 2000;

/** A new session over WebSocket: EIO without the sid of one that polls had opened. */
const NEW_SESSION = /^(?=[^?]*\?)(?=.*[?&]EIO=[34](?:&|$))(?!.*[?&](?:sid=|transport=polling))/;

/** A client of Socket.IO whose WebSocket was accepted by something that never says Engine.IO's “open”: no server of its kind. */
export function noGreetingOf(connection: ConnectionFacts, { analysis }: Context): Draft | null {
  const { webSocket, session, upgrade } = connection;
  const exchange = upgrade?.exchange;
  if (!webSocket || webSocket.midstream || !exchange?.request || !exchange.response) return null;
  if (!NEW_SESSION.test(exchange.request.target) || session?.engineIo) return null;
  // What the capture lacks, or nobody could read, may have been the greeting.
  if (hasGap(connection, "server", 0) || hasUnreadEnd(connection, "server") || !areFramesRead(connection)) return null;
  const { text, binary } = webSocket.messages[1];
  const args = { server: serverOf(connection), target: targetOf(exchange) };
  const asked = shows(exchange.request.first, "upgradeRequest", { target: args.target });
  const opened = shows(exchange.response.first, "switched", {});
  // The one that began it: an answer repeats its code.
  const first = firstClose(connection);
  const { code = null, reason = "" } = first?.close ?? {};
  const left = first && shows(first.close, "closeFrame", { from: sideOf(first.direction), code, reason });
  const spoke = text + binary > 0 ? webSocket.firstFrame[1] : null;
  if (spoke !== null) {
    const said = session?.lastTexts[1] ?? null;
    return draft("sio.connect.unanswered", "otherServer", {
      at: spoke,
      onset: exchange.response.first,
      args,
      evidence: [
        asked,
        opened,
        said === null
          ? shows(spoke, "firstMessage", { from: "server" })
          : shows(said, "lastText", { from: "server", text: said.text }),
        left,
        endingEvidence(connection),
      ],
      causes: [cause("likely", "notSocketIoServer", {}), cause("possible", "serversShareUpgrades", {})],
    });
  }
  const isAlive = webSocket.lastFrame[1] !== null;
  const until = hasEnded(connection) ? endOf(connection) : null;
  const waitedMs =
    until === null
      ? (watchedUntil(connection, analysis.clockNs) - exchange.response.first.timestampNs) / 1e6
      : spanMs(exchange.response.first, until);
  if (waitedMs < LEAST_WAIT_MS) return null;
  return draft("sio.connect.unanswered", "noGreeting", {
    at: exchange.response.first,
    // A path that died right behind the 101 would look the same, if nothing shows that it lived.
    confidence: isAlive ? "certain" : "likely",
    args: { ...args, waitedMs },
    evidence: [asked, opened, left, endingEvidence(connection)],
    causes: [
      cause("likely", "notSocketIoServer", {}),
      cause("possible", "serversShareUpgrades", {}),
      !isAlive && cause("possible", "serverBlocked", {}),
    ],
  });
}

/** Text that could not be inflated, or bytes that are no frames, say nothing of what was meant. */
const areFramesRead = ({ webSocket }: ConnectionFacts): boolean =>
  !Object.keys(webSocket?.eventCounts ?? {}).some((code) => UNREADABLE.test(code));

const UNREADABLE = /deflate|limit|synchronised|incomplete|not-websocket/;
