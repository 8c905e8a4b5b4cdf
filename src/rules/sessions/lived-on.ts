import type { ConnectionFacts } from "../../store/types.ts";

/** A session does not live on a WebSocket that its client never spoke on, or asked ("2probe") and did not move to ("5"). */
export function hasLivedOn({ webSocket, session }: ConnectionFacts): boolean {
  if (webSocket === null || webSocket.firstFrame[0] === null) return false;
  const engineIo = session?.engineIo ?? null;
  return engineIo === null || engineIo.probeSent === null || engineIo.upgraded !== null;
}

/** The same where the capture lacks nothing that could have moved it there. */
export const mayHaveLivedOn = (connection: ConnectionFacts): boolean =>
  connection.webSocket !== null &&
  (hasLivedOn(connection) || connection.tcp.halves.some(({ missingBytes }) => missingBytes > 0));
