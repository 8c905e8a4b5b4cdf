import type { JoinFacts } from "../../../src/store/across-types.ts";
import type { Analysis, ConnectionFacts } from "../../../src/store/types.ts";
import { abnormal, analysisOf, BACKEND_LEG, beat, joined, upgrade } from "../../support/facts-builder.ts";

type Ending = Parameters<typeof abnormal>[2];

const switching = (server: string | null) =>
  upgrade({
    response: {
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      ...(server === null ? {} : { Server: server }),
    },
  });

/** Two legs; the proxy hangs up on both after `idleSeconds` of silence, on its backend `laterSeconds` later. */
export function hungUpByProxy(
  idleSeconds: number,
  {
    server = "nginx/1.22.1",
    laterSeconds = 0,
    front = {},
    back = {},
  }: {
    readonly server?: string | null;
    readonly laterSeconds?: number;
    readonly front?: Ending;
    readonly back?: Ending;
  } = {},
): Analysis {
  const at = 10 + idleSeconds;
  const tcpFacts = { idleBeforeCloseNs: idleSeconds * 1e9 };
  // Nobody pings: that is how it came to be idle.
  const quiet = beat({ pings: 0, answered: 0, intervalMs: null, lastPing: null, lastPong: null });
  const webSocketFacts = { heartbeat: [quiet, quiet] } as const;
  return analysisOf(
    [
      abnormal("server", at, { tcpFacts, webSocketFacts, upgrade: switching(server), ...front }),
      abnormal("client", at + laterSeconds, { ...BACKEND_LEG, tcpFacts, webSocketFacts, ...back }),
    ],
    { clockSeconds: at + 20, joins: [joined("proxied")] },
  );
}

/** One connection in two captures. */
export const atBothEnds = (
  nearClient: ConnectionFacts,
  nearServer: ConnectionFacts,
  facts: Partial<Omit<JoinFacts, "connections">> = {},
): Analysis => analysisOf([nearClient, nearServer], { joins: [joined("two-captures", facts)] });
