import type { EngineIoFacts, SessionFacts, SocketIoNamespaceFacts } from "../../src/store/session-types.ts";
import { beat, mark } from "./facts-builder.ts";

/** Nothing was said but this. */
export const sessionFacts = (given: Partial<SessionFacts> = {}): SessionFacts => ({
  protocol: null,
  engineIo: null,
  socketIo: [],
  notices: [],
  lastTexts: [null, null],
  heartbeat: null,
  notAPacket: null,
  tellingTexts: [],
  ...given,
});

/** A session of Engine.IO in which nothing but this was said. */
export const engineIoSession = (given: Partial<EngineIoFacts> = {}): SessionFacts =>
  sessionFacts({
    protocol: "engine.io",
    engineIo: {
      version: 4,
      transport: "websocket",
      sid: null,
      open: null,
      timers: null,
      heartbeat: [beat(), beat()],
      probeSent: null,
      probeAnswered: null,
      upgraded: null,
      closed: null,
      ...given,
    },
  });

/** A namespace of Socket.IO that was asked for and let in. */
export const namespace = (given: Partial<SocketIoNamespaceFacts> = {}): SocketIoNamespaceFacts => ({
  name: "/im",
  sid: "s",
  connectRequested: mark(0.02),
  hasAuth: true,
  connected: mark(0.03),
  refused: null,
  told: null,
  disconnected: null,
  errors: 0,
  firstErrors: [],
  ...given,
});
