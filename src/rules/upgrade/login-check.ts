import { checkedTarget } from "../../store/forward-auth.ts";
import type { HttpExchangeFacts } from "../../store/http-types.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import type { Join } from "../context/legs.ts";
import type { Others } from "../context/others.ts";
import { cause, shows } from "../draft.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import { asksPlainly, handshakeOf } from "../handshake/upgrade-outcome.ts";
import { clientOf, pathOf, serverOf, targetOf } from "../reading/reading.ts";
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
    if (checkedTarget(check) !== request.target || serverOf(leg) === serverOf(connection)) continue;
    if (answer.first.timestampNs > response.first.timestampNs) continue;
    const { status, reason } = answer;
    return {
      answered: shows(answer.first, "legAnswered", { leg: `${clientOf(leg)} → ${serverOf(leg)}`, status, reason }),
      cause: cause("certain", "forwardAuth", { path: pathOf(targetOf(exchange)), backend: serverOf(leg), status }),
    };
  }
  return null;
}
