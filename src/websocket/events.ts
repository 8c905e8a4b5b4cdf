import type { Direction } from "../base/brand.ts";
import type { Position } from "../base/packet-view.ts";
import type { WebSocketEventCode, WebSocketSink } from "./types.ts";

/** Where the standard says so. Bounds of ours stand under RFC 6455 §10.4, which asks every implementation for them. */
const SECTION: Readonly<Record<WebSocketEventCode, string>> = {
  "unmasked-client": "RFC 6455 §5.1",
  "masked-server": "RFC 6455 §5.1",
  "reserved-bits": "RFC 6455 §5.2",
  "reserved-opcode": "RFC 6455 §5.2",
  "control-fragmented": "RFC 6455 §5.5",
  "control-too-long": "RFC 6455 §5.5",
  "length-not-minimal": "RFC 6455 §5.2",
  "length-too-large": "RFC 6455 §5.2",
  "unexpected-continuation": "RFC 6455 §5.4",
  "expected-continuation": "RFC 6455 §5.4",
  "invalid-utf8": "RFC 6455 §8.1",
  "close-malformed": "RFC 6455 §5.5.1",
  "close-reserved-code": "RFC 6455 §7.4",
  "data-after-close": "RFC 6455 §5.5.1",
  "deflate-failed": "RFC 7692 §7.2.2",
  "deflate-undecodable": "RFC 7692 §7.1.1",
  "inflate-limit": "RFC 6455 §10.4",
  "message-limit": "RFC 6455 §10.4",
  gap: "RFC 6455 §5.2",
  resynchronised: "RFC 6455 §5.2",
  desynchronised: "RFC 6455 §5.2",
  "incomplete-frame": "RFC 6455 §5.2",
  "incomplete-message": "RFC 6455 §5.4",
  "not-websocket": "RFC 6455 §5.2",
};

/** RFC 7692 §6: RSV1 marks the first frame of a compressed message; on any other frame it is a violation. */
export const RSV1_MISPLACED = "RFC 7692 §6";

export function tell(
  sink: WebSocketSink,
  code: WebSocketEventCode,
  direction: Direction,
  at: Position,
  value: number,
  section: string = SECTION[code],
): void {
  sink.onEvent({ code, direction, section, packetNumber: at.packetNumber, timestampNs: at.timestampNs, value });
}
