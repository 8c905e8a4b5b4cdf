import type { CauseText } from "../texts.ts";

/** What an upgrade was refused for. */
export const causesUpgrade = {
  wrongPath: {
    cause: "{path} 不是服务器提供 WebSocket 的路径。",
    fix: "对照服务端：new WebSocketServer({ path })、路由、io(…, { path })。Socket.IO 的路径是 /socket.io/，命名空间不是路径。",
  },
  asgiNoRoute: {
    cause:
      "Python 服务（FastAPI、Starlette、Django Channels）没有 {path} 这个 WebSocket 路由：这类服务会答 403，而不是 404。",
    fix: "对照 {path} 与 @app.websocket(…) 或路由表，注意前缀和末尾的斜杠。同名的 HTTP 路由不算。",
  },
  asgiNoLibrary: {
    cause: "uvicorn 没有安装 WebSocket 库，升级请求被当作普通 GET 处理。",
    fix: "日志里会有 “Unsupported upgrade request”：pip install 'uvicorn[standard]'，如果有 --ws none 就去掉，然后重启。",
  },
  badHandshakeFields: {
    cause: "请求的某个字段不被接受：Sec-WebSocket-Key、-Version、-Extensions 或 -Protocol。",
    fix: "响应正文一般会指出是哪个。与正常工作的浏览器请求对比。",
  },
  proxyChangedRequest: {
    cause: "途中的代理改动了请求。",
    fix: "同时在服务器上抓包，逐个字段对比；或者绕过代理直连一次。",
  },
  proxyHeaderUnread: {
    cause: "{proxy} 在连接开头发送 PROXY 协议头，{backend} 把它当成了错误的请求。",
    fix: "要么两边都开，要么都不开：HAProxy 的 server 行 send-proxy、nginx 的 proxy_protocol on;、AWS 目标组的 proxy_protocol_v2；后端用 nginx listen … proxy_protocol 或能读它的库。Node 的 http 服务器不认识它。",
  },
  tokenRejected: {
    cause: "token 或会话缺失、过期、已被撤销，或不是这个服务器认的 token。",
    fix: "重新登录后对比。“invalid signature”：签发和校验要用同一个密钥（JWT_SECRET）；“audience”或“issuer”：token 是给别的服务的；“malformed”：token 被截断，或根本不是 JWT。token 是否在数据库里被撤销，抓包看不出来，要看服务端日志。",
  },
  clockSkew: {
    cause: "两台机器时钟不一致，新 token 看起来已过期或尚未生效。",
    fix: "两边都执行 timedatectl status；响应里的 Date 字段就是服务器的时间。",
  },
  credentialsMissing: {
    cause: "请求里没有任何登录凭证：没有 Cookie、没有 Authorization，URL 参数里也没有 token。",
    fix: "浏览器不能给 WebSocket 设置 Authorization：把 token 放进 URL 参数、子协议或同站 Cookie，并在登录之后再连接。",
  },
  cookieMissing: {
    cause: "没有带上会话 Cookie：主机名不同、协议不同、SameSite 或 Secure 限制。",
    fix: "查看请求里的 Cookie 字段；让页面和 WebSocket 使用同一个域名。",
  },
  proxyRewritesPath: {
    cause: "代理把 {before} 改成了 {behind}，后端没有这个路径。",
    fix: "nginx：proxy_pass 端口后面如果带路径，会替换 location 的路径。写成 proxy_pass http://127.0.0.1:<端口>;（末尾不带斜杠）就原样转发。",
  },
  proxyChangesHost: {
    cause: "代理把 Host 从 {before} 改成了 {behind}，于是 Origin 和 Host 对不上。",
    fix: "nginx 在 location 里写 proxy_set_header Host $host;（要带端口就用 $http_host），然后 sudo nginx -t && sudo nginx -s reload。",
  },
  proxyDropsCredentials: {
    cause: "代理没有把 {name} 转发过去：在后端看来就是没登录。",
    fix: "nginx：删掉去除它的 proxy_set_header（或 proxy_pass_request_headers off）；名字里带下划线的字段默认会被丢弃，要在 server 块里写 underscores_in_headers on;。然后 sudo nginx -t && sudo nginx -s reload。",
  },
  proxyDropsQuery: {
    cause: "代理丢掉了查询串，而 Engine.IO 要从中读取 transport、EIO 和 sid。",
    fix: "nginx：去掉 rewrite 替换串末尾的 ?（它会丢掉查询串）；proxy_pass 里用了变量时加上 $is_args$args。然后 sudo nginx -t && sudo nginx -s reload。",
  },
  hostNotPassed: {
    cause:
      "代理没有把 Host 原样转发（nginx、Apache 和 h2o 默认改成后端的名字），而服务端要检查 Host，或拿 Origin 与它比对。",
    fix: "{front:host}，然后 {front:apply}。在代理后面抓包，可以看到后端实际收到的 Host。",
  },
  corsTwice: {
    cause: "代理和服务端都加了 Access-Control-Allow-Origin。",
    fix: "只留一处：删掉 nginx 里的 add_header Access-Control-Allow-Origin（或用 proxy_hide_header 去掉服务端的），由服务端的 cors: { origin } 负责。",
  },
  corsStarCookie: {
    cause: "服务端允许的是 *，而客户端带凭据请求（withCredentials: true）。",
    fix: "写明来源：cors: { origin: '{origin}', credentials: true }；或者不带 Cookie：withCredentials: false。",
  },
  originNull: {
    cause:
      "页面没有自己的来源（Origin: null），服务器不允许：页面是从本地文件打开的，或者在 sandbox 的 iframe、data: URL 里运行。",
    fix: "通过 http:// 或 https:// 提供这个页面，并允许那个来源；iframe 加上 allow-same-origin。不要允许 null：任何网页都能从 sandbox 的 iframe 里发出它。",
  },
  originMissing: {
    cause: "服务器要求带一个它允许的 Origin 字段，而这个客户端没有发：浏览器总会发，其他程序要自己设置才会发。",
    fix: "给客户端设置服务器允许的 Origin（ws：new WebSocket(url, { origin })；Python 的 websockets、websocket-client、aiohttp：origin=…），或者让服务器的检查放行没有 Origin 的客户端，改用 token 校验它们。",
  },
  originRefused: {
    cause: "服务器不允许来自 {origin} 的页面。",
    fix: "把 {origin} 加进允许的来源（CORS_ORIGIN、FRONTEND_URL、cors: { origin }），协议、主机、端口要完全一致，然后重启服务。",
  },
  originSlash: {
    cause: "允许的来源 {allowed} 以斜杠结尾，而浏览器的 Origin 从不带斜杠。",
    fix: "去掉斜杠，写成 {origin}，然后重启服务。",
  },
  corsFields: {
    cause: "服务端的 allowedHeaders 里没有 {fields}。",
    fix: "在 cors: { … } 的 allowedHeaders 里加上 {fields}；或者不写 allowedHeaders，这样请求什么字段就允许什么。然后重启服务。",
  },
  preflightBlocked: {
    cause: "登录检查，或只放行 GET 和 POST 的规则，挡在应答 CORS 的服务前面。",
    fix: "让 OPTIONS 不经登录检查通过（nginx 的 auth_request、limit_except，应用的中间件），交给配置了 cors: { origin } 的服务应答。",
  },
  gatewayPolicy: {
    cause: "网关、WAF 或公司代理禁止访问。",
    fix: "响应里的 Server 和 Via 字段说明是谁应答的。申请放行，或绕过它。",
  },
  locationMissing: {
    cause: "代理没有为 {path} 配置 location，于是自己处理了，没有转给后端。",
    fix: 'nginx：在 location / 之前为 {path} 单独写一个 location，内容如下。\nlocation {path} {\n  proxy_pass http://{backend};\n  proxy_http_version 1.1;\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection "upgrade";\n  proxy_set_header Host $host;\n}\n# 然后：sudo nginx -t && sudo nginx -s reload',
  },
  frontRoute: {
    cause: "{front:name} 没有为 {path} 做任何配置，于是自己处理了，没有去问后端。",
    fix: "在 {front:name} 的配置里为 {path} 单独写一段，放在 / 的配置之前，内容如下。\n{front:route}\n# 然后：{front:apply}",
  },
  devProxyWs: {
    cause: "开发代理（Vite、webpack）没有为这个路径转发 WebSocket。",
    fix: "vite.config 的 server.proxy 里为 {path} 加上 ws: true，写法如下。\n'{path}': { target: 'ws://localhost:<端口>', ws: true },",
  },
  nodeProxyNoWs: {
    cause:
      "Node 写的代理（http-proxy，Express 或 Create React App 里的 http-proxy-middleware）没有处理 'upgrade' 事件：它把请求当普通请求转发，收到的 101 没人接，就被 Node 丢掉了。",
    fix: "http-proxy-middleware：加 ws: true，并写 server.on('upgrade', wsProxy.upgrade)；Create React App：在 src/setupProxy.js 里加 ws: true；http-proxy：server.on('upgrade', (req, socket, head) => proxy.ws(req, socket, head))。",
  },
  devProxyDown: {
    cause: "Vite 代理要把 {path} 转发过去，但目标没有启动：目标拒绝连接时，它不作任何应答就断开。",
    fix: "这时 Vite 终端会打印 “ws proxy error: … ECONNREFUSED”。启动后端，或修正 vite.config 里 server.proxy 的 target。",
  },
  pathNotWebSocket: { cause: "{path} 是普通 HTTP 路由。", fix: "改用服务端注册 WebSocket 的路径。" },
  methodChanged: {
    cause: "到达时请求方法不是 GET。",
    fix: "WebSocket 只能用 GET 打开（RFC 6455 §4.1），查一下途中是谁改写的。",
  },
  upgradeFieldsMissing: {
    cause: "Upgrade 和 Connection 字段在代理处丢失，没有到达服务器。",
    fix: 'nginx：在 {path} 的 location 里用下面几行转发升级字段。\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "upgrade";\n# 然后：sudo nginx -t && sudo nginx -s reload',
  },
  versionOther: {
    cause: "服务器要求别的 WebSocket 版本。",
    fix: "响应的 Sec-WebSocket-Version 列出了它支持的版本，标准版本是 13。",
  },
  requestTooSlow: {
    cause: "客户端没有在服务器规定的时间内把请求发完。",
    fix: "检查客户端和链路：请求本应一个数据包就发完。服务器端的限制：Node 的 headersTimeout、nginx 的 client_header_timeout、HAProxy 的 timeout http-request。",
  },
  rateLimited: {
    cause: "服务器或网关限制了单个客户端的连接频率。",
    fix: "按 Retry-After 等待；或为 WebSocket 路径调高限额。",
  },
  fieldsTooLarge: {
    cause: "请求头超过了服务器或代理的上限：cookie 太多太大，或者 token 太长。",
    fix: "删掉这个站点的旧 cookie，缩短 token；或者提高上限：nginx large_client_header_buffers 4 32k;，Node --max-http-header-size=32768，Apache LimitRequestFieldSize 32768，HAProxy tune.bufsize 32768，Varnish -p http_req_hdr_len=32k，lighttpd server.max-request-field-size = 32768。",
  },
  proxyWantsLogin: {
    cause:
      "是 {proxy} 自己要求登录（nginx auth_basic 或 auth_request、Apache AuthType、Caddy basic_auth）：这是它自己的应答，没有问过后端。",
    fix: "对这个 location 关掉登录（nginx：密码登录用 auth_basic off;，单独的登录检查用 auth_request off;），或让页面带上它要的东西：浏览器建立 WebSocket 时会带 cookie 和已保存的 Basic 登录，但不能自定义请求头。",
  },
  proxyForbids: {
    cause: "是 {proxy} 自己拒绝的：这是它自己的应答，没有问过后端。",
    fix: "在它的配置里找匹配这个路径、地址或 Origin 的规则：{front:rules}，或 WAF；错误日志会写明是哪条。",
  },
  authRequest: {
    cause: "nginx 的 auth_request：{backend} 的登录检查 {path} 返回了 {status}，所以没有去问后端。",
    fix: "查看登录检查那个服务的日志。nginx 会把客户端的 Cookie 和 Authorization 传给它：返回 2xx 放行，401、403 拒绝，其他状态码一律变成 500（这时多半是它的 proxy_pass 路径或端口写错）。",
  },
  forwardAuth: {
    cause:
      "代理的登录检查（Caddy 的 forward_auth、Traefik 的 ForwardAuth）：{backend} 的 {path} 返回了 {status}，所以没有去问后端。",
    fix: "查看登录检查那个服务的日志。代理会把客户端的 Cookie 和 Authorization 传给它，并用 X-Forwarded-Uri 写明原请求的地址：返回 2xx 放行，其他应答原样交给客户端。",
  },
  bodyLimit: {
    cause: "轮询的 POST 超过了[[ {proxy} 的]]大小上限。",
    fix: "nginx：在这个 location 里写 client_max_body_size 10m;。Socket.IO 服务端：maxHttpBufferSize（默认 1 MB）。更好的办法是 transports: ['websocket']，或把消息拆小。",
  },
  proxyLimits: {
    cause: "{proxy} 自己的限流：这是它自己的应答，没有问过后端。",
    fix: "nginx：这个 location 的 limit_req 和 limit_conn（错误日志里有 “limiting requests”）；HAProxy：带 stick table 的 http-request deny。把 WebSocket 排除在外，或调高速率。",
  },
  nginxFailed: {
    cause:
      "是 nginx 自己出错，应答也是它自己给的：worker_connections 用完了（它转发的每条 WebSocket 占两个）、rewrite 或 try_files 绕回了自己，或者 auth_request 的检查出错。",
    fix: "错误日志会写明是哪一种。“worker_connections are not enough”：调高 events { } 里的 worker_connections，同时调高 worker_rlimit_nofile。",
  },
  nginxLimits: {
    cause: "nginx 自己的限制：limit_conn 或 limit_req（它们返回 503；连不上后端时 nginx 返回的是 502 或 504）。",
    fix: "错误日志会写明是哪一种。“limiting connections by zone …”：调高 limit_conn，一条 WebSocket 只要开着就一直占一个连接数。“limiting requests …”：limit_req zone=… burst=20 nodelay，或调高速率。也可以把这个 location 排除在外。",
  },
  ingressEmpty: {
    cause: "Kubernetes 的 ingress-nginx：服务没有就绪的 endpoint；或者配置里写了 return 503。",
    fix: "kubectl get endpoints；否则在配置里搜索 return 503。",
  },
  proxyRetried: {
    cause:
      "HAProxy 连不上后端，一再重试，直到放弃，这里用了 {idleMs:ms}：那里没有程序监听，或者没有回应。默认它会再试 3 次，每次被拒绝后隔一秒，或者等满 timeout connect。",
    fix: "在 HAProxy 所在主机上：nc -vz <backend> <port>。“refused”：启动那里的服务器，或改正 server 行里的地址和端口；没有回应：是防火墙，或者主机没有运行。它的日志写 SC 或 sC 表示这种情况，sQ 表示排队。",
  },
  proxyQueue: {
    cause: "HAProxy 排队：每台后端的连接数都到了 maxconn，在 timeout queue（这里是 {idleMs:ms}）内没有空出来。",
    fix: "一条 WebSocket 只要开着就一直占着名额：调高 server 行的 maxconn，或增加服务器。用 “show stat” 看 qcur 和 scur。",
  },
  workersTaken: {
    cause:
      "工作线程可能都被占用了：当时那里开着 {count} 条 WebSocket，而每条连接占一个线程或进程的服务器（Apache、gunicorn）会让后来的请求一直等到有一条关闭。",
    fix: "Apache：调高 MaxRequestWorkers（连同 ServerLimit 和 ThreadsPerChild），它的日志会写 “server reached MaxRequestWorkers setting”，server-status 里每个都显示 W。其他服务器：增加 worker 或线程，或改用异步服务器。",
  },
  connectionLimit: {
    cause: "连接数达到上限：这一条被拒绝时那里还开着 {count} 条 WebSocket，可见后端是正常的。",
    fix: "调高上限：文件描述符（ulimit -n、systemd 的 LimitNOFILE=，日志里会有 EMFILE）、nginx limit_conn、HAProxy maxconn、服务端自己的上限；并关掉没人用的 WebSocket。",
  },
  reconnectStorm: {
    cause: "客户端不停地立即重连。",
    fix: "重连间隔应递增并加随机抖动（1 秒、2 秒、4 秒……最多 30 秒）。",
  },
  handlerThrew: { cause: "服务端代码在处理这条连接时出错，或主动拒绝。", fix: "查看服务端在这一时刻的日志。" },
  gatewayDrops: {
    cause:
      "网关自己的设置一声不响地丢弃了请求：nginx 的 return 444 或默认 server[[（Host 是 {host}）]]、等待 PROXY 协议的监听（listen … proxy_protocol）、WAF。",
    fix: "看它的错误日志（“broken header … while reading PROXY protocol”）；sudo nginx -T 能看到 server_name 和 444。改用它所服务的名字。",
  },
  serverClosing: { cause: "服务正在启动或停止。", fix: "稍后再试；让客户端延迟重连。" },
  transportNotAllowed: {
    cause: "服务器没有启用这种传输方式：客户端和服务端的 transports 不一致。",
    fix: "两边都不写 transports，或写成一致：Socket.IO 服务端 transports: ['polling', 'websocket']，客户端 io(url, { transports: ['websocket'] })。",
  },
  noStickySession: {
    cause: "多个服务进程没有会话保持：请求落到了不认识该会话的进程。",
    fix: "nginx 后面有多个地址：upstream { ip_hash; … }。同一地址上有多个 worker（node:cluster、PM2 -i）：ip_hash 不起作用，要用 @socket.io/sticky（PM2 用 @socket.io/pm2），或只开一个 worker。也可以让客户端只用 transports: ['websocket']。",
  },
  socketIoNotAttached: {
    cause:
      "在这里应答的 HTTP 服务没有挂上 Socket.IO，它的路由不认识 {path}：网关监听在别的端口（NestJS：@WebSocketGateway(8081)）、没有被加载，或用了别的适配器。",
    fix: "curl 'http://<后端>:<端口>{path}?EIO=4&transport=polling' 应当返回 0{…}。NestJS：@WebSocketGateway() 不写端口即与应用共用，并把网关列入某个模块的 providers；或让 proxy_pass 指向网关的端口。Express：把真正监听的 server（用 server.listen()，不是 app.listen()）传给 new Server(server)。",
  },
  hostNotAllowed: {
    cause:
      "服务器检查 Host 字段，不接受这个名字[[（{host}）]]：Vite、webpack-dev-server、Django 和自己写的检查都会这样。",
    fix: "在做检查的地方加上这个名字：Vite 的 server.allowedHosts、webpack-dev-server 的 allowedHosts、Django 的 ALLOWED_HOSTS。nginx 后面用 proxy_set_header Host $host; 会把浏览器用的名字传过去；不写则服务器看到的是 proxy_pass 里的名字。",
  },
  handshakeCached: {
    cause: "有缓存在替 {path} 应答：同一个会话在两次不同请求的应答里各给出了一次，服务器不会这样做。",
    fix: "不要缓存 {path}：nginx 在它的 location 里写 proxy_cache off;，也不要写 proxy_ignore_headers（Socket.IO 会发 Cache-Control: no-store）；用 CDN 的话，给这个路径加一条不走缓存的规则。",
  },
  workersNotSticky: {
    cause: "多个 worker 共用这一个地址（node:cluster、PM2 -i），没有会话保持：会话就是这个地址建立的，它却不认识了。",
    fix: "使用 @socket.io/sticky 加 @socket.io/cluster-adapter（PM2 用 @socket.io/pm2），或只开一个 worker，或让客户端只用 transports: ['websocket']。nginx 的 ip_hash 只在多个地址之间选择，在这里不起作用。",
  },
  serverRestarted: {
    cause: "服务重启，会话丢失。",
    fix: "客户端会自动重连；如果反复出现，查为什么重启（pm2 logs、journalctl）。",
  },
  engineIoVersions: {
    cause: "Socket.IO 1/2 的客户端连了 3/4 的服务器（或反过来）。",
    fix: "两端使用相同的大版本。服务端是 3 或 4 时，设置 allowEIO3: true 可以接受旧客户端；旧服务端没有这样的选项。",
  },
  allowRequest: { cause: "服务端的 allowRequest 回调拒绝了请求。", fix: "查看该回调；应答里的消息就是原因。" },
  redirectToHttps: { cause: "服务器把 http 跳转到 https。", fix: "客户端 URL 直接使用 wss:// 和最终主机名。" },
  movedElsewhere: {
    cause: "服务器把请求的地址放在了别处：{path}。",
    fix: "浏览器和 WebSocket 库不跟随重定向：在客户端 URL 里直接用这个地址，http:// 换成 ws://，https:// 换成 wss://。",
  },
  trailingSlash: { cause: "只差末尾的斜杠。", fix: "改连 {path}/ ，或让服务器两种写法都接受。" },
  loginRedirect: {
    cause: "请求没有登录，被跳转到登录页。",
    fix: "升级请求要带上会话（Cookie 或 token）；服务端对 WebSocket 应返回 401 而不是跳转。",
  },
} as const satisfies Record<string, CauseText>;
