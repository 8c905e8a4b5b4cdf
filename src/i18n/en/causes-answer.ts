import type { CauseText } from "../texts.ts";

/** An upgrade that somebody else answered, or nobody, or a 101 that did not hold. */
export const causesAnswer = {
  caddyNoRoute: {
    cause: "Caddy has no handler for {path}: what no route takes, it answers with an empty 200.",
    fix: "Caddyfile: handle {path}* {\n  reverse_proxy 127.0.0.1:<port>\n}\n# Caddy passes upgrades on by itself; then: caddy reload",
  },
  nginxOtherSite: {
    cause:
      "No server block of nginx has the name {host}, so the default one of this port answers (default_server, or the first)[[; {other} is served here]].",
    fix: "On the proxy host: sudo nginx -T | grep -E 'listen|server_name'. Add {host} to server_name of the block that has the location and reload; or connect by the name that stands there[[: {other}]].",
  },
  backendUnreachable: {
    cause:
      "The proxy does not reach its backend's host[[ {server}]]: it is off, or the address in the configuration is wrong, or a firewall is between.",
    fix: "On the proxy host: ip neigh show[[ {server}]] (FAILED: nobody has the address) and nc -vz <backend> <port>. nginx's error log says “No route to host” or “timed out while connecting to upstream”; correct the address in proxy_pass.",
  },
  caddyOtherSite: {
    cause: "Caddy has no site for the Host {host}: it chooses sites by name, and answers any other with an empty 200.",
    fix: "Compare {host} with the addresses of the sites in the Caddyfile: connect by the name that stands there, add this one, or write :<port> alone, which takes every name.",
  },
  noUpgradeListener: {
    cause: "The HTTP server at {path} has no WebSocket server attached, so it answers like any GET.",
    fix: "Node: new WebSocketServer({ server, path: '{path}' }) on that very server; otherwise correct the port or path in the client's URL.",
  },
  fellToSpa: {
    cause: "The proxy's rule for pages (try_files … /index.html) took the request for {path}.",
    fix: 'nginx: give {path} a location of its own before that of /, with these lines.\nlocation {path} {\n  proxy_pass http://{backend};\n  proxy_http_version 1.1;\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection "upgrade";\n  proxy_set_header Host $host;\n}\n# then: sudo nginx -t && sudo nginx -s reload',
  },
  pollUnanswered: {
    cause:
      "The backend accepted the connection and never answered the poll of {path}: its process is stuck, or something before Socket.IO waits.",
    fix: "Ask the backend directly: curl -m 5 'http://127.0.0.1:<port>{path}?EIO=4&transport=polling'. Without an answer look at its CPU load, at middleware that never calls next(), and at what allowRequest waits for (a database).",
  },
  backendSilent: {
    cause: "The backend accepted the connection and never answered the upgrade of {path}.",
    fix: "Connect to the backend directly (wscat -c ws://127.0.0.1:<port>{path}). A server that ignores unknown upgrades must destroy them.",
  },
  backendFirewalled: {
    cause:
      "A firewall between the proxy and its backend drops or rejects the connection: to the client that looks like a backend that does not run.",
    fix: "From the proxy host: nc -vz <backend> <port>.",
  },
  edgeRefused: {
    cause:
      "Cloudflare reached the address of your server and was refused (521): nobody listens there on the port that it asks, or a firewall rejects Cloudflare's addresses.",
    fix: "On your server: sudo ss -tlnp | grep -E ':(80|443) '. SSL mode Flexible asks on 80, Full on 443. Let the addresses of cloudflare.com/ips in.",
  },
  edgeNotReached: {
    cause:
      "Cloudflare did not reach your server (522, 523, 530): its DNS record names a wrong or old address, the server is down, or a firewall drops Cloudflare's packets.",
    fix: "Compare the DNS record in Cloudflare with curl -4 ifconfig.me on your server; let the addresses of cloudflare.com/ips in, and open 80 and 443.",
  },
  edgeTls: {
    cause:
      "Cloudflare and your server did not agree on TLS (525: the handshake failed, 526: the certificate is not valid).",
    fix: "On your server: openssl s_client -connect 127.0.0.1:443 -servername followed by your domain. SSL mode Full (strict) wants a valid certificate (an Origin CA certificate will do); a port without TLS wants the mode Flexible.",
  },
  edgeTunnel: {
    cause: "Cloudflare's tunnel to your server is not connected (error 1033): cloudflared does not run there.",
    fix: "On your server: systemctl status cloudflared; journalctl -u cloudflared; cloudflared tunnel list.",
  },
  awsTargets: {
    cause:
      "An AWS load balancer answers, and its target group gave it nothing to pass on (503: no target is registered, 502: the target refused or broke off, 504: not reached, or no answer in time).",
    fix: "EC2 → Target Groups: is the target registered, on the port where your program listens, and does its security group let the load balancer in? error_reason and target_status_code in the balancer's access log tell more.",
  },
  awsClientLeft: {
    cause:
      "The AWS load balancer says 460: its client closed the connection while it waited for the target, and before the balancer's own idle timeout was over.",
    fix: "Who lost patience is the program or proxy before the balancer: give it a longer timeout than the balancer's idle timeout (60 s by default), or let the target answer sooner.",
  },
  awsForwardedFor: {
    cause:
      "The AWS load balancer says 463: the request's X-Forwarded-For holds more than 30 addresses, which it does not take. Proxies that pass a request round in a circle do that.",
    fix: "Look at the X-Forwarded-For that reaches the balancer: a proxy whose backend leads back to itself adds one address a round. Or let the first proxy set the field anew instead of adding to it.",
  },
  awsProtocol: {
    cause:
      "The AWS load balancer says 464: the request's HTTP version does not fit the target group. One of HTTP/2 or gRPC takes no WebSocket.",
    fix: "EC2 → Target Groups: a WebSocket needs a group with the protocol version HTTP1; it cannot be changed, so create a new one.",
  },
  noHealthyBackend: {
    cause: "The load balancer has no healthy backend.",
    fix: "Look at its health checks: a WebSocket port answers a plain GET with 426, which a check may take for ill.",
  },
  healthCheckFails: {
    cause:
      "A health check takes {backend} for ill: it asks there by plain GET and gets {status}[[, {count:once|# times}]] in this capture. The backend is alive.",
    fix: "A WebSocket port answers a plain GET with 426, 400 or 404: let the check accept that (HAProxy http-check expect status 426), only open TCP, or give the server a /health that says 200.",
  },
  backendDown: {
    cause: "The backend is not running, or {front:address} names the wrong port.",
    fix: "On the proxy host: sudo ss -tlnp; compare with {front:address}. The reason is in {front:log}.",
  },
  backendCrashed: {
    cause: "The backend ended the connection while it handled the request.",
    fix: "Look at the backend's log at this time, and at {front:log}.",
  },
  backendGone: {
    cause:
      "What answers here is a proxy, and its backend is not running: some hang up then without a word (Varnish with return (pipe), proxies in Node that destroy the socket on 'error').",
    fix: "On the proxy host: sudo ss -tlnp; is the backend's port among them? A capture there shows it at once: sudo tcpdump -i any.",
  },
  nginxUpgradeLines: {
    cause: "nginx passes {path} on without the upgrade fields.",
    fix: "nginx: pass the upgrade on with these lines in the location for {path}.\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n# and in the http block:\nmap $http_upgrade $connection_upgrade { default upgrade; '' close; }\n# then: sudo nginx -t && sudo nginx -s reload",
  },
  apacheUpgrade: {
    cause: "Apache's ProxyPass for {path} speaks plain HTTP to the backend.",
    fix: 'Apache 2.4.47 and newer: ProxyPass "{path}" "http://<backend>{path}" upgrade=websocket; older: a2enmod proxy_wstunnel and ProxyPass "{path}" "ws://<backend>{path}", before the ProxyPass for /. Then apachectl graceful.',
  },
  frontUpgrade: {
    cause: "{front:name} passes {path} on without the upgrade fields.",
    fix: "Pass the upgrade on with these lines in the configuration of {front:name}, where {path} goes to the backend.\n{front:upgrade}\n# then: {front:apply}",
  },
  proxyUpgradeOff: {
    cause: "A proxy on the way has WebSockets switched off.",
    fix: 'Apache: upgrade=websocket; lighttpd: proxy.header = ("upgrade" => "enable"); Varnish: return (pipe) and pass Upgrade and Connection on in vcl_pipe; squid: http_upgrade_request_protocols websocket allow all; Cloudflare: Network → WebSockets; Vite: ws: true.',
  },
  upgradeOnPolls: {
    cause:
      "A proxy writes Upgrade: websocket into every request, so the server takes Socket.IO's polls for upgrades and refuses them.",
    fix: "nginx, location {path}: proxy_set_header Upgrade $http_upgrade; and Connection $connection_upgrade; with the map of that name, no constants. Or let the client use transports: ['websocket'] alone.",
  },
  pollTimeout: {
    cause:
      "The proxy waits {idleMs:ms} for an answer, and a poll of Socket.IO waits longer: until the next message, at the latest the next ping (pingInterval, 25 s by default).",
    fix: "nginx, in the location of /socket.io/: proxy_read_timeout 60s; or more; or a pingInterval below that time. With transports: ['websocket'] there are no polls, but the same timeout counts.",
  },
  engineIoRewritten: {
    cause:
      "The backend let go of the request after just one second, as Socket.IO does with a path that is not its own: the proxy does not pass {path} on as it came.",
    fix: "nginx: proxy_pass http://127.0.0.1:<port>; without a slash or a path at the end, and no rewrite. The server must see {path} (its option path).",
  },
  engineIoPath: {
    cause:
      "Engine.IO destroys upgrades that no handler takes after just this second: the path is not the Socket.IO path.",
    fix: "The path is /socket.io/ unless the server says otherwise, and {path} is not it. A namespace is no path: io('http://host/namespace') asks for /socket.io/ by itself.",
  },
  upgradeIgnored: {
    cause: "The server has an upgrade handler, but it ignores {path}.",
    fix: "Let the handler end what it does not take: socket.destroy() or an HTTP 404. Then correct the path.",
  },
  slowHandshake: {
    cause:
      "The server takes longer to accept than the client waits: a slow login or database lookup before the 101 (Socket.IO: allowRequest, io.engine.use(); ws: verifyClient, an await in on('upgrade')), a busy process, or a cold start.",
    fix: "Give what the check asks a timeout, and make it faster; or accept first and check afterwards (Socket.IO: in io.use(), which runs after the 101; others: close with 4401). Until then give the client more time (socket.io-client: timeout, 20 s unless set; ws: handshakeTimeout).",
  },
  acceptsNobody: {
    cause:
      "The server's program runs (those that it had let in hear from it), but it takes no new connection out of its system's queue: no free file descriptors (EMFILE), a limit of its own, or a stuck accept loop.",
    fix: "On the server: ss -ltn (Recv-Q of the listening port counts who waits there), ls /proc/<pid>/fd | wc -l against grep files /proc/<pid>/limits, and its log. Raise LimitNOFILE= (systemd) or ulimit -n, and look for sockets that are never closed.",
  },
  serverBlocked: {
    cause: "The server process is stuck and answers nobody.",
    fix: "Look at its CPU load; does a plain GET get an answer?",
  },
  requestNotAnswered: {
    cause:
      "The server's code took the request and did not answer: its upgrade handler ignores this path, or waits for something itself (login service, database, the backend of a proxy).",
    fix: "Look at the server's log from this time on; ask for the same URL with curl -i -m 10 and see whether that hangs too. Let the handler answer what it does not take with an HTTP 404.",
  },
  pathFiltersUpgrade: {
    cause: "A firewall, IPS or operator on the path refuses WebSocket upgrades.",
    fix: "Use wss:// on 443: inside TLS the upgrade cannot be seen. Compare with another network.",
  },
  pathMtu: {
    cause:
      "Large packets do not fit the path, and the ICMP message that would say so is filtered (path MTU black hole).",
    fix: "ping -M do -s 1472 {to}, smaller until it passes: 1400 that passes where 1472 does not proves it. On the router or VPN: iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu.",
  },
  fieldsLostIn101: {
    cause: "The server writes the 101 by hand and leaves fields out, or a proxy drops them from it.",
    fix: "The 101 needs Upgrade: websocket, Connection: Upgrade and Sec-WebSocket-Accept. Connect past the proxy to see who drops them; on the server use a maintained library.",
  },
  brokenServer: {
    cause: "The server's WebSocket implementation is wrong.",
    fix: "Use a maintained library, or compute base64(SHA-1(key + 258EAFA5-E914-47DA-95CA-C5AB0DC85B11)).",
  },
  proxyBreaks101: {
    cause: "The proxy changes the 101: {backend} answered with every field that a client checks.",
    fix: "nginx: remove the proxy_hide_header or add_header that touches Sec-WebSocket-Accept, Upgrade or Connection, then sudo nginx -t && sudo nginx -s reload. Other proxies: no rule may touch fields of a 101.",
  },
  transformingProxy: {
    cause: "A proxy or security software on the way rewrites or caches the answer or the frames.",
    fix: "Connect past it, or use wss:// so that it cannot.",
  },
  subprotocolMismatch: {
    cause: "Client and server do not agree on the subprotocol.",
    fix: "new WebSocket(url, protocols) and the server's handleProtocols must share one; the server answers with exactly one of those offered.",
  },
  oldClient: {
    cause: "An outdated client library.",
    fix: "Update it; all current ones send Sec-WebSocket-Version: 13.",
  },
  upgradedTwice: {
    cause: "Two handlers upgrade the same socket, or two proxies do.",
    fix: "Attach one WebSocket server to an HTTP server, or route by path with noServer: true.",
  },
  clientRejected101: {
    cause: "The client did not accept the 101 (subprotocol, extension, Accept), or its code closed at once.",
    fix: "The browser's console or the client's log names the reason.",
  },
  pageLeft: {
    cause: "The page was left or reloaded, or its code closed the WebSocket.",
    fix: "Nothing to repair, if that was meant.",
  },
} as const satisfies Record<string, CauseText>;
