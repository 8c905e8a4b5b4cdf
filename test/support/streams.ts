import type { ConnectionFacts } from "../../src/store/types.ts";
import { beat, connectionFacts, mark, tcp, webSocket } from "./facts-builder.ts";

interface StreamOptions {
  readonly intervalSeconds?: number;
  readonly before?: number;
  readonly after?: number;
  readonly pauseSeconds?: number;
  /** The longest other pause. */
  readonly nextSeconds?: number;
  /** When the first message comes. */
  readonly fromSeconds?: number;
  /** What the pause held up came at its end. */
  readonly made?: number;
  /** The client's messages: how many, and when the last one came. */
  readonly asked?: readonly [count: number, lastSeconds: number, longestGapSeconds: number];
  /** The client streams too, and falls silent so long after the server; absent: it does not. */
  readonly clientLater?: number;
  /** Between what the client sent first and last it sent nothing; absent: nobody looked. */
  readonly clientSilent?: readonly [fromSeconds: number, untilSeconds: number];
}

/** The server says something every second, pauses once, and goes on until the connection is closed well. */
export function streamed({
  intervalSeconds = 1,
  before = 15,
  after = 15,
  pauseSeconds = 14,
  nextSeconds = intervalSeconds,
  fromSeconds = 0.5,
  made = 0,
  asked = [1, 0.1, 0],
  clientLater,
  clientSilent,
}: StreamOptions = {}): ConnectionFacts {
  const untilSeconds = fromSeconds + (before - 1) * intervalSeconds + pauseSeconds;
  const endSeconds = untilSeconds + (after - 1) * intervalSeconds;
  const none = beat({
    pings: 0,
    answered: 0,
    intervalMs: null,
    lastPing: null,
    lastPong: null,
    lastAnsweredPing: null,
  });
  const { messages, frames } = webSocket();
  const longestPause = {
    until: mark(untilSeconds),
    ms: pauseSeconds * 1000,
    nextMs: nextSeconds >= 1 ? nextSeconds * 1000 : 0,
    peerSpokeMs: Math.max(0, asked[1] - untilSeconds + pauseSeconds) * 1000,
    segmentsBefore: before + 1,
  };
  return connectionFacts({
    last: mark(endSeconds + 0.1),
    webSocket: webSocket({
      frames: [frames[0], { ...frames[1], ping: 0, pong: 0 }],
      messages: [
        { ...messages[0], text: asked[0] },
        { ...messages[1], text: before + after + made },
      ],
      heartbeat: [none, none],
      firstFrame: [mark(0.1), mark(fromSeconds)],
      lastMessage: [mark(asked[1]), mark(endSeconds)],
      longestMessageGapNs: [asked[2] * 1e9, pauseSeconds * 1e9],
    }),
    tcp: tcp({
      closedAt: mark(endSeconds + 0.1),
      server: { dataSegments: before + after + 1, longestPause },
      client:
        clientLater === undefined
          ? clientSilent === undefined
            ? {}
            : {
                longestPause: {
                  ...longestPause,
                  until: mark(clientSilent[1]),
                  ms: (clientSilent[1] - clientSilent[0]) * 1000,
                },
              }
          : {
              dataSegments: before + after + 1,
              longestPause: { ...longestPause, until: mark(untilSeconds + clientLater) },
            },
    }),
  });
}
