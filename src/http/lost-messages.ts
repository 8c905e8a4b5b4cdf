import { CLIENT, type Direction } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import { cameBefore, type Mark } from "../base/packet-view.ts";
import type { OpenExchange } from "./exchange.ts";
import type { MessageReader } from "./message-reader.ts";
import type { HttpRequest, HttpResponse } from "./types.ts";

type Mode = MessageReader["mode"];

const isEarlier = (a: Mark, b: Mark): boolean => cameBefore(a.packet, a.timestampNs, b.packet, b.timestampNs);

/** Between two messages: what is missing there may be whole ones. */
const isBetween = (mode: Mode): boolean => mode === "start" || mode === "resynchronising";

/**
 * Which message answers which where the capture has a hole: order tells it only as long as nothing is missing (RFC 9112 §9.3.2).
 * Clients wait for an answer before they ask again, pipelining is history: so a response answers the last request before it.
 */
export class LostMessages {
  readonly #mayLack: [boolean, boolean] = [false, false];
  /** Responses without a request, in order: it may come late, out of the bytes behind a hole. */
  #unasked: OpenExchange[] = [];

  /** Bytes are missing in this direction: how its reader stood before and after. */
  noteGap(direction: Direction, before: Mode, after: Mode): void {
    if (isBetween(before) || after === "resynchronising") this.#mayLack[direction] = true;
  }

  noteUnasked(exchange: OpenExchange): void {
    this.#unasked.push(exchange);
    if (this.#unasked.length > limits.httpWaitingRequests) this.#unasked.shift();
  }

  /** How many of the requests that wait the capture lacks the answers of, now that this response comes. */
  lostBefore(response: HttpResponse, waiting: readonly OpenExchange[]): number {
    if (!this.#mayLack[1]) return 0;
    this.#mayLack[1] = false;
    const asked = waiting.filter(({ request }) => request !== null && isEarlier(request.last, response.first));
    return Math.max(0, asked.length - 1);
  }

  /** The response that had come before its request did; null: there is none. */
  takeAnswer(request: HttpRequest): OpenExchange | null {
    if (!this.#mayLack[CLIENT]) return null;
    const at = this.#unasked.findIndex(({ response }) => response !== null && isEarlier(request.last, response.first));
    if (at < 0) return null;
    const [answer = null] = this.#unasked.splice(0, at + 1).slice(-1);
    return answer;
  }
}
