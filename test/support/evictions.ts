import type { Analysis, ConnectionFacts } from "../../src/store/types.ts";
import { abnormal, analysisOf, close, connectionFacts, mark, upgrade, webSocket } from "./facts-builder.ts";

/** Opened and closed by the server at these seconds. */
export const closedByServer = (
  opened: number,
  ended: number,
  code: number | null,
  reason = "",
  { address = "10.0.0.1", target = "/chat" } = {},
): ConnectionFacts =>
  connectionFacts({
    client: { address, port: 50_000 },
    first: mark(opened),
    last: mark(ended + 0.1),
    upgrade: upgrade({ target, requestAt: opened, responseAt: opened }),
    webSocket: webSocket({
      openedAt: mark(opened),
      closeFrames: [close(ended + 0.05, code, reason), close(ended, code, reason)],
    }),
  });

/** Opened at these seconds, and ended by the server's FIN without a Close. */
export const droppedByServer = (opened: number, ended: number, target: string): ConnectionFacts =>
  connectionFacts({
    ...abnormal("server", ended),
    first: mark(opened),
    last: mark(ended + 0.1),
    upgrade: upgrade({ target, requestAt: opened, responseAt: opened }),
    webSocket: webSocket({ openedAt: mark(opened), closeFrames: [null, null] }),
  });

interface Fight {
  /** Of both clients; absent: each has its own. */
  readonly address?: string;
  readonly reason?: string;
  readonly everySeconds?: number;
  readonly target?: (index: number) => string;
}

/** Two clients that throw each other out: seven connections, each one closed 20 ms after the next one came. */
export function evictedNormally(code: number | null, fight: Fight = {}): Analysis {
  const { address, reason = "", everySeconds = 1, target = () => "/chat" } = fight;
  return analysisOf(
    Array.from({ length: 7 }, (_, index) => ({
      ...closedByServer(index * everySeconds, (index + 1) * everySeconds + 0.02, code, reason, {
        address: address ?? `10.0.0.${1 + (index % 2)}`,
        target: target(index),
      }),
    })),
  );
}
