import type { HttpExchangeFacts } from "../../store/http-types.ts";
import { fieldValue, pathOf } from "../reading/reading.ts";

/** By which nginx' documentation of auth_request, ingress-nginx and oauth2-proxy name the request that is asked about. */
const NAMING = ["x-original-uri", "x-original-url", "x-auth-request-redirect"] as const;

/** Paths of login checks, in one of their segments; Engine.IO's own query would go on to its server. */
const CHECK_PATH =
  /(?:^|[/_.-])(?:oauth2?|auth\w*|verify\w*|validate\w*|check\w*|introspect\w*|session|login|me)(?:[/_.-]|$)/i;

/**
 * A request without the upgrade fields that still bears the WebSocket's key, seen behind nginx alone: nginx' auth_request passes
 * the client's fields on to a login check. "named": it says itself what it asks about; "likely": it asks for such a path, and was
 * answered as login checks answer (ngx_http_auth_request_module).
 */
export function asksLoginCheck({ request, response }: HttpExchangeFacts): "named" | "likely" | null {
  if (request === null || response === null || fieldValue(request, "upgrade") !== null) return null;
  const path = pathOf(request.target);
  const isNamed = NAMING.some((name) => {
    const target = fieldValue(request, name)?.replace(/^[a-z]+:\/\/[^/]*/i, "");
    return target !== undefined && target !== "" && pathOf(target) !== path;
  });
  if (isNamed) return "named";
  const isRefusal = response.status === 401 || response.status === 403;
  return isRefusal && CHECK_PATH.test(path) && !/[?&]EIO=/.test(request.target) ? "likely" : null;
}
