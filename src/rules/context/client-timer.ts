import { isBefore, type Mark } from "../../base/packet-view.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { isBlind, livedMs } from "../reading/reading.ts";
import type { TimeIndex } from "../reading/time-index.ts";
import { pairKey } from "./others.ts";

/** A client that ends its WebSockets to one server always after the same time: a timer of its own (a watchdog) does. */
export interface ClientTimer {
  /** Since the upgrade, or since the server's last frame or message. */
  readonly measure: "lifetime" | "frame" | "message";
  readonly timerMs: number;
  readonly count: number;
}

const LEAST_ALIKE = 3;
/** Of all that could have shown the timer, so many must. */
const LEAST_SHARE = 0.75;
const SPREAD_SHARE = 0.05;
const LEAST_SPREAD_MS = 150;
/** Shorter times are those of answers, not of timers. */
const LEAST_TIMER_MS = 2000;
/** A client that lives on comes back within this time. */
const BACK_WITHIN_MS = 60_000;
/** So soon after a message, the message may be what it failed on. */
const HANDLER_MS = 100;

/** A WebSocket, or what is taken for one inside TLS: how long it has been open, and what its server said last. */
interface Talk {
  readonly openedAt: Mark;
  readonly lastFrame: Mark | null;
  readonly lastMessage: Mark | null;
  /** A Close before this moment. */
  isClosedBy(end: Mark): boolean;
}

function talkOf({ webSocket, tls }: ConnectionFacts): Talk | null {
  if (webSocket !== null) {
    if (webSocket.midstream) return null;
    const { openedAt, lastFrame, lastMessage, closeFrames } = webSocket;
    // What a server says to a client that has hung up ended nothing.
    const isClosedBy = (end: Mark): boolean => closeFrames.some((close) => close !== null && !isBefore(end, close));
    return { openedAt, lastFrame: lastFrame[1], lastMessage: lastMessage[1], isClosedBy };
  }
  const rhythm = tls?.rhythm ?? null;
  if (rhythm === null || tls?.clientHello == null || rhythm.holes) return null;
  // Records do not tell a pong from a message.
  const [, heard] = rhythm.last;
  return { openedAt: rhythm.since, lastFrame: heard, lastMessage: heard, isClosedBy: () => rhythm.farewell };
}

/** One WebSocket that its client ended without a Close, and the times that a timer may have measured. */
interface Ended {
  readonly end: Mark;
  readonly lifetime: number;
  readonly frame: number;
  readonly message: number;
  /** What the capture sees of a timer's beginning and end may be off by it. */
  readonly roundTripMs: number;
}

type Measure = ClientTimer["measure"];

const leewayMs = (timerMs: number): number => Math.max(LEAST_SPREAD_MS, SPREAD_SHARE * timerMs);

const fits = (ended: Ended, measure: Measure, timerMs: number): boolean =>
  Math.abs(ended[measure] - timerMs) <= leewayMs(timerMs) + ended.roundTripMs;

/** By "client address, server endpoint"; each pair's WebSockets are gone through once. */
export function clientTimersOf(
  sockets: ReadonlyMap<string, TimeIndex<ConnectionFacts>>,
): ReadonlyMap<string, ClientTimer> {
  const timers = new Map<string, ClientTimer>();
  for (const [pair, { items }] of sockets) {
    const timer = items.length < LEAST_ALIKE ? null : timerOf(items);
    if (timer !== null) timers.set(pair, timer);
  }
  return timers;
}

function timerOf(sockets: readonly ConnectionFacts[]): ClientTimer | null {
  const ended = oneByOne(sockets);
  const lifetimes = sockets.flatMap((socket) => lifetimeOf(socket) ?? []);
  const found = (["lifetime", "frame", "message"] as const).flatMap((measure) => {
    const timerMs = medianOf(ended.map((one) => one[measure]));
    const alike = ended.filter((one) => fits(one, measure, timerMs));
    // One that lived on shows that nothing ends them at that age.
    const older = measure === "lifetime" ? lifetimes.filter((ms) => ms > timerMs + 2 * leewayMs(timerMs)).length : 0;
    if (timerMs < LEAST_TIMER_MS || alike.length < LEAST_ALIKE) return [];
    if (alike.length < LEAST_SHARE * Math.max(ended.length, alike.length + older)) return [];
    // A server that always says the same at the same age: it may be that message which they fail on.
    if (alike.every(({ message }) => message < HANDLER_MS)) return [];
    const off = Math.max(...alike.map((one) => Math.abs(one[measure] - timerMs))) / timerMs;
    return [{ measure, timerMs, count: alike.length, off }];
  });
  const best = found.reduce<(typeof found)[number] | null>((a, b) => (a === null || b.off < a.off ? b : a), null);
  return best === null ? null : { measure: best.measure, timerMs: best.timerMs, count: best.count };
}

function medianOf(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return (low + high) / 2;
}

/** Each opened after the one before had ended, and soon: a process that dies ends all that it has at one moment. */
function oneByOne(sockets: readonly ConnectionFacts[]): Ended[] {
  let [run, best]: [Ended[], Ended[]] = [[], []];
  for (const socket of sockets) {
    const talk = talkOf(socket);
    const ended = talk && endedOf(socket);
    if (talk === null || ended === null) continue;
    const before = run.at(-1);
    if (before !== undefined && !isBefore(before.end, talk.openedAt)) continue;
    const isBack =
      before === undefined ||
      talk.openedAt.timestampNs - before.end.timestampNs <= Math.max(BACK_WITHIN_MS, before.lifetime) * 1e6;
    if (isBack) run.push(ended);
    else run = [ended];
    if (run.length > best.length) best = run;
  }
  return best;
}

function lifetimeOf(socket: ConnectionFacts): number | null {
  const talk = talkOf(socket);
  return talk && livedMs(socket, talk.openedAt, socket.tcp.closedAt ?? socket.last);
}

function endedOf(socket: ConnectionFacts): Ended | null {
  const { tcp } = socket;
  const talk = talkOf(socket);
  const lifetime = lifetimeOf(socket);
  if (talk === null || lifetime === null || tcp.closedAt === null || tcp.firstCloser !== "client") return null;
  const end = tcp.closedAt;
  if ((tcp.ending !== "fin" && tcp.ending !== "rst") || talk.isClosedBy(end) || isBlind(socket)) return null;
  const since = (mark: Mark | null): number =>
    mark === null || mark.timestampNs > end.timestampNs ? lifetime : livedMs(socket, mark, end);
  return {
    end,
    lifetime,
    frame: since(talk.lastFrame),
    message: since(talk.lastMessage),
    roundTripMs: tcp.roundTripMs ?? 0,
  };
}

/** The timer that fits how this one ended. */
export function clientTimerOf(
  connection: ConnectionFacts,
  timers: ReadonlyMap<string, ClientTimer>,
): ClientTimer | null {
  const timer = timers.get(pairKey(connection));
  const ended = timer === undefined ? null : endedOf(connection);
  return timer !== undefined && ended !== null && fits(ended, timer.measure, timer.timerMs) ? timer : null;
}
