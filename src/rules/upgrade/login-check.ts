import type { Join } from "../context/legs.ts";
import { ownPageOf } from "../handshake/own-page.ts";
import { asksPlainly, handshakeOf } from "../handshake/upgrade-outcome.ts";

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
