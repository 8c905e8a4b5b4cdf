import type { HttpFieldFacts, UpgradeFacts } from "../../store/http-types.ts";
import type { Redactor } from "../redact.ts";
import type { ConnectionModel } from "./schema.ts";

/** Field lines of one name, joined as RFC 9110 §5.2 says; null: absent. */
function fieldValue(fields: readonly HttpFieldFacts[] | undefined, name: string): string | null {
  const values = (fields ?? []).filter((field) => field.name.toLowerCase() === name).map((field) => field.value);
  return values.length === 0 ? null : values.join(", ");
}

/** The opening handshake of RFC 6455 §4, or what was meant as one, for reports. */
export function upgradeModel(upgrade: UpgradeFacts, redactor: Redactor): NonNullable<ConnectionModel["upgrade"]> {
  const { request, response } = upgrade.exchange;
  const redacted = (value: string | null | undefined): string | null =>
    value === null || value === undefined ? null : redactor.text(value);
  const field = (fields: readonly HttpFieldFacts[] | undefined, name: string): string | null => {
    const value = fieldValue(fields, name);
    return value === null ? null : redactor.field(name, value);
  };
  const asked = (name: string): string | null => field(request?.fields, name);
  const answered = (name: string): string | null => field(response?.fields, name);
  const protocol = fieldValue(response?.fields, "sec-websocket-protocol");
  const offered = fieldValue(request?.fields, "sec-websocket-protocol") ?? "";
  return {
    requestPacket: request?.first.packet ?? null,
    responsePacket: response?.first.packet ?? null,
    method: request?.method ?? null,
    target: redacted(request?.target),
    httpVersion: request?.version ?? response?.version ?? null,
    host: asked("host"),
    origin: asked("origin"),
    userAgent: asked("user-agent"),
    // Neither a secret nor a credential (RFC 6455 §1.3): it joins the two legs of a proxied connection.
    key: fieldValue(request?.fields, "sec-websocket-key"),
    version: asked("sec-websocket-version"),
    protocolsOffered: redactor
      .token(offered)
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    extensionsOffered: asked("sec-websocket-extensions"),
    status: response?.status ?? null,
    reason: redacted(response?.reason),
    acceptValid: upgrade.acceptValid,
    protocol: protocol === null ? null : redactor.token(protocol),
    extensions: answered("sec-websocket-extensions"),
    responseContentType: answered("content-type"),
    durationMs: upgrade.durationMs,
  };
}
