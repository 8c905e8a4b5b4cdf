import type { HttpMessageFacts } from "../../store/http-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";
import { isViteHmr } from "../handshake/vite.ts";
import { fieldValue, wantsWebSocket } from "../reading/reading.ts";

/** The search list makes one question into several (resolv.conf(5)): "host.lan" fails, "host" is found. */
export const isSameName = (a: string, b: string): boolean => {
  const [one, other] = [plain(a), plain(b)];
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
};

/** What systems and browsers ask for by themselves, WebSocket or not. */
const BACKGROUND =
  /^(wpad|isatap)(\.|$)|^(connectivitycheck|connectivity-check|detectportal|captive|nmcheck|time|ntp|pool)\.|msftconnecttest\.com$|msftncsi\.com$|(^|\.)ntp\.org$/i;

/** Services that browsers look up for themselves: accounts, updates, safe browsing, push. */
const OF_BROWSERS =
  /^(accounts|clients\d?|android\.clients|mtalk|redirector\.gvt1|www)\.google\.com$|(^|\.)(googleapis|gvt1|gstatic)\.com$|(^|\.)services\.mozilla\.com$|^(edge|msedge\.api\.cdp)\.microsoft\.com$|^config\.edge\.skype\.com$/i;

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Host and port as RFC 9110 §7.2 and RFC 6454 §7 write them → the name; null for an address. */
export function nameIn(authority: string | null): string | null {
  const name = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/:[\]]+)(?::\d+)?(?:\/|$)/i.exec(authority ?? "")?.[1];
  return name === undefined || /^[\d.]+$/.test(name) ? null : plain(name);
}

/** "api.shop.example" and "www.shop.example" are one site's. */
const site = (name: string): string | null => {
  const labels = name.split(".");
  return labels.length < 2 ? null : labels.slice(-2).join(".");
};

/** A session of Socket.IO begins with polls. */
const ENGINE_IO = /[?&]EIO=\d/;

const wantsOne = ({ kind, upgrade, exchanges }: ConnectionFacts): boolean =>
  kind === "websocket" ||
  kind === "tcp-refused" ||
  kind === "tcp-unanswered" ||
  upgrade !== null ||
  exchanges.some(({ request }) => request !== null && (wantsWebSocket(request) || ENGINE_IO.test(request.target)));

/** How a name that was looked for in vain stands to the WebSockets of a capture. */
export type NameTie = "wanted" | "nothing-else" | "unrelated";

/**
 * "wanted": a request, a page or a TLS hello names it. "nothing-else": the capture holds no attempt at a WebSocket, so
 * the missing name may well be why. Else it is somebody else's trouble: captures are full of names that nobody misses.
 */
export function nameTies({ connections }: Analysis): (name: string) => NameTie {
  const names = new Set<string>();
  const sites = new Set<string>();
  const add = (message: HttpMessageFacts, forWebSocket: boolean): void => {
    const [host, origin] = [nameIn(fieldValue(message, "host")), nameIn(fieldValue(message, "origin"))];
    for (const name of [host, origin]) {
      if (name === null) continue;
      names.add(name);
      const its = site(name);
      if (forWebSocket && its !== null) sites.add(its);
    }
  };
  for (const connection of connections) {
    for (const { request } of connection.exchanges) if (request !== null) add(request, wantsWebSocket(request));
    if (connection.tls?.serverName) names.add(plain(connection.tls.serverName));
  }
  const attempted = connections.some((connection) => wantsOne(connection) && !isViteHmr(connection));
  return (name) => {
    const asked = plain(name);
    if ([...names].some((known) => isSameName(known, asked)) || sites.has(site(asked) ?? "")) return "wanted";
    return attempted || BACKGROUND.test(asked) || OF_BROWSERS.test(asked) ? "unrelated" : "nothing-else";
  };
}
