import type { EngineIoFacts } from "../../src/store/session-types.ts";
import type { ConnectionFacts } from "../../src/store/types.ts";
import { beat, connectionFacts, type ExchangeOverrides, exchange, mark } from "./facts-builder.ts";
import { engineIoSession } from "./session-facts.ts";

export const POLL = "/socket.io/?EIO=4&transport=polling&sid=s";

/** One connection with a poll of the session s: a ping every 10 s, 5 s for the pong. */
export const polled = (
  more: ExchangeOverrides,
  engineIo: Partial<EngineIoFacts> = {},
  facts: Partial<ConnectionFacts> = {},
): ConnectionFacts => {
  const quiet = beat({ pings: 0, answered: 0, lastPing: null, lastPong: null, lastAnsweredPing: null });
  const timers = { pingIntervalMs: 10_000, pingTimeoutMs: 5_000 };
  return connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [exchange({ status: 200, request: {}, target: POLL, ...more })],
    session: engineIoSession({ transport: "polling", sid: "s", timers, heartbeat: [quiet, quiet], ...engineIo }),
    ...facts,
  });
};

const POST = { method: "POST", body: "ok" };

/** The answer to a poll is a ping. */
export const pinged = (seconds: number, facts: Partial<ConnectionFacts> = {}): ConnectionFacts => {
  const [quiet, ping] = [beat({ pings: 0, lastPing: null }), beat({ pings: 1, lastPing: mark(seconds) })];
  return polled({ requestAt: seconds - 9.9, responseAt: seconds, body: "2" }, { heartbeat: [quiet, ping] }, facts);
};

/** The client's good-bye. */
export const saidGoodBye = (seconds: number, facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  polled(
    { ...POST, requestAt: seconds, responseAt: seconds + 3 },
    { closed: { ...mark(seconds), from: "client" } },
    facts,
  );

/** What comes too late is not known any more. */
export const unknown = (seconds: number, facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  polled(
    {
      ...POST,
      requestAt: seconds,
      responseAt: seconds,
      status: 400,
      body: '{"code":1,"message":"Session ID unknown"}',
    },
    {},
    facts,
  );

/** The answer to a poll is the server's good-bye. */
export const dismissed = (seconds: number, facts: Partial<ConnectionFacts> = {}): ConnectionFacts =>
  polled(
    { requestAt: seconds - 4.9, responseAt: seconds, body: "1" },
    { closed: { ...mark(seconds), from: "server" } },
    facts,
  );

/** A poll that asks for a session and gets one, which is never told of again unless somebody names it. */
export const opened = (seconds: number, sid: string, more: ExchangeOverrides = {}): ConnectionFacts =>
  connectionFacts({
    kind: "http",
    upgrade: null,
    webSocket: null,
    exchanges: [
      exchange({
        target: `/socket.io/?EIO=4&transport=polling&t=${sid}`,
        request: { Host: "app.example", "User-Agent": "Mozilla/5.0" },
        status: 200,
        body: `0{"sid":"${sid}","upgrades":["websocket"]}`,
        requestAt: seconds,
        responseAt: seconds + 0.1,
        ...more,
      }),
    ],
    session: engineIoSession({ transport: "polling", sid }),
    close: { verdict: "none", clientSees: null, serverSees: null },
  });

/** The session s is opened by a poll. */
export const begun = (seconds: number): ConnectionFacts =>
  polled(
    { requestAt: seconds - 0.1, responseAt: seconds },
    {
      open: { ...mark(seconds), pingIntervalMs: 10_000, pingTimeoutMs: 5_000, upgrades: [], maxPayloadBytes: null },
    },
  );

/** What the client posts. */
export const posted = (seconds: number, sent: string): ConnectionFacts =>
  polled({ ...POST, requestAt: seconds, responseAt: seconds + 0.1, sent });
