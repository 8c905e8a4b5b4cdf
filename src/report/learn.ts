import type { HttpFieldFacts } from "../store/http-types.ts";
import type { Analysis } from "../store/types.ts";
import type { Redactor } from "./redact.ts";

/**
 * Lets the redactor see everything that may give a secret away before a word is written, so that a token that stands
 * bare in one place and behind its key in another is hidden in both.
 */
export function learnSecrets(analysis: Analysis, redactor: Redactor): void {
  if (redactor.addresses) learnHosts(analysis, redactor);
  if (!redactor.applied) return;
  const learnFields = (fields: readonly HttpFieldFacts[]): void => {
    for (const { name, value } of fields) redactor.field(name, value);
  };
  for (const connection of analysis.connections) {
    for (const exchange of connection.exchanges) {
      if (exchange.request !== null) {
        redactor.spans(exchange.request.target);
        learnFields(exchange.request.fields);
      }
      if (exchange.response !== null) learnFields(exchange.response.fields);
      redactor.spans(exchange.requestBodyPreview);
      redactor.spans(exchange.responseBodyPreview);
    }
    for (const frame of connection.webSocket?.closeFrames ?? []) if (frame !== null) redactor.spans(frame.reason);
    for (const notice of connection.session?.notices ?? []) redactor.spans(notice.errorMessage ?? "");
    for (const said of connection.session?.lastTexts ?? []) redactor.spans(said?.text ?? "");
  }
}

/** A host is named in one place and only mentioned in another. */
function learnHosts({ connections, dns }: Analysis, redactor: Redactor): void {
  for (const { name } of dns) redactor.host(name);
  for (const { exchanges, tls } of connections) {
    if (tls?.serverName != null) redactor.host(tls.serverName);
    for (const { request, response } of exchanges) {
      if (request !== null) redactor.packetSpans(`${request.method} ${request.target}`);
      for (const { name, value } of [...(request?.fields ?? []), ...(response?.fields ?? [])])
        redactor.packetSpans(`${name}: ${value}`);
    }
  }
}
