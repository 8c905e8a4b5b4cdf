import { isObject, oneLine, stringOr } from "../payload.ts";
import type { NamedReading } from "../types.ts";

interface Named {
  readonly kind: NamedReading["kind"];
  /** The protocol's own name, as people know it. */
  readonly protocol: string;
  readonly messageType: string;
  readonly details?: string;
  readonly heartbeat?: NamedReading["heartbeat"];
  readonly errorMessage?: string | null;
  readonly code?: number | null;
  readonly keepAliveMs?: number | null;
}

/** Fills in what most messages do not have. */
export function named(message: Named): NamedReading {
  const {
    kind,
    protocol,
    messageType,
    details = "",
    heartbeat = null,
    errorMessage = null,
    code = null,
    keepAliveMs = null,
  } = message;
  const tail = errorMessage ?? details;
  return {
    kind,
    label: oneLine(`${protocol} ${messageType}`),
    summary: oneLine(tail === "" ? messageType : `${messageType} ${tail}`),
    heartbeat,
    messageType: oneLine(messageType),
    errorMessage: errorMessage === null ? null : oneLine(errorMessage),
    code,
    keepAliveMs,
  };
}

/** The text of an error in any of its usual forms: a string, {message}, [{message}], or the JSON of what is there. */
export function errorText(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === "string") return first;
  if (isObject(first)) return stringOr(first["message"], JSON.stringify(first));
  return first === undefined ? "" : JSON.stringify(first);
}
