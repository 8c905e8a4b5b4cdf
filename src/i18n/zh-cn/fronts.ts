import { frontLines } from "../front-lines.ts";
import type { AllFronts } from "../texts.ts";

const NGINX_SCHEME =
  "看 nginx 的错误日志：每次请求都出现“upstream prematurely closed connection”，就是用 http:// 连了 TLS 端口；“SSL_do_handshake() failed … wrong version number”就是用 https:// 连了明文端口";

/** Where nothing is known of what a log says. */
const ASK_BACKEND = "直接问后端：curl -v http://<后端>:<端口>/ 和 curl -vk https://<后端>:<端口>/";

export const fronts = {
  nginx: {
    ...frontLines.nginx,
    host: "nginx 的 location 里写 proxy_set_header Host $host;（要带端口就用 $http_host）",
    log: "nginx 的错误日志（“connect() failed”是被拒绝，“upstream prematurely closed connection”是中途断开）",
    scheme: NGINX_SCHEME,
    reload: "nginx：worker_shutdown_timeout 决定 reload 之后旧 worker 还能活多久。",
  },
  apache: {
    ...frontLines.apache,
    log: "Apache 的错误日志（AH00957 是被拒绝或连不上，AH01102 是中途断开）",
    scheme: "看 Apache 的错误日志：“SSL routines::wrong version number”就是用 wss:// 或 https:// 连了明文端口",
    reload:
      "Apache：apachectl graceful 之后，旧进程会保留已有的 WebSocket；restart 和 stop 会断开它们。graceful-stop 最多等 GracefulShutdownTimeout。",
  },
  lighttpd: {
    ...frontLines.lighttpd,
    log: "lighttpd 的错误日志（server.errorlog，“establishing connection failed … Connection refused”）",
    scheme: ASK_BACKEND,
    reload:
      "lighttpd：SIGTERM 会立刻断开所有 WebSocket；平缓退出（SIGINT、reload）会等它们结束，等多久由 server.feature-flags 里的 server.graceful-shutdown-timeout 决定。",
  },
  caddy: {
    ...frontLines.caddy,
    log: "Caddy 的日志（“connect: connection refused”是没有程序监听，“i/o timeout”是连不上，“EOF”是中途断开）",
    scheme:
      "看 Caddy 的日志：每次请求都出现“EOF”，就是用 http:// 连了 TLS 端口；“first record does not look like a TLS handshake”就是用 https:// 连了明文端口",
    timer: "Caddy 只有 stream_timeout，而且是从打开时算起",
    reload:
      "Caddy 每次 reload 都会断开 WebSocket；从 2.7 起，在 reverse_proxy 里写 stream_close_delay 1h 可以让它们再保留这么久。",
  },
  haproxy: {
    ...frontLines.haproxy,
    log: "HAProxy 的日志（终止状态 SC 是连不上，SH 是应答之前断开）",
    scheme: ASK_BACKEND,
    reload: "HAProxy：reload 之后旧连接留在旧进程里，直到 hard-stop-after；stop 会断开它们。",
  },
  varnish: {
    ...frontLines.varnish,
    log: "varnishlog -g request（FetchError）",
    scheme: ASK_BACKEND,
    reload: "Varnish：加载新的 VCL（systemctl reload varnish）会保留它们；重启 varnishd 会断开它们。",
  },
  h2o: {
    ...frontLines.h2o,
    log: "h2o 的 error-log（“connection failed”）",
    scheme: ASK_BACKEND,
    rules: "proxy.reverse.url 之前的处理器（mruby.handler、status）",
    reload: "h2o：SIGTERM 会等它们结束；kill 会断开它们。",
  },
  traefik: {
    ...frontLines.traefik,
    log: "Traefik 的 DEBUG 级日志（“connection refused”、“EOF”）",
    scheme: ASK_BACKEND,
    reload: "Traefik：改动动态配置会保留它们；重启会断开它们。",
    apply: "docker restart traefik",
  },
  envoy: {
    ...frontLines.envoy,
    log: "Envoy 的访问日志（响应标志 UF 是连不上，UC 是中途断开，UH 是没有健康的后端）",
    scheme: ASK_BACKEND,
    reload: "Envoy：--drain-time-s 决定被替换的监听器还能保留它们多久。",
  },
  other: {
    name: "代理",
    upgrade:
      "nginx：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
    route: "location {path} { proxy_pass http://<后端>; }",
    host: "nginx 的 location 里写 proxy_set_header Host $host;（要带端口就用 $http_host）",
    address: "代理的配置（nginx 是 proxy_pass）",
    log: "代理的错误日志（nginx：“connect() failed”是被拒绝，“upstream prematurely closed connection”是中途断开）",
    scheme: NGINX_SCHEME,
    timer:
      "nginx 的 proxy_read_timeout、HAProxy 的 timeout tunnel、Apache 的 ProxyTimeout、Envoy 的 idle_timeout、Traefik 的 idleTimeout",
    rules: "deny、allow、auth_request、valid_referers、http-request deny",
    reload: "nginx：worker_shutdown_timeout 决定 reload 之后旧 worker 还能活多久。",
    apply: "sudo nginx -t && sudo nginx -s reload",
  },
} as const satisfies AllFronts;
