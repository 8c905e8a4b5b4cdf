import { sideOf } from "../../base/brand.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { type Draft, draft, shows } from "../draft.ts";
import { closeCodeOf, type FirstClose, isNormalCode } from "../reading/first-close.ts";
import { meaningOf, protocolName } from "../reading/last-notice.ts";
import { firstVerdict, saidBefore } from "../reading/last-words.ts";
import { openFor } from "../reading/reading.ts";

/** A broker that goes down, has moved, or has a limit of time (MQTT 5 §3.14.2.1): its clients come again. */
const MQTT_MOVES: ReadonlySet<number | undefined> = new Set([139, 156, 157, 160]);

/** A Close whose code says that all is well, right behind a message that ends the session of its protocol for a reason. */
export function reasonBehindNormal(connection: ConnectionFacts, { close, direction }: FirstClose): Draft | null {
  if (!isNormalCode(close.code)) return null;
  const { notice, evidence, causes } = saidBefore(connection, sideOf(direction), close);
  // SockJS' own close is read like a Close; a first message that refuses is told as that.
  if (notice === null || notice.protocol === "sockjs") return null;
  if (direction === 1 && firstVerdict(connection, close) !== null) return null;
  const { protocol, from, code: number, messageType, errorMessage } = notice;
  const args = { code: closeCodeOf(close), from, ...openFor(connection, close) };
  const rest = {
    at: close,
    foldBy: `${protocol} ${number ?? errorMessage}`,
    evidence: [
      evidence,
      shows(close, "closeFrame", { from: sideOf(direction), code: close.code, reason: close.reason }),
    ],
    causes,
  };
  return protocol === "mqtt"
    ? draft("ws.close.code", "saidInMqtt", {
        ...rest,
        severity: MQTT_MOVES.has(number) ? "warning" : "error",
        args: { ...args, name: messageType, number: number ?? 0, meaning: meaningOf(number) },
      })
    : draft("ws.close.code", "saidInProtocol", {
        ...rest,
        args: { ...args, name: protocolName(protocol), text: errorMessage ?? "" },
      });
}
