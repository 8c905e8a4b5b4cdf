/**
 * Timers that end connections, as data. A match needs the time *and* the right closer *and* the right way of ending;
 * what the peers say of themselves (Server, Via, CF-Ray …) supports it. Several products share a value: then they tie.
 */
export interface Timer {
  /** A product's own word; not translated. */
  readonly name: string;
  readonly seconds: number;
  readonly toleranceMs: number;
  /** Idle: since the last byte either way. Lifetime: since the 101, whatever was sent. */
  readonly kind: "idle" | "lifetime";
  /** Who ends it; a proxy is the server of the client's leg and the client of the backend's leg. */
  readonly closer: "client" | "server" | "proxy";
  readonly how: readonly ("fin" | "rst" | "silent" | "close")[];
  /** Fields of request or response whose text supports it. */
  readonly marks: RegExp | null;
  /** The setting to change, as it is written. */
  readonly setting: string;
  /** "" for the user's own. */
  readonly source: string;
}

export const timer = (
  name: string,
  seconds: number,
  kind: Timer["kind"],
  closer: Timer["closer"],
  how: Timer["how"],
  marks: RegExp | null,
  setting: string,
  source: string,
  toleranceMs = 1000,
): Timer => ({ name, seconds, toleranceMs, kind, closer, how, marks, setting, source });

/** One of the user's own (`--timer name=seconds`): idle or lifetime, whoever closes. */
export const ownTimers = (name: string, seconds: number): Timer[] =>
  (["idle", "lifetime"] as const).map((kind) =>
    timer(name, seconds, kind, "proxy", ["fin", "rst", "silent", "close"], null, name, ""),
  );

/** A heartbeat habit: pings at this interval, and an end so long after the last pong when they stay unanswered. */
export interface HeartbeatHabit {
  readonly name: string;
  readonly pinger: "client" | "server" | "either";
  readonly intervalSeconds: number;
  /** Range of the time from the last pong to the end. */
  readonly giveUpSeconds: readonly [number, number];
  readonly setting: string;
  readonly source: string;
}

export const heartbeatHabits: readonly HeartbeatHabit[] = [
  {
    name: "ws heartbeat (terminate on the next tick)",
    pinger: "server",
    intervalSeconds: 30,
    giveUpSeconds: [29, 61],
    setting: "setInterval(…, 30000)",
    source: "https://github.com/websockets/ws#how-to-detect-and-close-broken-connections",
  },
  {
    name: "habit.ten-thirty",
    pinger: "server",
    intervalSeconds: 10,
    giveUpSeconds: [29, 41],
    setting: "habit.pong-timeout",
    source: "https://github.com/websockets/ws#how-to-detect-and-close-broken-connections",
  },
  {
    name: "Python websockets ping_interval/ping_timeout",
    pinger: "either",
    intervalSeconds: 20,
    giveUpSeconds: [19, 41],
    setting: "ping_timeout=20",
    source: "https://websockets.readthedocs.io/en/stable/topics/keepalive.html",
  },
];
