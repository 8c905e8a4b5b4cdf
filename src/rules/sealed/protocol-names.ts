import { latin1 } from "../../base/bytes.ts";

/** What a server that is no HTTP server says first. Data: prefix (latin-1) and name. */
const OPENINGS: readonly (readonly [RegExp, string])[] = [
  [/^SSH-\d/, "SSH"],
  [/^220[ -].*(SMTP|ESMTP|Postfix|mail)/i, "SMTP"],
  [/^220[ -]/, "FTP"],
  [/^(\+OK|-ERR \[?)[^\r]*POP/i, "POP3"],
  [/^\* (OK|BYE|PREAUTH)/, "IMAP"],
  [/^RFB \d{3}\.\d{3}/, "VNC"],
  [/^-(ERR|NOAUTH|DENIED|WRONGPASS)/, "Redis"],
  [/^(\+PONG|\+OK\r|\$\d+\r)/, "Redis"],
  [/^ERROR\r\n/, "memcached"],
  [/^(INFO \{|-ERR 'Unknown Protocol)/, "NATS"],
  [/^AMQP/, "AMQP"],
  [/^\x20\x02/, "MQTT"],
  [/^RTSP\/1/, "RTSP"],
  [/^[\s\S]{3}\x00[\x00\x01]?\x0a[\x20-\x7e]+\x00/, "MySQL"],
  [/^[EN]\x00\x00\x00[\s\S]SFATAL/, "PostgreSQL"],
  [/^It looks like you are trying to access MongoDB/, "MongoDB"],
  [/^\x00\x00[\s\S]\x04\x00\x00\x00/, "HTTP/2"],
];

/** The protocol whose server speaks like this; null when it is none that is known here. */
export function protocolOf(firstBytes: Uint8Array): string | null {
  const text = latin1(firstBytes, 0, Math.min(firstBytes.length, 256));
  return OPENINGS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** A TLS record begins here (RFC 8446 §5.1): 0x14 change cipher spec, 0x15 alert, 0x16 handshake, 0x17 application data. */
export const isTlsRecord = ([type = 0, major, minor = 255]: Uint8Array): boolean =>
  type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4;

/** First bytes as text a person can recognise. */
export const readable = (bytes: Uint8Array): string => latin1(bytes, 0, Math.min(bytes.length, 32));
