import type { HttpFieldFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import type { Redactor } from "../redact.ts";

/**
 * Lets the redactor see everything that may give a secret away before a word is written, so that a token that stands
 * bare in one place and behind its key in another is hidden in both.
 */
export function learnSecrets(analysis: Analysis, redactor: Redactor): void {
  if (redactor.addresses) learnHosts(analysis, redactor);
  if (!redactor.applied) return;
  for (const connection of analysis.connections) learnConnection(connection, redactor);
}

/** The same of one connection, as it is known so far. */
export function learnConnection({ exchanges, webSocket, session }: ConnectionFacts, redactor: Redactor): void {
  if (!redactor.applied) return;
  for (const { request, response, requestBodyPreview, responseBodyPreview } of exchanges) {
    if (request !== null) learnRequest(request, redactor);
    if (response !== null) learnFields(response.fields, redactor);
    redactor.spans(requestBodyPreview);
    redactor.spans(responseBodyPreview);
  }
  for (const text of session?.tellingTexts ?? []) redactor.spans(text);
  for (const frame of webSocket?.closeFrames ?? []) if (frame !== null) redactor.spans(frame.reason);
  for (const notice of session?.notices ?? []) redactor.spans(notice.errorMessage ?? "");
  for (const said of session?.lastTexts ?? []) redactor.spans(said?.text ?? "");
}

export function learnRequest(
  { target, fields }: { readonly target: string; readonly fields: readonly HttpFieldFacts[] },
  redactor: Redactor,
): void {
  redactor.spans(target);
  learnFields(fields, redactor);
}

function learnFields(fields: readonly HttpFieldFacts[], redactor: Redactor): void {
  for (const { name, value } of fields) redactor.field(name, value);
}

/** A host is named in one place and only mentioned in another. */
function learnHosts({ connections, dns }: Analysis, redactor: Redactor): void {
  for (const { name } of dns) redactor.host(name);
  for (const { exchanges, tls } of connections) {
    if (tls?.serverName != null) redactor.host(tls.serverName);
    for (const name of tls?.serverCertificate?.names ?? []) redactor.host(name.replace(/^\*\./, ""));
    for (const { request, response } of exchanges) {
      if (request !== null) redactor.packetSpans(`${request.method} ${request.target}`);
      for (const { name, value } of [...(request?.fields ?? []), ...(response?.fields ?? [])])
        redactor.packetSpans(`${name}: ${value}`);
    }
  }
}
