import type { HttpExchangeFacts, HttpMessageFacts } from "../../store/http-types.ts";
import { fieldValue } from "../reading/reading.ts";
import type { FrontId } from "../types.ts";

/** Products that stand before a server, and how each one gives itself away; what to do about it the languages say. */
interface Front {
  readonly id: FrontId;
  /** In Server or Via of an answer. */
  readonly said: RegExp;
  /** Fields that it adds to the requests that it passes on, and hardly anybody else does. */
  readonly adds: readonly string[];
  /** Words of an error page that it writes by itself: what is behind it never spoke. */
  readonly page: RegExp | null;
  /** It gives the backend a Host of its own, unless it is told to keep the client's. */
  readonly changesHost?: boolean;
  /** It passes upgrades on only where it is told to. */
  readonly mustBeTold?: boolean;
  /** How a path is given to a backend is known (`route` of its words). */
  readonly isRouted?: boolean;
  /** Its name, as findings show it. */
  readonly name: string;
}

export const fronts: readonly Front[] = [
  {
    id: "nginx",
    name: "nginx",
    changesHost: true,
    mustBeTold: true,
    said: /nginx|openresty|tengine/i,
    adds: [],
    page: /<center>(?:nginx|openresty|tengine)/i,
  },
  {
    id: "apache",
    name: "Apache",
    changesHost: true,
    mustBeTold: true,
    isRouted: true,
    // Its Via names it behind the host; Tomcat is a server of applications.
    said: /\bapache(?!-coyote)\b/i,
    // mod_proxy_http, ProxyAddHeaders
    adds: ["x-forwarded-server"],
    // httpd/modules/http/http_protocol.c, ap_send_error_response; the signature may be off.
    page: /<address>Apache|^<!DOCTYPE HTML PUBLIC "-\/\/(?:IETF\/\/DTD HTML 2\.0|W3C\/\/DTD HTML 4\.01)\/\/EN"[^>]*>\s*<html><head>\s*<title>\d{3} [^<]*<\/title>\s*<\/head><body>\s*<h1>/,
  },
  {
    id: "lighttpd",
    name: "lighttpd",
    mustBeTold: true,
    isRouted: true,
    said: /lighttpd/i,
    // mod_proxy, proxy_set_Forwarded
    adds: ["x-host"],
    // lighttpd1.4/src/response.c, http_response_static_errdoc
    page: /^<\?xml version="1\.0" encoding="iso-8859-1"\?>\s*<!DOCTYPE html PUBLIC "-\/\/W3C\/\/DTD XHTML 1\.0 Transitional\/\/EN"\s+[^>]*>\s*<html [^>]*>\s*<head>\s*<title>\d{3} [^<]*<\/title>\s*<\/head>\s*<body>\s*<h1>\d{3} [^<]*<\/h1>\s*<\/body>/,
  },
  { id: "caddy", name: "Caddy", said: /caddy/i, adds: [], page: null },
  {
    id: "haproxy",
    name: "HAProxy",
    said: /haproxy/i,
    adds: [],
    // haproxy/src/http.c, http_err_msgs
    page: /No server is available to handle this request|The server returned an invalid or incomplete response|The server didn't respond in time|Request forbidden by administrative rules|Your browser sent an invalid request\.|Your browser didn't send a complete request in time|You have sent too many requests in a given amount of time/,
  },
  {
    id: "varnish",
    name: "Varnish",
    mustBeTold: true,
    said: /varnish/i,
    adds: ["x-varnish"],
    // varnish-cache/bin/varnishd/builtin.vcl, vcl_backend_error and vcl_synth
    page: /<h3>Guru Meditation:<\/h3>[\s\S]*<p>Varnish cache server<\/p>/,
  },
  { id: "h2o", name: "h2o", changesHost: true, mustBeTold: true, said: /^h2o\b/i, adds: [], page: null },
  { id: "traefik", name: "Traefik", said: /traefik/i, adds: [], page: null },
  {
    id: "envoy",
    name: "Envoy",
    mustBeTold: true,
    said: /envoy/i,
    adds: ["x-envoy-expected-rq-timeout-ms"],
    // envoy/source/common/router/router.cc
    page: /^(?:no healthy upstream$|upstream connect error or disconnect\/reset before headers)/,
  },
];

/** The product by the name that an answer gives (see `proxyOf`). */
export const frontNamed = (name: string | null): FrontId =>
  (name === null ? undefined : fronts.find(({ said }) => said.test(name)))?.id ?? "other";

const frontOf = (front: FrontId): Front | undefined => fronts.find(({ id }) => id === front);

/** The Host that the client sent may not be what the backend gets; of unknown proxies it may be so as well. */
export const mayChangeHost = (front: FrontId): boolean => front === "other" || frontOf(front)?.changesHost === true;

export const mustBeTold = (front: FrontId): boolean => frontOf(front)?.mustBeTold === true;

export const isRouted = (front: FrontId): boolean => frontOf(front)?.isRouted === true;

/** The product that passed a request on, by what it adds to it. */
export const forwarderOf = (request: HttpMessageFacts | null): FrontId =>
  (request === null ? undefined : fronts.find(({ adds }) => adds.some((name) => fieldValue(request, name) !== null)))
    ?.id ?? "other";

/** The product whose own error page this body is. */
export const pageOf = ({ responseBodyPreview }: HttpExchangeFacts): string | null =>
  fronts.find(({ page }) => page?.test(responseBodyPreview))?.name ?? null;
