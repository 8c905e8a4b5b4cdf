import type { ConnectionFacts } from "../../store/types.ts";
import { cause, shows } from "../draft.ts";
import { isJustBefore } from "../reading/just-before.ts";
import { hasGap, isUnread, livedMs } from "../reading/reading.ts";
import type { Cause, EvidenceItem } from "../types.ts";

/** MQTT 3.1.1 §3.1.2.10: a server ends what was silent for one and a half times its keep alive. */
const BROKER_PATIENCE = 1.5;
/** Timers of either end start a little before or after what the capture saw. */
const EARLY = 0.97;
/** Brokers look only now and then. */
const LATEST = 3;
/** Clients wait for a PINGRESP for half of it (mqtt.js) or more. */
const CLIENT_PATIENCE = 0.45;
const LEAST_WAIT_MS = 400;

/** MQTT's keep alive ran out, for the side that ended it; null: it did not, or that cannot be known. */
export function mqttSilence(connection: ConnectionFacts): Cause | null {
  const { firstCloser } = connection.tcp;
  return firstCloser === "server"
    ? clientSilent(connection)
    : firstCloser === "client"
      ? pingUnanswered(connection)
      : null;
}

/** The packet behind which the silence began. */
export function silenceEvidence(connection: ConnectionFacts, found: Cause | null): EvidenceItem | null {
  const mqtt = connection.session?.mqtt;
  if (found === null || mqtt === undefined) return null;
  return found.id === "mqttClientSilent"
    ? shows(mqtt.heard, "lastData", { from: "client" })
    : shows(mqtt.lastPing, "unansweredBeat", { from: "client" });
}

/** The client had said in MQTT that it goes, and the server ended the connection for it, as it must (§3.14.4). */
export function tookLeave({ session, tcp }: ConnectionFacts): boolean {
  const goodbye = session?.mqtt?.goodbye ?? null;
  const { closedAt, firstCloser, ending } = tcp;
  return (
    goodbye !== null &&
    closedAt !== null &&
    firstCloser === "server" &&
    ending === "fin" &&
    isJustBefore(goodbye, closedAt)
  );
}

/** Nothing of the client's for as long as it may take a broker to end it, and it had not taken its leave. */
function clientSilent(connection: ConnectionFacts): Cause | null {
  const { session, tcp } = connection;
  const mqtt = session?.mqtt;
  if (!mqtt?.keepAliveMs || mqtt.heard === null || mqtt.goodbye !== null || tcp.closedAt === null) return null;
  if (!mqtt.isWhole[0] || isUnread(connection, "client", mqtt.heard.timestampNs)) return null;
  const { keepAliveMs } = mqtt;
  const silentMs = livedMs(connection, mqtt.heard, tcp.closedAt);
  if (silentMs < keepAliveMs * BROKER_PATIENCE * EARLY || silentMs > keepAliveMs * LATEST) return null;
  return cause("likely", "mqttClientSilent", { keepAliveMs, silentMs });
}

/** The client's last PINGREQ got no PINGRESP, nor anything else, for as long as clients wait. */
function pingUnanswered(connection: ConnectionFacts): Cause | null {
  const { session, tcp, webSocket } = connection;
  const mqtt = session?.mqtt;
  if (!mqtt?.keepAliveMs || mqtt.lastPing === null || tcp.closedAt === null) return null;
  const { keepAliveMs, lastPing } = mqtt;
  const since = lastPing.timestampNs;
  const heard = webSocket?.lastMessage[1] ?? null;
  if (heard !== null && heard.timestampNs >= since) return null;
  if (!mqtt.isWhole[1] || hasGap(connection, "server", since) || isUnread(connection, "server", since)) return null;
  const waitedMs = livedMs(connection, lastPing, tcp.closedAt);
  return waitedMs < Math.max(LEAST_WAIT_MS, keepAliveMs * CLIENT_PATIENCE)
    ? null
    : cause("likely", "mqttPingUnanswered", { waitedMs });
}
