import type { ConnectionFacts, Endpoint } from "../../src/store/types.ts";
import type { WebSocketFacts } from "../../src/store/websocket-types.ts";
import { abnormal, beat, deafBeat, mark, refusedUpgrade, tcp } from "./facts-builder.ts";

// A server that sends a message every second and stops at 20 s; at 60 s it goes on, and drops who has been silent for too long.

export const STOPPED = 20;
export const WOKE = 60;

const client = (last: number): Endpoint => ({ address: `10.0.0.${last}`, port: 50_000 + last });

const streamed = { firstData: mark(0.1), dataSegments: 21, segmentsBefore: 21 };

const pause = (ms: number, until: number, peerSpokeMs = 0) => ({
  until: mark(until),
  ms,
  nextMs: 1000,
  segmentsBefore: streamed.segmentsBefore,
  peerSpokeMs,
});

const frames = (seconds: number) => ({
  lastFrame: [mark(19), mark(seconds)] as [ReturnType<typeof mark>, ReturnType<typeof mark>],
  lastMessage: [mark(0.2), mark(seconds)] as [ReturnType<typeof mark>, ReturnType<typeof mark>],
});

/** A client whose patience ends at that time, and whose FIN the server's system acknowledges. */
export const impatient = (
  last: number,
  at = 35,
  { webSocketFacts, ...more }: Partial<ConnectionFacts> & { webSocketFacts?: Partial<WebSocketFacts> } = {},
): ConnectionFacts =>
  abnormal("client", at, {
    ...more,
    client: client(last),
    webSocketFacts: { ...frames(STOPPED), ...webSocketFacts },
    tcpFacts: {
      client: { lastData: mark(19), fin: mark(at), finAcknowledged: mark(at + 0.001), lastAcknowledged: mark(19) },
      server: { ...streamed, lastData: mark(STOPPED), fin: null },
    },
  });

/** One that asks by pings of its own, and gives up for want of pongs. */
export const pinging = (last: number): ConnectionFacts =>
  impatient(last, 35, {
    webSocketFacts: { heartbeat: [deafBeat(19.5, [25, 30]), beat({ pings: 0, answered: 0 })] },
  });

/** One that waits, until the server goes on at that time and hangs up. */
export const patient = (last: number, woke = WOKE): ConnectionFacts =>
  abnormal("server", woke + 0.01, {
    client: client(last),
    webSocketFacts: frames(woke),
    tcpFacts: {
      client: { lastData: mark(19), lastAcknowledged: mark(19), fin: null },
      server: { ...streamed, lastData: mark(woke), longestPause: pause((woke - STOPPED) * 1000, woke) },
    },
  });

/** One that the server talks to all the time. */
export const wellServed = (last: number): ConnectionFacts =>
  abnormal("client", 70, {
    client: client(last),
    webSocketFacts: frames(69.9),
    tcpFacts: {
      client: { lastData: mark(19), lastAcknowledged: mark(19) },
      server: { firstData: mark(0.1), lastData: mark(69.9), dataSegments: 71 },
    },
  });

/** Who comes back meanwhile: its request is answered at that time, or never until it gives up after 10 s. */
export const comesBack = (last: number, asked = 38, answered?: number): ConnectionFacts =>
  refusedUpgrade(
    { requestAt: asked, status: null, ...(answered === undefined ? {} : { status: 101, responseAt: answered }) },
    {
      first: mark(asked - 0.01),
      client: { ...client(last), port: 51_000 + last },
      last: mark(asked + 10),
      tcp: tcp({
        established: mark(asked - 0.005),
        firstCloser: "client",
        closedAt: mark(asked + 10),
        client: { lastData: mark(asked), lastAcknowledged: mark(asked + 0.001) },
        server: { firstData: null, lastData: null, fin: null, dataSegments: 0, packets: 2 },
      }),
    },
  );
