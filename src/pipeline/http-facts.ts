import type { HttpExchange, HttpRequest, HttpResponse } from "../http/types.ts";
import { readUpgradeRequest, readUpgradeResponse } from "../http/upgrade.ts";
import type { HttpExchangeFacts, HttpMessageFacts, UpgradeFacts } from "../store/types.ts";

const decoder = new TextDecoder();

const messageFacts = (message: HttpRequest | HttpResponse): HttpMessageFacts => ({
  first: message.first,
  last: message.last,
  version: message.version,
  fields: message.fields,
  complete: message.complete,
});

/** A body in a content coding (RFC 9110 §8.4) is no text. */
const isCoded = (response: HttpResponse | null): boolean =>
  response?.fields.some(
    ({ name, value }) => name.toLowerCase() === "content-encoding" && value.trim() !== "identity",
  ) ?? false;

export function exchangeFacts(exchange: HttpExchange): HttpExchangeFacts {
  const { request, response } = exchange;
  return {
    request: request === null ? null : { ...messageFacts(request), method: request.method, target: request.target },
    response:
      response === null ? null : { ...messageFacts(response), status: response.status, reason: response.reason },
    interimStatuses: exchange.interim.map((interim) => interim.status),
    requestBodyBytes: exchange.requestBody.bytes,
    responseBodyBytes: exchange.responseBody.bytes,
    requestBodyPreview: decoder.decode(exchange.requestBody.preview),
    responseBodyPreview: isCoded(response) ? "" : decoder.decode(exchange.responseBody.preview),
  };
}

/** The exchange asks for a WebSocket, however badly, or was answered as if it had. */
export function meansWebSocket({ request, response }: HttpExchange): boolean {
  const asked = request === null ? null : readUpgradeRequest(request);
  if (asked !== null && asked.kind !== "other") return true;
  return response !== null && readUpgradeResponse(request, response).isWebSocket;
}

export function upgradeFacts(exchange: HttpExchange): UpgradeFacts {
  const { request, response } = exchange;
  const asked = request === null ? null : readUpgradeRequest(request);
  const answered = response === null ? null : readUpgradeResponse(request, response);
  const others = asked?.kind === "other" ? asked.protocolsAsked : (answered?.protocolsNamed ?? []);
  return {
    exchange: exchangeFacts(exchange),
    requestDeviations: asked?.deviations ?? [],
    responseDeviations: answered?.deviations ?? [],
    acceptValid: answered?.acceptValid ?? null,
    expectedAccept: asked?.expectedAccept ?? null,
    otherProtocol: meansWebSocket(exchange) ? null : (others[0] ?? null),
    durationMs:
      request === null || response === null ? null : (response.first.timestampNs - request.last.timestampNs) / 1e6,
  };
}
