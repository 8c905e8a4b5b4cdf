import type { CauseText } from "../texts.ts";

/** An upgrade that somebody else answered, or nobody, or a 101 that did not hold. */
export const causesAnswer = {
  caddyNoRoute: {
    cause: "Caddy 没有处理 {path} 的路由：没有路由匹配的请求，它都答一个空的 200。",
    fix: "Caddyfile：handle {path}* {\n  reverse_proxy 127.0.0.1:<port>\n}\n# 升级由 Caddy 自动转发；然后 caddy reload",
  },
  nginxOtherSite: {
    cause:
      "nginx 没有哪个 server 块叫 {host}，于是由这个端口的默认块应答（default_server，或第一个）[[；这里服务的是 {other}]]。",
    fix: "在代理主机上执行 sudo nginx -T | grep -E 'listen|server_name'。在含有那个 location 的 server 块的 server_name 里加上 {host} 并 reload；或者改用那里写的名字连接[[：{other}]]。",
  },
  backendUnreachable: {
    cause: "代理到不了后端主机[[ {server}]]：它关机了，或配置里的地址写错，或中间有防火墙。",
    fix: "在代理主机上执行 ip neigh show[[ {server}]]（FAILED 表示没有谁用这个地址）和 nc -vz <后端> <端口>。nginx 的错误日志会写 “No route to host” 或 “timed out while connecting to upstream”；改正 proxy_pass 里的地址。",
  },
  caddyOtherSite: {
    cause: "Caddy 没有 Host 为 {host} 的站点：它按名字选站点，其他名字一律答一个空的 200。",
    fix: "对照 {host} 和 Caddyfile 里的站点地址：改用那里写的名字连接，把这个名字加进去，或只写 :<端口>，这样任何名字都接受。",
  },
  noUpgradeListener: {
    cause: "{path} 所在的 HTTP 服务没有挂 WebSocket 服务，于是按普通 GET 应答。",
    fix: "Node：在同一个 server 上 new WebSocketServer({ server, path: '{path}' })；否则修正客户端 URL 的端口或路径。",
  },
  fellToSpa: {
    cause: "代理的页面规则（try_files … /index.html）接走了 {path} 的请求。",
    fix: 'nginx：在 location / 之前为 {path} 单独写一个 location，内容如下。\nlocation {path} {\n  proxy_pass http://{backend};\n  proxy_http_version 1.1;\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection "upgrade";\n  proxy_set_header Host $host;\n}\n# 然后：sudo nginx -t && sudo nginx -s reload',
  },
  pollUnanswered: {
    cause: "后端接受了连接，却一直没有应答 {path} 的轮询：进程卡死，或 Socket.IO 之前有什么在等待。",
    fix: "直接问后端：curl -m 5 'http://127.0.0.1:<端口>{path}?EIO=4&transport=polling'。没有应答就查看 CPU 占用、从不调用 next() 的中间件，以及 allowRequest 在等什么（例如数据库）。",
  },
  backendSilent: {
    cause: "后端接受了连接，却一直没有应答 {path} 的升级。",
    fix: "直接连后端试试（wscat -c ws://127.0.0.1:<端口>{path}）。服务端不处理的升级应主动销毁。",
  },
  backendFirewalled: {
    cause: "代理和后端之间的防火墙丢弃或拒绝了连接：在客户端看来，和后端没有启动一样。",
    fix: "在代理主机上执行 nc -vz <后端> <端口>。",
  },
  edgeRefused: {
    cause:
      "Cloudflare 找到了你的服务器，但连接被拒绝（521）：它访问的端口上没有程序监听，或防火墙拒绝了 Cloudflare 的地址。",
    fix: "在你的服务器上执行 sudo ss -tlnp | grep -E ':(80|443) '。SSL 模式 Flexible 访问 80，Full 访问 443。放行 cloudflare.com/ips 里的地址。",
  },
  edgeNotReached: {
    cause:
      "Cloudflare 连不到你的服务器（522、523、530）：DNS 记录里的地址不对或已过时，服务器没开机，或防火墙丢弃了 Cloudflare 的数据包。",
    fix: "把 Cloudflare 里的 DNS 记录与服务器上 curl -4 ifconfig.me 的结果对照；放行 cloudflare.com/ips 里的地址，并开放 80 和 443。",
  },
  edgeTls: {
    cause: "Cloudflare 与你的服务器之间 TLS 没有谈成（525 是握手失败，526 是证书无效）。",
    fix: "在你的服务器上执行 openssl s_client -connect 127.0.0.1:443 -servername 加上你的域名。SSL 模式 Full (strict) 要求有效证书（Origin CA 证书即可）；没有 TLS 的端口要用 Flexible 模式。",
  },
  edgeTunnel: {
    cause: "Cloudflare 到你的服务器的隧道没有连上（错误 1033）：服务器上的 cloudflared 没有运行。",
    fix: "在你的服务器上执行 systemctl status cloudflared、journalctl -u cloudflared、cloudflared tunnel list。",
  },
  awsTargets: {
    cause:
      "应答的是 AWS 负载均衡，它的目标组没有给出可用的应答（503 是没有注册目标，502 是目标拒绝或中途断开，504 是连不到或没有及时应答）。",
    fix: "EC2 → 目标组：目标是否已注册、端口是否就是程序监听的端口、安全组是否放行负载均衡？负载均衡访问日志里的 error_reason 和 target_status_code 会说明更多。",
  },
  awsClientLeft: {
    cause: "AWS 负载均衡返回 460：它还在等目标应答、自己的空闲超时还没到，它的客户端就断开了连接。",
    fix: "先没有耐心的是负载均衡前面的程序或代理：把它的超时设得比负载均衡的空闲超时（默认 60 秒）长，或者让目标更快应答。",
  },
  awsForwardedFor: {
    cause: "AWS 负载均衡返回 463：请求的 X-Forwarded-For 里超过 30 个地址，它不接受。代理互相转发成环时就会这样。",
    fix: "看看到达负载均衡的 X-Forwarded-For：后端又指回自己的代理，每转一圈就多一个地址。或者让第一个代理重写这个字段，而不是追加。",
  },
  awsProtocol: {
    cause: "AWS 负载均衡返回 464：请求的 HTTP 版本与目标组不符。HTTP/2 或 gRPC 的目标组不支持 WebSocket。",
    fix: "EC2 → 目标组：WebSocket 需要协议版本为 HTTP1 的目标组；协议版本不能修改，只能新建一个。",
  },
  noHealthyBackend: {
    cause: "负载均衡没有健康的后端。",
    fix: "检查健康检查：WebSocket 端口对普通 GET 回 426，可能被误判为不健康。",
  },
  healthCheckFails: {
    cause: "健康检查把 {backend} 判成不健康：它用普通 GET 去问，得到 {status}[[，共 {count} 次]]。后端其实活着。",
    fix: "WebSocket 端口对普通 GET 会回 426、400 或 404：让健康检查接受它（HAProxy http-check expect status 426），或只检查 TCP 连接，或给服务器加一个返回 200 的 /health。",
  },
  backendDown: {
    cause: "后端没启动，或 {front:address} 里的端口写错。",
    fix: "在代理主机上执行 sudo ss -tlnp，与 {front:address} 对照。原因写在 {front:log} 里。",
  },
  backendCrashed: {
    cause: "后端在处理请求时断开了连接。",
    fix: "查看后端在这一时刻的日志，以及 {front:log}。",
  },
  backendGone: {
    cause:
      "在这里应答的是一个代理，而它的后端没有启动：有些代理这时会一声不响地断开（用 return (pipe) 的 Varnish、遇到 'error' 就销毁套接字的 Node 代理）。",
    fix: "在代理主机上执行 sudo ss -tlnp：后端的端口在里面吗？在那里抓包一看就知道：sudo tcpdump -i any。",
  },
  nginxUpgradeLines: {
    cause: "nginx 转发 {path} 时没有带升级字段。",
    fix: "nginx：在 {path} 的 location 里用下面几行转发升级字段。\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n# 并在 http 块里：\nmap $http_upgrade $connection_upgrade { default upgrade; '' close; }\n# 然后：sudo nginx -t && sudo nginx -s reload",
  },
  apacheUpgrade: {
    cause: "Apache 的 ProxyPass 对 {path} 只按普通 HTTP 转发。",
    fix: 'Apache 2.4.47 及以上：ProxyPass "{path}" "http://<backend>{path}" upgrade=websocket；旧版：a2enmod proxy_wstunnel，再写 ProxyPass "{path}" "ws://<backend>{path}"，放在 / 的 ProxyPass 之前。然后 apachectl graceful。',
  },
  frontUpgrade: {
    cause: "{front:name} 转发 {path} 时没有带升级字段。",
    fix: "在 {front:name} 把 {path} 转给后端的配置里加上下面几行，让升级通过。\n{front:upgrade}\n# 然后：{front:apply}",
  },
  proxyUpgradeOff: {
    cause: "途中的代理没有开启 WebSocket。",
    fix: 'Apache：upgrade=websocket；lighttpd：proxy.header = ("upgrade" => "enable")；Varnish：return (pipe)，并在 vcl_pipe 里转发 Upgrade 和 Connection；squid：http_upgrade_request_protocols websocket allow all；Cloudflare：Network → WebSockets；Vite：ws: true。',
  },
  upgradeOnPolls: {
    cause: "代理给每个请求都写上 Upgrade: websocket，服务端把 Socket.IO 的轮询当成了升级请求而拒绝。",
    fix: "nginx 的 location {path}：proxy_set_header Upgrade $http_upgrade; 和 Connection $connection_upgrade;（配同名 map），不要写成常量。或者让客户端只用 transports: ['websocket']。",
  },
  pollTimeout: {
    cause:
      "代理只等 {idleMs:ms}，而 Socket.IO 的轮询会等得更久：直到有新消息，最晚到下一个 ping（pingInterval，默认 25 秒）。",
    fix: "nginx：在 /socket.io/ 的 location 里写 proxy_read_timeout 60s; 或更长；或把 pingInterval 调到比它短。改用 transports: ['websocket'] 就没有轮询了，但同一个超时仍然有效。",
  },
  engineIoRewritten: {
    cause: "后端恰好 1 秒后断开，Socket.IO 对不属于自己的路径就是这样：代理没有把 {path} 原样转发过去。",
    fix: "nginx：写成 proxy_pass http://127.0.0.1:<端口>;（末尾不带斜杠和路径），也不要 rewrite。服务端收到的必须是 {path}（即它的 path 选项）。",
  },
  engineIoPath: {
    cause: "Engine.IO 对没有人接手的升级恰好在 1 秒后销毁：这个路径不是 Socket.IO 的路径。",
    fix: "除非服务端另有设置，路径应为 /socket.io/，而不是 {path}。命名空间不是路径：io('http://主机/命名空间') 会自动请求 /socket.io/。",
  },
  upgradeIgnored: {
    cause: "服务端有升级处理函数，但不理会 {path}。",
    fix: "对不处理的升级要 socket.destroy() 或返回 404，然后修正路径。",
  },
  slowHandshake: {
    cause:
      "服务端接受连接所花的时间比客户端愿意等的长：101 之前的登录或数据库查询太慢（Socket.IO：allowRequest、io.engine.use()；ws：verifyClient、on('upgrade') 里的 await）、进程繁忙，或冷启动。",
    fix: "给校验所查询的服务加上超时，并加快它；或者先接受再校验（Socket.IO：放到 101 之后执行的 io.use() 里；其他：不通过就用 4401 关闭）。在此之前把客户端的握手超时调长（socket.io-client：timeout，默认 20 秒；ws：handshakeTimeout）。",
  },
  acceptsNobody: {
    cause:
      "服务端程序在运行（先前接入的连接还能收到它的数据），但不再从系统的队列里取新连接：文件描述符用完（EMFILE）、它自己的连接上限，或接受连接的循环卡住了。",
    fix: "在服务器上看 ss -ltn（监听端口的 Recv-Q 就是排队的数量），用 ls /proc/<pid>/fd | wc -l 对照 grep files /proc/<pid>/limits，并查看它的日志。调大 LimitNOFILE=（systemd）或 ulimit -n，并查找一直没有关闭的套接字。",
  },
  serverBlocked: { cause: "服务进程卡死，谁都不应答。", fix: "查看 CPU 占用；普通 GET 有应答吗？" },
  requestNotAnswered: {
    cause:
      "服务器的代码收下了请求却没有应答：升级处理函数忽略这个路径，或自己在等别的东西（登录服务、数据库、代理的后端）。",
    fix: "从这一时刻起查看服务器日志；用 curl -i -m 10 请求同一个 URL，看是否同样没有回音。处理函数不接受的请求，用 HTTP 404 应答。",
  },
  pathFiltersUpgrade: {
    cause: "途中的防火墙、IPS 或运营商拦截 WebSocket 升级。",
    fix: "改用 443 端口的 wss://：TLS 里看不到升级请求。换个网络对比。",
  },
  pathMtu: {
    cause: "大数据包过不去，而本该提示的 ICMP 又被过滤（路径 MTU 黑洞）。",
    fix: "ping -M do -s 1472 {to}，逐步减小直到能通：1472 不通而 1400 能通就坐实了。在路由器或 VPN 上：iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu。",
  },
  fieldsLostIn101: {
    cause: "服务端自己拼的 101 漏了字段，或者被代理去掉了。",
    fix: "101 必须带 Upgrade: websocket、Connection: Upgrade 和 Sec-WebSocket-Accept。绕过代理直连，看是谁去掉的；服务端请用成熟的库。",
  },
  brokenServer: {
    cause: "服务端的 WebSocket 实现有误。",
    fix: "改用成熟的库，或按 base64(SHA-1(key + 258EAFA5-E914-47DA-95CA-C5AB0DC85B11)) 计算。",
  },
  proxyBreaks101: {
    cause: "代理改动了 101：{backend} 的应答里客户端要检查的字段一个不少。",
    fix: "nginx：去掉涉及 Sec-WebSocket-Accept、Upgrade 或 Connection 的 proxy_hide_header、add_header，然后 sudo nginx -t && sudo nginx -s reload。其他代理：任何规则都不要动 101 的字段。",
  },
  transformingProxy: {
    cause: "途中的代理或安全软件改写、缓存了应答或帧。",
    fix: "绕过它，或改用 wss:// 让它无法改写。",
  },
  subprotocolMismatch: {
    cause: "两端的子协议对不上。",
    fix: "new WebSocket(url, protocols) 与服务端的 handleProtocols 必须有一个相同；服务端只能从客户端提出的里面选一个。",
  },
  oldClient: { cause: "客户端库太旧。", fix: "请更新；现在的库都发 Sec-WebSocket-Version: 13。" },
  upgradedTwice: {
    cause: "同一个套接字被两个处理函数（或两层代理）升级。",
    fix: "一个 HTTP 服务只挂一个 WebSocket 服务，或用 noServer: true 按路径分发。",
  },
  clientRejected101: {
    cause: "客户端不接受这个 101（子协议、扩展、Accept），或代码立即关闭。",
    fix: "浏览器控制台或客户端日志会写明原因。",
  },
  pageLeft: { cause: "页面被关闭或刷新，或代码主动关闭了 WebSocket。", fix: "如果是有意为之，不用处理。" },
} as const satisfies Record<string, CauseText>;
