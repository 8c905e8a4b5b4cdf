import type { Side } from "../../base/brand.ts";
import type { Mark } from "../../base/packet-view.ts";
import type { ProtocolNotice } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { cause, shows } from "../draft.ts";
import type { Cause, EvidenceItem } from "../types.ts";
import { isJustBefore } from "./just-before.ts";
import { directionOf } from "./reading.ts";

/** Of each protocol the messages that refuse or end a session, and not only one request in it; and its name. */
const LAST: Readonly<Record<string, { readonly name: string; readonly types: readonly string[] }>> = {
  mqtt: { name: "MQTT", types: ["CONNACK", "DISCONNECT"] },
  stomp: { name: "STOMP", types: ["ERROR"] },
  sockjs: { name: "SockJS", types: ["close"] },
  signalr: { name: "SignalR", types: ["Close", "HandshakeResponse"] },
  wamp: { name: "WAMP", types: ["ABORT", "GOODBYE"] },
  "subscriptions-transport-ws": { name: "GraphQL", types: ["connection_error"] },
};

/** How people call the protocol. */
export const protocolName = (protocol: string): string => LAST[protocol]?.name ?? protocol;

/** MQTT 3.1.1 §3.2.2.3 and MQTT 5 §2.4: codes with words of their own. */
const MQTT_CODES: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 149, 151, 152, 156, 157,
  159, 160,
]);
const PASSWORD_CODES: ReadonlySet<number> = new Set([4, 134]);
const TAKEN_OVER = 142;

/** "Go away!" and the normal closure of the SockJS protocol 0.3.3: nobody's trouble. */
const SOCKJS_NORMAL: ReadonlySet<number | undefined> = new Set([1000, 3000]);

/** With what one side refused or ended the session of a known protocol, as its last word right before this; null: nothing. */
export function lastNotice({ session, webSocket }: ConnectionFacts, end: Mark): ProtocolNotice | null {
  const notice = session?.notices.findLast(({ protocol, messageType }) => LAST[protocol]?.types.includes(messageType));
  if (notice === undefined || (notice.protocol === "sockjs" && SOCKJS_NORMAL.has(notice.code))) return null;
  const last = webSocket?.lastMessage[directionOf(notice.from)] ?? null;
  return last?.timestampNs === notice.timestampNs && isJustBefore(notice, end) ? notice : null;
}

export function noticeEvidence(notice: ProtocolNotice): EvidenceItem | null {
  const { from, code, messageType, errorMessage } = notice;
  return notice.protocol === "mqtt"
    ? shows(notice, "mqttNotice", { from, name: messageType, code: code ?? 0, meaning: meaningOf(code) })
    : shows(notice, "lastText", { from, text: errorMessage ?? "" });
}

export function noticeCauses(notice: ProtocolNotice): (Cause | false)[] {
  const { protocol, from, code, messageType, errorMessage } = notice;
  if (protocol !== "mqtt")
    return [cause("likely", "saidInProtocol", { name: protocolName(protocol), from, text: errorMessage ?? "" })];
  return [
    cause("likely", "mqttRefused", { from, name: messageType, code: code ?? 0, meaning: meaningOf(code) }),
    PASSWORD_CODES.has(code ?? 0) && cause("likely", "passwordRefused", {}),
    code === TAKEN_OVER && cause("likely", "replacedElsewhere", {}),
  ];
}

export const meaningOf = (code: number | undefined): string =>
  code !== undefined && MQTT_CODES.has(code) ? `mqtt.${code}` : "mqtt.other";

/** SockJS tells its program the code of its own close message, whatever the WebSocket says behind it; null: there is none. */
export function sockJsClose(connection: ConnectionFacts, close: CloseFrameFacts, from: Side): CloseFrameFacts | null {
  const notice = lastNotice(connection, close);
  if (notice?.protocol !== "sockjs" || notice.from !== from || notice.code === undefined) return null;
  // Lower ones are words of the library about its own transports.
  if (notice.code <= 3000 || notice.code >= 5000) return null;
  const reason = (notice.errorMessage ?? "").slice(String(notice.code).length).trim();
  return { ...close, code: notice.code, reason };
}
