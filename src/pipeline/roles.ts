import { latin1, u8 } from "../base/bytes.ts";
import type { TcpConnection } from "../tcp/connection.ts";
import { looksLikeFrames } from "../websocket/recognise.ts";

interface Guess {
  readonly senderIsClient: boolean;
  readonly by: "http" | "masking" | "port";
}

/** The port that was asked for is the server's, until a SYN or what is said tells better. */
export function placeRoles(connection: TcpConnection, ports: ReadonlySet<number>): void {
  if (ports.size === 0) return;
  const [low, high] = connection.ports;
  if (ports.has(low) === ports.has(high)) return;
  connection.clientIndex = ports.has(low) ? 1 : 0;
  connection.clientBy = "port";
}

const REQUEST = /^[A-Z]{3,16} [^ ]+ HTTP\/1\.[01]\r?\n/;

/** Who is the client of a connection whose SYN was not captured, from its first payload: HTTP, masking, else the ports. */
export function guessClient(
  bytes: Uint8Array,
  start: number,
  end: number,
  sourcePort: number,
  destinationPort: number,
  ports: ReadonlySet<number>,
): Guess {
  const head = latin1(bytes, start, Math.min(end, start + 2048));
  if (REQUEST.test(head)) return { senderIsClient: true, by: "http" };
  if (head.startsWith("HTTP/1.")) return { senderIsClient: false, by: "http" };
  // RFC 8446 §4: handshake record, ClientHello or ServerHello.
  if (end - start > 5 && u8(bytes, start) === 0x16 && u8(bytes, start + 1) === 3) {
    const type = u8(bytes, start + 5);
    if (type === 1 || type === 2) return { senderIsClient: type === 1, by: "port" };
  }
  const asClient = looksLikeFrames(bytes, start, end, 0);
  const asServer = looksLikeFrames(bytes, start, end, 1);
  if (asClient === "yes" && asServer !== "yes") return { senderIsClient: true, by: "masking" };
  if (ports.has(destinationPort) !== ports.has(sourcePort)) {
    return { senderIsClient: ports.has(destinationPort), by: "port" };
  }
  return { senderIsClient: destinationPort <= sourcePort, by: "port" };
}
