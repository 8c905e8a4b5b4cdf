import * as limits from "../../base/limits.ts";
import type { Mark } from "../../base/packet-view.ts";
import { sidIn } from "../../base/session-id.ts";
import { contentOf, isWhole } from "../../http/content-coding.ts";
import type { HttpBody, HttpExchange, HttpRequest, HttpResponse } from "../../http/types.ts";
import { readPolling } from "../../payload/readers/polling.ts";
import type { SocketIoReading } from "../../payload/types.ts";
import type { AwaitedAck, NumberedAck, PolledAckFacts } from "../../store/session-types.ts";
import { isPolling } from "./polling-session.ts";

interface Namespace {
  serverSpoke: boolean;
  readonly asked: (AwaitedAck & NumberedAck)[];
  readonly answered: NumberedAck[];
}

interface Session {
  unread: Mark | null;
  readonly namespaces: Map<string, Namespace>;
}

/**
 * The acknowledgments of Socket.IO that polls on one connection ask for (POST, `42<id>[…]`) and bring (GET, `43<id>[…]`). An
 * answer comes on whichever connection a poll waits, so both are kept by their numbers, to be put together by session.
 */
export class PolledAcks {
  private readonly sessions = new Map<string, Session>();
  private kept = 0;
  /** Not all could be kept: what came may be among the rest. */
  private isFull = false;

  /** An exchange that has ended. */
  note({ request, requestBody, response, responseBody }: HttpExchange): void {
    if (this.isFull || request === null || response?.status !== 200 || !isPolling(request.target)) return;
    const sid = sidIn(request.target);
    const session = sid === null ? null : this.sessionOf(sid);
    if (session === null) return;
    if (request.method === "POST") this.noteAsked(session, request, requestBody);
    else if (request.method === "GET") this.noteAnswered(session, response, responseBody);
  }

  facts(): PolledAckFacts[] {
    const told = [...this.sessions].filter(([, one]) => this.isFull || one.unread !== null || one.namespaces.size > 0);
    return told.map(([sid, { unread, namespaces }]) => ({
      sid,
      unread,
      isFull: this.isFull,
      namespaces: Array.from(namespaces, ([name, { serverSpoke, asked, answered }]) => ({
        name,
        serverSpoke,
        asked: [...asked],
        answered: [...answered],
      })),
    }));
  }

  private noteAsked(session: Session, request: HttpRequest, body: HttpBody): void {
    for (const { packet, namespace, ackId: id, eventName } of packetsIn(request, body).packets) {
      if (id === null || !packet.endsWith("EVENT")) continue;
      if (this.mayKeep())
        this.namespaceOf(session, namespace)?.asked.push({ ...request.last, id, event: eventName ?? "" });
    }
  }

  private noteAnswered(session: Session, response: HttpResponse, body: HttpExchange["responseBody"]): void {
    const at = body.last ?? response.last;
    const { packets, areAll } = packetsIn(response, body);
    if (!areAll) session.unread = at;
    for (const { packet, namespace, ackId: id } of packets) {
      const isAck = packet.endsWith("ACK");
      if (!isAck && !packet.endsWith("EVENT")) continue;
      const known = this.namespaceOf(session, namespace);
      if (known !== null) known.serverSpoke = true;
      if (isAck && id !== null && this.mayKeep()) known?.answered.push({ ...at, id });
    }
  }

  private mayKeep(): boolean {
    if (this.kept >= limits.polledAcks) this.isFull = true;
    else this.kept += 1;
    return !this.isFull;
  }

  private sessionOf(sid: string): Session | null {
    return this.ofBounded(this.sessions, sid, () => ({ unread: null, namespaces: new Map() }));
  }

  private namespaceOf({ namespaces }: Session, name: string): Namespace | null {
    return this.ofBounded(namespaces, name, () => ({ serverSpoke: false, asked: [], answered: [] }));
  }

  private ofBounded<T>(map: Map<string, T>, key: string, create: () => T): T | null {
    const known = map.get(key);
    if (known !== undefined) return known;
    if (map.size >= limits.socketIoNamespaces) {
      this.isFull = true;
      return null;
    }
    const fresh = create();
    map.set(key, fresh);
    return fresh;
  }
}

/** What a body says in packets of Socket.IO; not all of them where it is cut short, or holds more than are read. */
function packetsIn(
  { fields }: HttpRequest | HttpResponse,
  body: HttpBody,
): { packets: SocketIoReading[]; areAll: boolean } {
  const content = contentOf(fields, body);
  const packets = content === null ? [] : readPolling(content, isWhole(body));
  return {
    packets: packets.flatMap(({ reading }) => (reading.kind === "socket.io" ? [reading] : [])),
    areAll: content !== null && isWhole(body) && packets.length < limits.pollingPacketsPerBody,
  };
}
