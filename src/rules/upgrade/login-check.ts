import { checkedTarget } from "../../store/forward-auth.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Join } from "../context/legs.ts";
import type { Others } from "../context/others.ts";
import { cause, shows } from "../draft.ts";
import { asksLoginCheck } from "../handshake/asks-login-check.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import { asksPlainly, handshakeOf, isPoll } from "../handshake/upgrade-outcome.ts";
import { clientOf, fieldValue, pathOf, serverOf, targetOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import type { Cause, EvidenceItem } from "../types.ts";

/** What nginx answers after its auth_request was answered by anything but 2xx (ngx_http_auth_request_module). */
const AFTER_LOGIN_CHECK: ReadonlySet<number> = new Set([401, 403, 500]);

/** The leg behind is nginx's auth_request and not the WebSocket: asked plainly, for another path, and nginx answered for itself. */
export function isLoginCheck({ front, back }: Join): boolean {
  const [asked, check] = [handshakeOf(front), handshakeOf(back)];
  if (!asked?.request || !asked.response || !check?.request || !check.response || !asksPlainly(check)) return false;
  const [path = "", checkPath = ""] = [asked.request.target.split("?")[0], check.request.target.split("?")[0]];
  return (
    path !== checkPath &&
    check.response.status >= 300 &&
    AFTER_LOGIN_CHECK.has(asked.response.status) &&
    ownPageOf(asked) === "nginx"
  );
}

/** A login check; where the request that it was about is seen, too, the proxy's own answer to that is the refusal. */
export function checkAlone(exchange: HttpExchangeFacts, connection: ConnectionFacts): Cause | null {
  const asks = asksPlainly(exchange) ? asksLoginCheck(exchange) : null;
  if (asks === null || exchange.response === null) return null;
  const { status } = exchange.response;
  const args = { path: pathOf(targetOf(exchange)), backend: serverOf(connection), status };
  return cause(asks === "named" ? "certain" : "likely", "authRequest", args);
}

/** The login check that a proxy asked while this client waited, and that let nobody in: it says itself what it was asked about. */
export function refusingCheck(
  asking: HttpExchangeFacts,
  connection: ConnectionFacts,
  { asked }: Others,
): { answered: EvidenceItem | null; cause: Cause } | null {
  const { request, response } = asking;
  if (!request || !response) return null;
  for (const { connection: leg, exchange } of within(asked, request.first.timestampNs, response.first.timestampNs)) {
    const { request: check, response: answer } = exchange;
    if (check === null || answer === null || answer.status < 300) continue;
    if (serverOf(leg) === serverOf(connection) || answer.first.timestampNs > response.first.timestampNs) continue;
    const isForwarded = checkedTarget(check) === request.target;
    if (!isForwarded && !(isPoll(asking) && isAuthRequest(asking, connection, exchange, leg))) continue;
    const { status, reason } = answer;
    const args = { path: pathOf(targetOf(exchange)), backend: serverOf(leg), status };
    return {
      answered: shows(answer.first, "legAnswered", { leg: `${clientOf(leg)} → ${serverOf(leg)}`, status, reason }),
      cause: isForwarded ? cause("certain", "forwardAuth", args) : cause("certain", "authRequest", args),
    };
  }
  return null;
}

/** nginx's auth_request before a poll, which has no key by which to know it: the same client's fields, and nginx said the same itself. */
const isAuthRequest = (
  asking: HttpExchangeFacts,
  { client }: ConnectionFacts,
  { request, response }: HttpExchangeFacts,
  leg: ConnectionFacts,
): boolean =>
  ownPageOf(asking) === "nginx" &&
  AFTER_LOGIN_CHECK.has(asking.response?.status ?? 0) &&
  (response?.status === asking.response?.status || asking.response?.status === 500) &&
  leg.client.address !== client.address &&
  request?.target.split("?")[0] !== asking.request?.target.split("?")[0] &&
  agentOf(request) !== null &&
  agentOf(request) === agentOf(asking.request);

const agentOf = (request: HttpExchangeFacts["request"]): string | null => request && fieldValue(request, "user-agent");
