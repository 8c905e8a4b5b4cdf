import { engineIoReader } from "./readers/engine-io.ts";
import { graphQlReader } from "./readers/graphql.ts";
import { jsonReader } from "./readers/json.ts";
import { mqttReader } from "./readers/mqtt.ts";
import { ocppReader } from "./readers/ocpp.ts";
import { readPlain } from "./readers/plain.ts";
import { signalRReader } from "./readers/signalr.ts";
import { sockJsReader } from "./readers/sockjs.ts";
import { stompReader } from "./readers/stomp.ts";
import { viteHmrReader } from "./readers/vite-hmr.ts";
import { wampReader } from "./readers/wamp.ts";
import type { Payload, PayloadHints, PayloadReader, Reading } from "./types.ts";

/**
 * Who is asked first. Readers that need the handshake's word come before those that judge by content, so that a chat
 * that says "2" on a socket of its own is not an Engine.IO ping.
 */
const READERS: readonly PayloadReader[] = [
  viteHmrReader,
  ocppReader,
  sockJsReader,
  engineIoReader,
  mqttReader,
  stompReader,
  signalRReader,
  graphQlReader,
  wampReader,
  jsonReader,
];

/** What the handshake tells about the payloads to come; nulls where it was not captured. */
export const hintsOf = (target: string | null, subprotocol: string | null): PayloadHints => ({
  target,
  subprotocol,
  engineIo: target !== null && (/[?&]EIO=\d/.test(target) || /\/(?:socket|engine)\.io\//.test(target)),
});

/** What a message is. Pure and total; at the latest it is text or binary. */
export function readPayload(payload: Payload, hints: PayloadHints): Reading {
  for (const reader of READERS) {
    const reading = reader(payload, hints);
    if (reading !== null) return reading;
  }
  return readPlain(payload);
}
