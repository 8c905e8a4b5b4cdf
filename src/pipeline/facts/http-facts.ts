import * as limits from "../../base/limits.ts";
import { contentOf } from "../../http/content-coding.ts";
import type { HttpBody, HttpExchange, HttpRequest, HttpResponse } from "../../http/types.ts";
import { readUpgradeRequest, readUpgradeResponse } from "../../http/upgrade.ts";
import { checkedTarget } from "../../store/forward-auth.ts";
import type { HttpExchangeFacts, UpgradeFacts } from "../../store/http-types.ts";

const decoder = new TextDecoder();

/** The beginning of what a body says; "": it cannot be read. */
const previewOf = (message: HttpRequest | HttpResponse | null, body: HttpBody): string =>
  decoder.decode(contentOf(message?.fields ?? [], body)?.subarray(0, limits.httpBodyPreviewBytes));

const requestFacts = (request: HttpRequest): NonNullable<HttpExchangeFacts["request"]> => ({
  first: request.first,
  last: request.last,
  version: request.version,
  fields: request.fields,
  complete: request.complete,
  method: request.method,
  target: request.target,
});

const responseFacts = (response: HttpResponse): NonNullable<HttpExchangeFacts["response"]> => ({
  first: response.first,
  last: response.last,
  version: response.version,
  fields: response.fields,
  complete: response.complete,
  status: response.status,
  reason: response.reason,
});

export function exchangeFacts(exchange: HttpExchange): HttpExchangeFacts {
  const { request, response } = exchange;
  return {
    request: request === null ? null : requestFacts(request),
    response: response === null ? null : responseFacts(response),
    interimStatuses: exchange.interim.map((interim) => interim.status),
    requestBodyBytes: exchange.requestBody.bytes,
    responseBodyBytes: exchange.responseBody.bytes,
    requestBodyPreview: previewOf(request, exchange.requestBody),
    responseBodyPreview: previewOf(response, exchange.responseBody),
  };
}

/** What a request asks for beside HTTP; null: nothing, or a proxy's login check copies what another request asks for. */
export const upgradeAsked = (request: HttpRequest | null): ReturnType<typeof readUpgradeRequest> =>
  request === null || checkedTarget(request) !== null ? null : readUpgradeRequest(request);

/** The exchange asks for a WebSocket, however badly, or was answered as if it had. */
export function meansWebSocket({ request, response }: HttpExchange): boolean {
  const asked = upgradeAsked(request);
  if (asked !== null && asked.kind !== "other") return true;
  return response !== null && readUpgradeResponse(request, response).isWebSocket;
}

/** `facts`: those of the same exchange. */
export function upgradeFacts(exchange: HttpExchange, facts: HttpExchangeFacts): UpgradeFacts {
  const { request, response } = exchange;
  const asked = request === null ? null : readUpgradeRequest(request);
  const answered = response === null ? null : readUpgradeResponse(request, response);
  const others = asked?.kind === "other" ? asked.protocolsAsked : (answered?.protocolsNamed ?? []);
  return {
    exchange: facts,
    requestDeviations: asked?.deviations ?? [],
    responseDeviations: answered?.deviations ?? [],
    acceptValid: answered?.acceptValid ?? null,
    expectedAccept: asked?.expectedAccept ?? null,
    otherProtocol: meansWebSocket(exchange) ? null : (others[0] ?? null),
    durationMs:
      request === null || response === null ? null : (response.first.timestampNs - request.last.timestampNs) / 1e6,
  };
}
