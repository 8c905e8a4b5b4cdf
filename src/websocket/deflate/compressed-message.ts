import { isUtf8 } from "node:buffer";
import type { Position } from "../../base/packet-view.ts";
import { tell } from "../events.ts";
import type { Inflated } from "../memory.ts";
import { type MessageView, TEXT, UNDECODABLE, type WebSocketSink } from "../types.ts";
import type { DeflateContext } from "./deflate-context.ts";
import { INFLATED, TOO_LARGE } from "./inflate.ts";

const noBytes = new Uint8Array(0);

/**
 * Fills in what a whole compressed message says (RFC 7692 §7.2.2); direction and opcode are set. `inflated` is what its
 * `length` bytes of payload became, unless there are none.
 */
export function readCompressed(
  message: MessageView,
  deflate: DeflateContext,
  inflated: Inflated,
  length: number,
  keepBytes: number,
  sink: WebSocketSink,
  at: Position,
): void {
  const isText = message.opcode === TEXT;
  message.problem = null;
  message.validUtf8 = isText ? true : null;
  message.length = 0;
  message.keptLength = 0;
  message.bytes = noBytes;
  // Some peers send an empty message as no bytes at all instead of one empty block (§7.2.3.6).
  if (length === 0) return;
  const { status, begin, known } = inflated;
  const bytes = inflated.bytes.subarray(begin, begin + known);
  const valid = !isText || status !== INFLATED || inflated.ascii || isUtf8(bytes);
  // Where the context is not certain, text that is no text was not inflated from the right place.
  if ((status !== INFLATED && status !== TOO_LARGE) || (!valid && deflate.lost !== null)) {
    message.validUtf8 = null;
    message.problem = notInflated(message, deflate, length, sink, at);
    return;
  }
  message.length = inflated.length;
  message.bytes = bytes;
  message.keptLength = Math.min(known, keepBytes);
  if (status === TOO_LARGE) {
    message.problem = "inflate-limit";
    message.validUtf8 = null;
    tell(sink, "inflate-limit", message.direction, at, inflated.length);
    deflate.lose(UNDECODABLE.earlierMessage);
  } else if (!valid) {
    message.validUtf8 = false;
    tell(sink, "invalid-utf8", message.direction, at, TEXT);
  }
}

function notInflated(
  message: MessageView,
  deflate: DeflateContext,
  length: number,
  sink: WebSocketSink,
  at: Position,
): "inflate-failed" | "undecodable" {
  if (deflate.lost === null) {
    tell(sink, "deflate-failed", message.direction, at, length);
    deflate.lose(UNDECODABLE.earlierMessage);
    return "inflate-failed";
  }
  if (!deflate.reported) tell(sink, "deflate-undecodable", message.direction, at, deflate.lost);
  deflate.reported = true;
  deflate.lose(deflate.lost);
  return "undecodable";
}
