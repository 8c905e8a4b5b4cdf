import { frontLines } from "../front-lines.ts";
import type { AllFronts } from "../texts.ts";

const NGINX_SCHEME =
  "look at nginx's error log: “upstream prematurely closed connection” at each request is http:// to TLS, “SSL_do_handshake() failed … wrong version number” is https:// to a plain port";

/** Where nothing is known of what a log says. */
const ASK_BACKEND = "ask the backend itself: curl -v http://<backend>:<port>/ and curl -vk https://<backend>:<port>/";

export const fronts = {
  nginx: {
    ...frontLines.nginx,
    host: "nginx, in the location: proxy_set_header Host $host; (with the port: $http_host)",
    log: "nginx's error log (“connect() failed”: refused; “upstream prematurely closed connection”: broken off)",
    scheme: NGINX_SCHEME,
    reload: "nginx: worker_shutdown_timeout decides how long old workers may live after a reload.",
  },
  apache: {
    ...frontLines.apache,
    log: "Apache's error log (AH00957: refused or not reached; AH01102: broken off)",
    scheme: "look at Apache's error log: “SSL routines::wrong version number” is wss:// or https:// to a plain port",
    reload:
      "Apache: after apachectl graceful old processes keep their WebSockets; restart and stop end them. graceful-stop waits as long as GracefulShutdownTimeout says.",
  },
  lighttpd: {
    ...frontLines.lighttpd,
    log: "lighttpd's error log (server.errorlog; “establishing connection failed … Connection refused”)",
    scheme: ASK_BACKEND,
    reload:
      "lighttpd: SIGTERM ends all WebSockets at once; a graceful end (SIGINT, reload) waits for them as long as server.graceful-shutdown-timeout (under server.feature-flags) says.",
  },
  caddy: {
    ...frontLines.caddy,
    log: "Caddy's log (“connect: connection refused”: nobody listens; “i/o timeout”: not reached; “EOF”: broken off)",
    scheme:
      "look at Caddy's log: “EOF” at each request is http:// to TLS, “first record does not look like a TLS handshake” is https:// to a plain port",
    timer: "Caddy has only stream_timeout, which counts from the opening",
    reload:
      "Caddy ends its WebSockets at each reload; since 2.7 stream_close_delay 1h in reverse_proxy keeps them for that long.",
  },
  haproxy: {
    ...frontLines.haproxy,
    log: "HAProxy's log (termination state SC: not reached; SH: broken off before the answer)",
    scheme: ASK_BACKEND,
    reload: "HAProxy: a reload leaves them with the old process until hard-stop-after; a stop ends them.",
  },
  varnish: {
    ...frontLines.varnish,
    log: "varnishlog -g request (FetchError)",
    scheme: ASK_BACKEND,
    reload: "Varnish: loading a new VCL keeps them (systemctl reload varnish); a restart of varnishd ends them.",
  },
  h2o: {
    ...frontLines.h2o,
    log: "h2o's error-log (“connection failed”)",
    scheme: ASK_BACKEND,
    rules: "the handlers before proxy.reverse.url (mruby.handler, status)",
    reload: "h2o: SIGTERM waits for them; a kill ends them.",
  },
  traefik: {
    ...frontLines.traefik,
    log: "Traefik's log at level DEBUG (“connection refused”, “EOF”)",
    scheme: ASK_BACKEND,
    reload: "Traefik: a change of dynamic configuration keeps them; a restart ends them.",
    apply: "docker restart traefik",
  },
  envoy: {
    ...frontLines.envoy,
    log: "Envoy's access log (response flag UF: not reached; UC: broken off; UH: no healthy host)",
    scheme: ASK_BACKEND,
    reload: "Envoy: --drain-time-s decides how long a listener that is replaced keeps them.",
  },
  other: {
    name: "the proxy",
    upgrade:
      "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
    route: "location {path} { proxy_pass http://<backend>; }",
    host: "nginx, in the location: proxy_set_header Host $host; (with the port: $http_host)",
    address: "the proxy's configuration (nginx: proxy_pass)",
    log: "the proxy's error log (nginx: “connect() failed”: refused; “upstream prematurely closed connection”: broken off)",
    scheme: NGINX_SCHEME,
    timer:
      "nginx proxy_read_timeout, HAProxy timeout tunnel, Apache ProxyTimeout, Envoy idle_timeout, Traefik idleTimeout",
    rules: "deny, allow, auth_request, valid_referers, http-request deny",
    reload: "nginx: worker_shutdown_timeout decides how long old workers may live after a reload.",
    apply: "sudo nginx -t && sudo nginx -s reload",
  },
} as const satisfies AllFronts;
