import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { fieldValue } from "../reading/reading.ts";

type Request = NonNullable<HttpExchangeFacts["request"]>;

const IN_QUERY = /[?&](?:access_?|auth_?|id_?)?(?:token|jwt|auth|authorization|api_?key)=[^&]/i;

/** A field or a query with something to log in with, under a name that is made for it. */
export const carriesToken = (request: Request): boolean =>
  IN_QUERY.test(request.target) || fieldValue(request, "authorization") !== null;

const FIELDS = /auth|cookie|token|session|api-?key|password|secret|credential/i;
/** RFC 6455 §1.9 has names for subprotocols; what is this long is a token in their place. */
const TOKEN_LENGTH = 16;

/** A field under a name that is made for something to log in with. */
export const isCredentialField = (name: string): boolean => FIELDS.test(name);

/** Anything that may log somebody in; what was cut off counts, since nobody can say. */
export const mayLogIn = (request: Request): boolean =>
  !request.complete ||
  carriesToken(request) ||
  request.fields.some(({ name }) => isCredentialField(name)) ||
  (fieldValue(request, "sec-websocket-protocol") ?? "").split(/[\s,]+/).some((word) => word.length >= TOKEN_LENGTH) ||
  /[?&][^=&]*=[^&]{16}/.test(request.target);
