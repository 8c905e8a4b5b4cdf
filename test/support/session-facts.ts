import type { EngineIoFacts, SessionFacts } from "../../src/store/session-types.ts";
import { beat } from "./facts-builder.ts";

/** A session of Engine.IO in which nothing but this was said. */
export const engineIoSession = (given: Partial<EngineIoFacts> = {}): SessionFacts => ({
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
  socketIo: [],
  notices: [],
  lastTexts: [null, null],
  heartbeat: null,
  notAPacket: null,
  tellingTexts: [],
});
