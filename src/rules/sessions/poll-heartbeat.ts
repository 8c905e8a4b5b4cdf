import { isBefore, type Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { EngineIoFacts } from "../../store/session-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Context } from "../context/context.ts";
import { engineIoCode } from "../handshake/engine-io-code.ts";
import { isPoll } from "../handshake/upgrade-outcome.ts";
import { later } from "../reading/reading.ts";
import { pollsOf } from "./session-polls.ts";

// Engine.IO's heartbeat over polls: the server's ping is the answer to a GET, the client's pong the body of a POST.

/** A side of a session by polls that was silent until the other one gave the session up, or had done so. */
export interface SilentPoller {
  /** The server's last ping, or its last word at all. */
  readonly since: Mark;
  readonly isPing: boolean;
  readonly until: Mark;
}

/** The answer to a request of this session, that it is not known. */
const refusalOf = ({ exchanges }: ConnectionFacts, sid: string | null): HttpExchangeFacts | undefined =>
  exchanges.find((one) => isPoll(one) && sidIn(one.request?.target) === sid && engineIoCode(one) === "session");

const newestBefore = (marks: readonly (Mark | null | undefined)[], until: Mark): Mark | null =>
  marks.reduce<Mark | null>((newest, mark) => (mark && isBefore(mark, until) ? later(newest, mark) : newest), null);

const isAnyBefore = (marks: readonly (Mark | null | undefined)[], until: Mark): boolean =>
  newestBefore(marks, until) !== null;

const pingBefore = (mates: readonly ConnectionFacts[], until: Mark): Mark | null =>
  newestBefore(
    mates.map(({ session }) => session?.engineIo?.heartbeat[1].lastPing),
    until,
  );

/** The client said good-bye while its poll went on waiting. */
export function silentServer(
  connection: ConnectionFacts,
  engineIo: EngineIoFacts,
  context: Context,
): SilentPoller | null {
  const { closed, version } = engineIo;
  if (closed?.from !== "client" || version === 3) return null;
  const session = pollsOf(connection, engineIo.sid, context);
  const isIts = ({ request }: HttpExchangeFacts) => request?.last.packet === closed.packet;
  // Polls of several sessions share a connection.
  if (session === null || !session.polls.some(isIts)) return null;
  const { own, polls, beyond } = session;
  // What the proxy hands on is the same again: the leg of the silent server tells it, as it does of WebSockets.
  if (beyond.some((mate) => isHandedOn(mate.session?.engineIo, engineIo.sid, closed))) return null;
  const asks = polls.filter(
    ({ request }) => request !== null && request.method === "GET" && isBefore(request.first, closed),
  );
  const lastAsked = newestBefore(
    asks.map(({ request }) => request?.first),
    closed,
  );
  const waits = asks.some(
    ({ request, response }) => request?.first === lastAsked && (response === null || isBefore(closed, response.first)),
  );
  const open = own.map(({ session: its }) => its?.engineIo?.open ?? null);
  const since = newestBefore([...open, ...asks.map(({ response }) => response?.last)], closed);
  if (!waits || since === null) return null;
  return { since, isPing: pingBefore(own, closed)?.packet === since.packet, until: closed };
}

const isHandedOn = (facts: EngineIoFacts | null | undefined, sid: string | null, closed: Mark): boolean =>
  facts?.closed?.from === "client" && facts.sid === sid && isBefore(closed, facts.closed);

/** The client came back to its polls, and its session was gone; nothing of it had come since a ping. */
export function silentClient(
  connection: ConnectionFacts,
  engineIo: EngineIoFacts,
  context: Context,
): SilentPoller | null {
  const back = refusalOf(connection, engineIo.sid)?.request?.first;
  const session = back === undefined || engineIo.version === 3 ? null : pollsOf(connection, engineIo.sid, context);
  if (back === undefined || session === null) return null;
  const { own, polls, beyond } = session;
  if (
    isAnyBefore(
      beyond.map((mate) => refusalOf(mate, engineIo.sid)?.request?.first),
      back,
    )
  )
    return null;
  const since = pingBefore(own, back);
  if (since === null) return null;
  const cameBack = polls.some(
    ({ request }) => request !== null && isBefore(since, request.first) && isBefore(request.first, back),
  );
  return cameBack ? null : { since, isPing: true, until: back };
}

/** Packets of Engine.IO in the answer to a poll (protocol 4: set apart by the record separator). */
export const says = ({ request, response, responseBodyPreview }: HttpExchangeFacts, packet: string): boolean =>
  request?.method === "GET" && response?.status === 200 && responseBodyPreview.split("\x1e").includes(packet);

/** The newest answer of these that says it; of those that came before `until`. */
const saidBefore = (polls: readonly HttpExchangeFacts[], packet: string, until: Mark): Mark | null =>
  newestBefore(
    polls.map((poll) => (says(poll, packet) ? poll.response?.last : null)),
    until,
  );

/** The server's good-bye, the answer to a GET: it ended the session by itself. */
interface Dismissal {
  readonly until: Mark;
  readonly own: readonly ConnectionFacts[];
  readonly polls: readonly HttpExchangeFacts[];
}

/** Behind a proxy the leg that shows it first tells it; what the capture lacks of the client may have been said. */
export function dismissal(
  connection: ConnectionFacts,
  { sid, version }: EngineIoFacts,
  context: Context,
): Dismissal | null {
  // Of most connections nothing more is asked.
  if (version === 3 || !connection.exchanges.some((poll) => says(poll, "1"))) return null;
  const session = pollsOf(connection, sid, context);
  const until = session?.polls.find((poll) => says(poll, "1"))?.response?.last;
  if (!session || !until || !connection.exchanges.some(({ response }) => response?.last === until)) return null;
  const { own, polls, beyond } = session;
  const itsBeyond = beyond.flatMap(({ exchanges }) =>
    exchanges.filter(({ request }) => sidIn(request?.target) === sid),
  );
  if (saidBefore(itsBeyond, "1", until) !== null || own.some(({ tcp }) => tcp.halves[0].missingBytes > 0)) return null;
  return { until, own, polls };
}

/** What the client posted begins with this, in one packet of it. */
export const hasPosted = (polls: readonly HttpExchangeFacts[], packet: string): boolean =>
  polls.some(
    ({ request, requestBodyPreview }) =>
      request?.method === "POST" && requestBodyPreview.split("\x1e").some((one) => one.startsWith(packet)),
  );

/** The client went on asking after the ping, until it was dismissed, and posted nothing. */
export function unposted(
  connection: ConnectionFacts,
  engineIo: EngineIoFacts,
  context: Context,
): (SilentPoller & { readonly hasAnswered: boolean }) | null {
  const found = dismissal(connection, engineIo, context);
  const since = found && saidBefore(found.polls, "2", found.until);
  if (found === null || since === null) return null;
  const { until, polls } = found;
  const isAnswer = ({ request }: HttpExchangeFacts): boolean =>
    request?.method === "POST" && isBefore(since, request.first) && isBefore(request.first, until);
  return polls.some(isAnswer) ? null : { since, isPing: true, until, hasAnswered: hasPosted(polls, "3") };
}
