import type { CauseText } from "../texts.ts";

/** What an upgrade was refused for. */
export const causesUpgrade = {
  wrongPath: {
    cause: "The path {path} is not where the server expects WebSockets.",
    fix: "Compare with the server: new WebSocketServer({ path }), the route, io(…, { path }). For Socket.IO the path is /socket.io/, a namespace is not a path.",
  },
  asgiNoRoute: {
    cause:
      "A Python server (FastAPI, Starlette, Django Channels) has no WebSocket route {path}: such servers answer 403, not 404.",
    fix: "Compare {path} with @app.websocket(…) or the routing, its prefix and slash at the end. An HTTP route of the same path does not count.",
  },
  asgiNoLibrary: {
    cause: "uvicorn runs without a WebSocket library, so the upgrade is handled as a plain GET.",
    fix: "Its log says “Unsupported upgrade request”: pip install 'uvicorn[standard]', take --ws none out if it is there, then restart.",
  },
  badHandshakeFields: {
    cause: "A field of the request is not accepted: Sec-WebSocket-Key, -Version, -Extensions or -Protocol.",
    fix: "The body of the response usually names it. Compare with the request of a browser that works.",
  },
  proxyChangedRequest: {
    cause: "A proxy on the way changed the request.",
    fix: "Capture on the server as well and compare the two requests field by field; or connect past the proxy once.",
  },
  proxyHeaderUnread: {
    cause: "{proxy} begins the connection with a PROXY protocol header, and {backend} takes it for a broken request.",
    fix: "Switch both or neither on: HAProxy send-proxy on the server line, nginx proxy_protocol on; AWS target group proxy_protocol_v2; and at the backend nginx listen … proxy_protocol or a library that reads it. Node's http server does not.",
  },
  tokenRejected: {
    cause: "The token or session is missing, expired, revoked, or not one that this server takes.",
    fix: "Log in again and compare. “invalid signature”: both sides need the same secret or key (JWT_SECRET); “audience” or “issuer”: the token is for another service; “malformed”: it is cut, or is no JWT. Whether a token is revoked in a database cannot be seen in packets: the server's log says so.",
  },
  clockSkew: {
    cause: "The clocks of the two machines differ, so a fresh token looks expired or not yet valid.",
    fix: "timedatectl status on both; the Date field of the responses shows the server's clock.",
  },
  credentialsMissing: {
    cause: "The request carries nothing to log in with: no Cookie, no Authorization, no token in its query.",
    fix: "Browsers cannot set Authorization on a WebSocket: send the token in the query, as a subprotocol or in a cookie of the same site, and connect after the login.",
  },
  cookieMissing: {
    cause: "The session cookie was not sent: another host, http against https, SameSite or Secure.",
    fix: "Look at the Cookie field of the request; serve page and WebSocket under one host.",
  },
  proxyRewritesPath: {
    cause: "The proxy passes {before} on as {behind}, and the backend knows no such path.",
    fix: "nginx: a path after the port in proxy_pass replaces the location's own. proxy_pass http://127.0.0.1:<port>; without a trailing slash keeps the path as it came.",
  },
  proxyChangesHost: {
    cause: "The proxy changes Host from {before} to {behind}, so that Origin and Host no longer agree.",
    fix: "nginx, in the location: proxy_set_header Host $host; (with the port: $http_host), then sudo nginx -t && sudo nginx -s reload.",
  },
  proxyDropsCredentials: {
    cause: "The proxy does not pass {name} on: the backend sees nobody logged in.",
    fix: "nginx: remove the proxy_set_header (or proxy_pass_request_headers off) that takes it out; a name with an underscore is dropped unless underscores_in_headers on; stands in the server block. Then sudo nginx -t && sudo nginx -s reload.",
  },
  proxyDropsQuery: {
    cause: "The proxy drops the query string, in which Engine.IO reads transport, EIO and sid.",
    fix: "nginx: take the ? off the end of the rewrite's replacement (it drops the query), or add $is_args$args to a proxy_pass with variables. Then sudo nginx -t && sudo nginx -s reload.",
  },
  hostNotPassed: {
    cause:
      "The proxy does not pass Host on (nginx, Apache and h2o send the backend's own unless told otherwise), and the server checks Host, or Origin against it.",
    fix: "{front:host}, then {front:apply}. A capture behind the proxy shows which Host arrives.",
  },
  corsTwice: {
    cause: "Both the proxy and the server add Access-Control-Allow-Origin.",
    fix: "Let one of them do it: remove add_header Access-Control-Allow-Origin from nginx (or proxy_hide_header what the server sends) and keep cors: { origin } in the server.",
  },
  corsStarCookie: {
    cause: "The server allows * and the client asks with credentials (withCredentials: true).",
    fix: "Name the origin: cors: { origin: '{origin}', credentials: true }; or leave the cookies out: withCredentials: false.",
  },
  originNull: {
    cause:
      "The page has no origin of its own (Origin: null), and the server does not allow that: it was opened as a file, or runs in a sandboxed iframe or from a data: URL.",
    fix: "Serve the page over http:// or https:// and allow that origin; give an iframe allow-same-origin. Do not allow null: any page can send it from a sandboxed iframe.",
  },
  originMissing: {
    cause:
      "The server wants an Origin field that it allows, and this client sent none: browsers always send one, other programs only when they are told to.",
    fix: "Give the client an Origin that the server allows (ws: new WebSocket(url, { origin }); Python's websockets, websocket-client and aiohttp: origin=…), or let the server's check pass clients without one, and check those by a token.",
  },
  originRefused: {
    cause: "The server does not allow pages from {origin}.",
    fix: "Add {origin} to its allowed origins (CORS_ORIGIN, FRONTEND_URL, cors: { origin }), exactly: scheme, host and port. Then restart it.",
  },
  originSlash: {
    cause: "The allowed origin {allowed} ends in a slash; no browser's Origin does.",
    fix: "Write it without the slash: {origin}. Then restart the server.",
  },
  corsFields: {
    cause: "The server's allowedHeaders leave out {fields}.",
    fix: "Add {fields} to allowedHeaders in cors: { … }, or leave allowedHeaders out: then everything that is asked for is allowed. Then restart the server.",
  },
  preflightBlocked: {
    cause: "A login check, or a rule for GET and POST alone, stands before what answers CORS.",
    fix: "Let OPTIONS pass without a login (nginx: auth_request, limit_except; middleware of the application) to the server whose cors: { origin } answers it.",
  },
  gatewayPolicy: {
    cause: "A gateway, WAF or company proxy forbids it.",
    fix: "The Server and Via fields of the response say who answered. Ask for an exception, or connect past it.",
  },
  locationMissing: {
    cause: "The proxy has no location for {path}, so it serves the path itself instead of passing it to the backend.",
    fix: 'nginx: give {path} a location of its own before that of /, with these lines.\nlocation {path} {\n  proxy_pass http://{backend};\n  proxy_http_version 1.1;\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection "upgrade";\n  proxy_set_header Host $host;\n}\n# then: sudo nginx -t && sudo nginx -s reload',
  },
  frontRoute: {
    cause:
      "{front:name} has nothing configured for {path}, so it serves the path itself instead of asking the backend.",
    fix: "Give {path} a place of its own in the configuration of {front:name}, before that of /, with these lines.\n{front:route}\n# then: {front:apply}",
  },
  devProxyWs: {
    cause: "The development proxy (Vite, webpack) does not forward WebSockets for this path.",
    fix: "vite.config: forward {path} with ws: true, by this line under server.proxy.\n'{path}': { target: 'ws://localhost:<port>', ws: true },",
  },
  nodeProxyNoWs: {
    cause:
      "A proxy in Node (http-proxy, http-proxy-middleware in Express or Create React App) has no 'upgrade' handler: it passes the request on like any other, and Node drops the 101 that nobody takes.",
    fix: "http-proxy-middleware: ws: true, and server.on('upgrade', wsProxy.upgrade); Create React App: ws: true in src/setupProxy.js; http-proxy: server.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head)).",
  },
  devProxyDown: {
    cause: "Vite's proxy has nobody to forward {path} to: when its target refuses, it hangs up without a word.",
    fix: "Vite prints “ws proxy error: … ECONNREFUSED” then. Start the backend, or correct the target under server.proxy in vite.config.",
  },
  pathNotWebSocket: {
    cause: "{path} is a plain HTTP route.",
    fix: "Use the path at which the server registers its WebSocket.",
  },
  methodChanged: {
    cause: "The request did not arrive as GET.",
    fix: "A WebSocket is opened by GET only (RFC 6455 §4.1). Look at what rewrites it on the way.",
  },
  upgradeFieldsMissing: {
    cause: "The Upgrade and Connection fields were lost at a proxy before the server.",
    fix: 'nginx: pass the upgrade on with these lines in the location for {path}.\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";\n# then: sudo nginx -t && sudo nginx -s reload',
  },
  versionOther: {
    cause: "The server wants another WebSocket version.",
    fix: "Its response lists the versions it speaks in Sec-WebSocket-Version; 13 is the standard.",
  },
  requestTooSlow: {
    cause: "The client did not finish its request in the time that the server gives for it.",
    fix: "Look at the client and at the path: the request should leave in one packet. The server's limits: headersTimeout in Node, client_header_timeout in nginx, timeout http-request in HAProxy.",
  },
  rateLimited: {
    cause: "The server or gateway limits how often one client may connect.",
    fix: "Wait as Retry-After says; raise the limit for the WebSocket path.",
  },
  fieldsTooLarge: {
    cause:
      "The request's header is larger than the server or proxy takes: too many or too large cookies, or a long token.",
    fix: "Delete old cookies of this host, keep tokens short; or raise the limit: nginx large_client_header_buffers 4 32k; Node --max-http-header-size=32768; Apache LimitRequestFieldSize 32768; HAProxy tune.bufsize 32768; Varnish -p http_req_hdr_len=32k; lighttpd server.max-request-field-size = 32768.",
  },
  proxyWantsLogin: {
    cause:
      "{proxy} itself asks for a login (nginx auth_basic or auth_request, Apache AuthType, Caddy basic_auth): the answer is its own, the backend was not asked.",
    fix: "Switch the login off for this location (nginx: auth_basic off; for a password, auth_request off; for a login check of its own), or let the page send what it wants: a browser adds a cookie or a saved Basic login to a WebSocket, but no header of its own.",
  },
  proxyForbids: {
    cause: "{proxy} itself forbids it: the answer is its own, the backend was not asked.",
    fix: "Look in its configuration for what matches this path, address or Origin: {front:rules}, or a WAF; its error log names the rule.",
  },
  authRequest: {
    cause: "nginx's auth_request: the login check at {backend} {path} answered {status}, so the backend was not asked.",
    fix: "Look at the log of that check. nginx passes it Cookie and Authorization of the client; 2xx lets in, 401 and 403 keep out, any other status makes a 500 (then its proxy_pass has a wrong path or port).",
  },
  forwardAuth: {
    cause:
      "The proxy's login check (Caddy forward_auth, Traefik ForwardAuth) at {backend} {path} answered {status}, so the backend was not asked.",
    fix: "Look at the log of that check. The proxy passes it Cookie and Authorization of the client, and the address of the request as X-Forwarded-Uri; 2xx lets in, any other answer goes to the client as it is.",
  },
  bodyLimit: {
    cause: "The POST of a poll is larger than the limit[[ of {proxy}]].",
    fix: "nginx: client_max_body_size 10m; in this location. Socket.IO server: maxHttpBufferSize (1 MB by default). Better: transports: ['websocket'], or smaller messages.",
  },
  proxyLimits: {
    cause: "A rate limit of {proxy} itself: the answer is its own, the backend was not asked.",
    fix: "nginx: limit_req and limit_conn of this location (its error log says “limiting requests”); HAProxy: http-request deny with a stick table. Leave WebSockets out of it, or raise the rate.",
  },
  nginxFailed: {
    cause:
      "nginx itself failed, and the answer is its own: its worker_connections are used up (each WebSocket that it passes on takes two), a rewrite or try_files that leads back to itself, or an auth_request whose check failed.",
    fix: "Its error log says which. “worker_connections are not enough”: raise worker_connections in events { }, and worker_rlimit_nofile with it.",
  },
  nginxLimits: {
    cause:
      "A limit of nginx itself: limit_conn or limit_req (nginx answers 503 for them, and 502 or 504 for a backend that it cannot reach).",
    fix: "Its error log says which. “limiting connections by zone …”: raise limit_conn; each open WebSocket counts for as long as it lives. “limiting requests …”: limit_req zone=… burst=20 nodelay, or a higher rate. Or leave this location out.",
  },
  ingressEmpty: {
    cause: "Kubernetes' ingress-nginx: the service has no ready endpoint, or the configuration says return 503.",
    fix: "kubectl get endpoints; otherwise search the configuration for return 503.",
  },
  proxyRetried: {
    cause:
      "HAProxy could not connect to the backend and tried again until it gave up, here after {idleMs:ms}: nothing listens there, or nothing answers. By default it tries 3 times more, one second after a refusal, or after timeout connect.",
    fix: "On HAProxy's host: nc -vz <backend> <port>. “refused”: start the server there, or correct address and port of the server line; no answer: a firewall, or a host that is down. Its log says SC or sC for this, sQ for its queue.",
  },
  proxyQueue: {
    cause:
      "HAProxy's queue: every backend had its maxconn connections, and none became free within timeout queue, here {idleMs:ms}.",
    fix: "Each open WebSocket holds its place for as long as it lives: raise maxconn of the server lines, or add servers. “show stat” tells qcur and scur.",
  },
  workersTaken: {
    cause:
      "All workers may be taken: {count:one WebSocket was|# WebSockets were} open there, and servers with one thread or process for each (Apache, gunicorn) let every further request wait until one of them is closed.",
    fix: "Apache: raise MaxRequestWorkers (with ServerLimit and ThreadsPerChild), its log says “server reached MaxRequestWorkers setting” and server-status shows W for each. Others: more workers or threads, or an asynchronous server.",
  },
  connectionLimit: {
    cause:
      "A limit on connections: {count:one WebSocket was|# WebSockets were} open there when this one was turned away, so the backend is up.",
    fix: "Raise the limit: file descriptors (ulimit -n, systemd LimitNOFILE=; its log says EMFILE), nginx limit_conn, HAProxy maxconn, the server's own; and close WebSockets that nobody uses any more.",
  },
  reconnectStorm: {
    cause: "The client reconnects without pause.",
    fix: "Reconnect with a growing, random delay (1 s, 2 s, 4 s … up to 30 s).",
  },
  handlerThrew: {
    cause: "The server's own code failed, or refused on purpose, while it handled this connection.",
    fix: "Look at the server's log at exactly this time.",
  },
  gatewayDrops: {
    cause:
      "A gateway's own setting drops the request without a word: nginx return 444 or a default server[[ (the Host was {host})]], a listener that awaits the PROXY protocol (listen … proxy_protocol), a WAF.",
    fix: "Its error log tells (“broken header … while reading PROXY protocol”); sudo nginx -T shows server_name and 444. Use the name that it serves.",
  },
  serverClosing: {
    cause: "The server is starting or shutting down.",
    fix: "Try again; let clients reconnect with a delay.",
  },
  transportNotAllowed: {
    cause: "The server does not offer this transport: client and server disagree about transports.",
    fix: "Leave transports out on both sides, or name the same: Socket.IO server transports: ['polling', 'websocket'], client io(url, { transports: ['websocket'] }).",
  },
  noStickySession: {
    cause: "Several server processes without sticky sessions: the request reached one that does not know the session.",
    fix: "Several addresses behind nginx: upstream { ip_hash; … }. One address with several workers (node:cluster, PM2 -i): ip_hash changes nothing there, @socket.io/sticky (PM2: @socket.io/pm2) or a single worker does. Or let clients use transports: ['websocket'] only.",
  },
  socketIoNotAttached: {
    cause:
      "No Socket.IO is attached to the HTTP server that answers here, its router knows no {path}: the gateway listens on another port (NestJS: @WebSocketGateway(8081)), or was never loaded, or uses another adapter.",
    fix: "curl 'http://<backend>:<port>{path}?EIO=4&transport=polling' must answer 0{…}. NestJS: leave the port out of @WebSocketGateway() to share the application's, and list the gateway among a module's providers; or point proxy_pass at the gateway's port. Express: pass the server that listens, server.listen() and not app.listen(), to new Server(server).",
  },
  hostNotAllowed: {
    cause:
      "The server checks the Host field and does not take this name[[ ({host})]]: Vite and webpack-dev-server do so, Django, and checks of one's own.",
    fix: "Add the name where the check is: Vite server.allowedHosts, webpack-dev-server allowedHosts, Django ALLOWED_HOSTS. Behind nginx proxy_set_header Host $host; passes the browser's name on; without it the server sees the one in proxy_pass.",
  },
  handshakeCached: {
    cause:
      "A cache answers for {path}: the same session was given out twice, in answers to different requests, and no server does that.",
    fix: "Take {path} out of the cache: nginx proxy_cache off; in its location, and no proxy_ignore_headers there (Socket.IO says Cache-Control: no-store); at a CDN a rule that bypasses the cache for this path.",
  },
  workersNotSticky: {
    cause:
      "Several workers share this one address (node:cluster, PM2 -i) without sticky sessions: it opened this session and does not know it any more.",
    fix: "@socket.io/sticky with @socket.io/cluster-adapter (PM2: @socket.io/pm2), or a single worker, or transports: ['websocket'] in the clients. nginx's ip_hash chooses among addresses: it changes nothing here.",
  },
  serverRestarted: {
    cause: "The server restarted and forgot its sessions.",
    fix: "Clients reconnect by themselves; if it goes on, look at why it restarts (pm2 logs, journalctl).",
  },
  engineIoVersions: {
    cause: "A Socket.IO 1 or 2 client at a server of version 3 or 4 (or the reverse).",
    fix: "Use the same major version on both sides. A server of version 3 or 4 takes old clients with allowEIO3: true; an old server has no such option.",
  },
  allowRequest: {
    cause: "The server's allowRequest callback refused.",
    fix: "Look at that callback; the message of the answer is its reason.",
  },
  redirectToHttps: {
    cause: "The server sends http to https.",
    fix: "Use wss:// and the final host in the client's URL.",
  },
  movedElsewhere: {
    cause: "The server has what was asked for elsewhere: {path}.",
    fix: "Browsers and WebSocket libraries do not follow redirects: use that address in the client's URL, with ws:// for http:// and wss:// for https://.",
  },
  trailingSlash: {
    cause: "Only the slash at the end is missing.",
    fix: "Connect to {path}/ , or let the server accept both.",
  },
  loginRedirect: {
    cause: "The request is not logged in and is sent to a login page.",
    fix: "Send the session (cookie or token) with the upgrade; let the server answer 401 for WebSockets instead.",
  },
} as const satisfies Record<string, CauseText>;
