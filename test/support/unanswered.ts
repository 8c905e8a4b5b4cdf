import type { ConnectionFacts } from "../../src/store/types.ts";
import { connectionFacts, mark, stalled, tcp, webSocket } from "./facts-builder.ts";

/** A WebSocket whose server's data from 30 s on gets no answer; it is repeated until 37 s. */
export const unanswered = (given: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null] }),
    tcp: tcp({
      ending: "silent",
      firstCloser: null,
      closedAt: null,
      events: stalled(30),
      client: { fin: null, lastData: mark(29.9), lastPacket: mark(29.9) },
      server: {
        fin: null,
        lastAcknowledged: mark(29.9),
        unacknowledged: { bytes: 200, since: mark(30), retransmissions: 6, last: mark(37), fullSize: false },
      },
    }),
    close: { verdict: "open", clientSees: null, serverSees: null },
    ...given,
  });
