import type { FrontId } from "../rules/types.ts";
import type { FrontWords } from "./texts.ts";

type Lines = Pick<FrontWords, "name" | "host" | "upgrade" | "route" | "address" | "timer" | "rules" | "apply">;

/** What stands in the products' own configurations: the same in every language. */
export const frontLines = {
  nginx: {
    name: "nginx",
    address: "proxy_pass",
    timer: "proxy_read_timeout 3600s; proxy_send_timeout 3600s;",
    rules: "deny, allow, auth_request, valid_referers",
    apply: "sudo nginx -t && sudo nginx -s reload",
  },
  apache: {
    name: "Apache",
    host: "ProxyPreserveHost On",
    route: 'ProxyPass "{path}" "http://<backend>{path}" upgrade=websocket',
    address: "ProxyPass",
    timer: "ProxyTimeout 3600",
    rules: "Require, RewriteRule … [F], mod_security",
    apply: "sudo apachectl configtest && sudo apachectl graceful",
  },
  lighttpd: {
    name: "lighttpd",
    upgrade: 'proxy.header = ("upgrade" => "enable")',
    route:
      '$HTTP["url"] =~ "^{path}" {\n  proxy.server = ("" => (("host" => "127.0.0.1", "port" => <port>)))\n  proxy.header = ("upgrade" => "enable")\n}',
    address: "proxy.server",
    timer: "server.max-read-idle = 3600",
    rules: 'url.access-deny, auth.require, $HTTP["remoteip"]',
    apply: "sudo systemctl restart lighttpd",
  },
  caddy: {
    name: "Caddy",
    address: "reverse_proxy",
    rules: "respond, abort, forward_auth, remote_ip, basic_auth",
    apply: "caddy reload",
  },
  haproxy: {
    name: "HAProxy",
    address: "server",
    timer: "timeout tunnel 1h",
    rules: "http-request deny, http-request tarpit",
    apply: "sudo systemctl reload haproxy",
  },
  varnish: {
    name: "Varnish",
    upgrade:
      'sub vcl_recv { if (req.http.upgrade ~ "(?i)websocket") { return (pipe); } }\nsub vcl_pipe {\n  if (req.http.upgrade) {\n    set bereq.http.upgrade = req.http.upgrade;\n    set bereq.http.connection = req.http.connection;\n  }\n}',
    address: "VCL backend",
    timer: "varnishd -p pipe_timeout=3600",
    rules: "return (synth(403)), client.ip ~",
    apply: "sudo systemctl reload varnish",
  },
  h2o: {
    name: "h2o",
    host: "proxy.preserve-host: ON",
    upgrade: "proxy.websocket: ON",
    address: "proxy.reverse.url",
    timer: "proxy.websocket.timeout: 3600000",
    apply: "sudo systemctl restart h2o",
  },
  traefik: { name: "Traefik", address: "loadBalancer.servers.url", rules: "ipAllowList, forwardAuth, basicAuth" },
  envoy: {
    name: "Envoy",
    upgrade: "upgrade_configs: [{ upgrade_type: websocket }]",
    address: "load_assignment",
    timer: "stream_idle_timeout: 0s",
    rules: "envoy.filters.http.rbac, ext_authz",
  },
} as const satisfies Record<Exclude<FrontId, "other">, Partial<Lines>>;
