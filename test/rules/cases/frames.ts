import type { RuleId } from "../../../src/rules/types.ts";
import type { SocketIoNamespaceFacts } from "../../../src/store/session-types.ts";
import type { WebSocketFacts } from "../../../src/store/websocket-types.ts";
import { close, connectionFacts, half, mark, tcp, webSocket } from "../../support/facts-builder.ts";
import { engineIoSession, namespace } from "../../support/session-facts.ts";
import { type Case, one, type SomeCases } from "./case.ts";

/** The server hangs up while a message of the client is under way. */
const cutOff = (facts: Partial<WebSocketFacts>) =>
  connectionFacts({
    webSocket: webSocket({ closeFrames: [null, null], incompleteFrameBytes: [900_000, 0], ...facts }),
    tcp: tcp({ firstCloser: "server" }),
    close: {
      verdict: "abnormal",
      clientSees: { code: 1006, reason: "", clean: false },
      serverSees: { code: 1006, reason: "", clean: false },
    },
  });

/** One forbidden frame of the client; `closedWith`: the server's answer half a second later. */
const event = (code: string, more: Parameters<typeof webSocket>[0] = {}, closedWith: number | null = 1002) =>
  one(
    connectionFacts({
      webSocket: webSocket({
        events: [{ ...mark(10), code, from: "client", section: "RFC 6455 §5.1", value: 3 }],
        eventCounts: { [code]: 1 },
        closeFrames: closedWith === null ? webSocket().closeFrames : [null, close(10.5, closedWith)],
        ...more,
      }),
    }),
  );

const violation = (code: string) =>
  ({
    severity: "error" as const,
    fires: { plain: event(code) },
    near: { "a frame as it should be": one(connectionFacts()) },
  }) satisfies Case<Extract<RuleId, "ws.frame.unmasked-client">>;

/** A session of Socket.IO that its server closes with 1000, 2 ms after the largest message. */
const droppedSession = (bytes: number, disconnected: SocketIoNamespaceFacts["disconnected"] = null) =>
  connectionFacts({
    webSocket: webSocket({
      closeFrames: [close(10.003, 1000), close(10.002, 1000)],
      largestMessage: [mark(10), mark(1)],
      largestMessageBytes: [bytes, 100],
      lastMessage: [mark(10), mark(1)],
    }),
    session: {
      ...engineIoSession({
        open: { ...mark(0.1), pingIntervalMs: 25_000, pingTimeoutMs: 20_000, upgrades: [], maxPayloadBytes: null },
      }),
      socketIo: [namespace({ disconnected })],
    },
  });

export const frameCases = {
  "ws.frame.unmasked-client": violation("unmasked-client"),
  "ws.frame.masked-server": violation("masked-server"),
  "ws.frame.reserved-bits": violation("reserved-bits"),
  "ws.frame.reserved-opcode": violation("reserved-opcode"),
  "ws.frame.control-fragmented": violation("control-fragmented"),
  "ws.frame.control-too-long": violation("control-too-long"),
  "ws.frame.length-not-minimal": violation("length-not-minimal"),
  "ws.frame.length-too-large": violation("length-too-large"),
  "ws.frame.unexpected-continuation": violation("unexpected-continuation"),
  "ws.frame.expected-continuation": violation("expected-continuation"),
  "ws.frame.not-websocket": violation("not-websocket"),
  "ws.text.invalid-utf8": violation("invalid-utf8"),
  "ws.close.malformed": violation("close-malformed"),
  "ws.data-after-close": violation("data-after-close"),
  "ws.deflate.failed": violation("deflate-failed"),
  "ws.deflate.undecodable": {
    severity: "note",
    fires: {
      plain: event("deflate-undecodable", { compression: "permessage-deflate" }, null),
      unknown: event("deflate-undecodable", { compression: "unknown", midstream: true }, null),
      limit: event("inflate-limit", { compression: "permessage-deflate" }, null),
    },
    near: {
      "a damaged copy of what arrived whole in the end": one(
        connectionFacts({
          webSocket: webSocket({
            events: [{ ...mark(10), code: "deflate-undecodable", from: "client", section: "RFC 7692", value: 1 }],
            eventCounts: { "deflate-undecodable": 1 },
          }),
          tcp: { ...tcp(), halves: [half({ conflicts: 1 }), half()] },
        }),
      ),
    },
  },
  "ws.message.too-big": {
    severity: "error",
    fires: {
      refused: one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [null, close(10, 1009)], largestMessageBytes: [2e6, 100] }),
        }),
      ),
      dropped: one(droppedSession(200_000)),
      cut: one(cutOff({ unfinishedMessage: [{ ...mark(39), bytes: 1e6 }, null] })),
    },
    near: {
      "a receiver that had taken messages of that size": one(
        cutOff({ largestMessageBytes: [1e6, 0], unfinishedMessage: [{ ...mark(39), bytes: 1e6 }, null] }),
      ),
      "a receiver that had known the length for long": one(
        cutOff({ unfinishedMessage: [{ ...mark(30), bytes: 1e6 }, null] }),
      ),
      "its sender hung up": one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [null, null], incompleteFrameBytes: [900_000, 0] }),
          tcp: tcp({ firstCloser: "client" }),
        }),
      ),
      "a server whose code ended the session": one(droppedSession(200_000, { ...mark(10.001), from: "server" })),
      "a session that ended behind a small message": one(droppedSession(200)),
      "a receiver that had stopped reading": one(
        connectionFacts({
          webSocket: webSocket({ closeFrames: [null, null], incompleteFrameBytes: [900_000, 0] }),
          tcp: tcp({ firstCloser: "server", server: { zeroWindows: 2 } }),
        }),
      ),
    },
  },
} satisfies SomeCases;
