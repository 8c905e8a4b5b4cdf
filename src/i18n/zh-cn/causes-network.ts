import type { CauseText } from "../texts.ts";

/** Causes before anyone asks: network, ports, TLS. */
export const causesNetwork = {
  notListening: {
    cause: "服务没有启动，或监听的是别的端口。",
    fix: "在服务器上执行 sudo ss -tlnp | grep :{port}，应能看到监听进程。启动服务，或修正端口（WS_PORT={port}）。",
  },
  boundToLoopback: {
    cause: "服务只监听 127.0.0.1，其他机器连不上。",
    fix: "sudo ss -tlnp | grep :{port} 显示的是 127.0.0.1:{port} 吗？改为监听 0.0.0.0（或 ::），例如加 --host 0.0.0.0。",
  },
  localhostUrl: {
    cause: "页面连的是 localhost，也就是浏览器所在的机器，而不是设备[[；{port} 端口由 {device} 提供]]。",
    fix: "把设备地址写进前端：VITE_WS_URL=ws://<设备IP>:{port}/，然后重新构建。设备上用 hostname -I 查看地址。",
  },
  oneFamilyBound: {
    cause: "服务只监听了 IPv4 或 IPv6 其中一种，而主机名两种地址都有。",
    fix: "监听 ::（同时支持两种），或在 URL 里直接写地址[[：{other} 可用]]。",
  },
  wrongPort: { cause: "客户端的端口填错了。", fix: "对照客户端 URL 里的端口 {port} 与服务器上 sudo ss -tlnp 的结果。" },
  rejectRuleBetween: {
    cause: "客户端与服务器之间的 {sender} 有防火墙规则在拒绝。",
    fix: "检查 {sender}（路由器、防火墙、VPN 网关）的规则，放行 TCP 端口 {port}；不归你管就找它的管理员。",
  },
  rejectsUnasked: {
    cause: "是 {sender} 自己拒绝发往 {server} 的数据包：那里有防火墙规则，或者路由被标记为不可达。",
    fix: "在 {sender} 上执行 ip route get {server}，并查看防火墙规则（sudo nft list ruleset、sudo iptables-save）。",
  },
  refusesOneWay: {
    cause:
      "是 {sender} 自己不让这个方向的数据通过：那里有防火墙规则，或缺少路由。{to:word}还在运行，它的数据包一直能到达。",
    fix: "在 {sender} 上看 sudo nft list ruleset 或 sudo iptables -S（有没有 reject 规则），以及 ip route get {server}。不归你管就找它的管理员。",
  },
  rejectRule: {
    cause: "防火墙规则拒绝了这个端口。",
    fix: "在服务器上先 sudo ufw status，再 sudo ufw allow {port}/tcp。云主机还要检查安全组。",
  },
  serverStopped: {
    cause:
      "原来监听 {port} 端口的服务停了：{server} 在本次抓包中此前接受过连接。它被正常停掉、被杀、崩溃，或正在重启。",
    fix: "在服务器上看这一时刻的 pm2 logs、journalctl -u <服务>、dmesg（内存不足）。让客户端以递增的随机延迟重连。",
  },
  serverStartedLater: {
    cause: "当时服务还没起来：稍后同一地址就接受了连接。",
    fix: "如果只是刚启动，不用处理。建议先启动服务，并让客户端按递增间隔重连。",
  },
  recoveredBySelf: {
    cause: "问题自行消失：同一客户端再次请求就成功了（刷新了 token、服务或后端刚启动、限流已过）。",
    fix: "如果本来就是这样设计的，不用处理。否则可以省去用户的等待：在 token 过期之前刷新，新服务就绪之后再接流量。",
  },
  dropRule: {
    cause: "防火墙静默丢弃（ufw deny、安全组、DROP 规则）。",
    fix: "在服务器上执行 sudo ufw allow {port}/tcp（用 sudo ufw status 查看）。云主机请在安全组放行 TCP {port}。",
  },
  synFlood: {
    cause: "SYN 洪泛或端口扫描：几秒内至少开始了 {count} 条连接，没有一条完成握手。来源地址可能是伪造的。",
    fix: "在服务器上看 nstat -az TcpExtTCPReqQFullDoCookies TcpExtSyncookiesSent；sysctl net.ipv4.tcp_syncookies 应为 1。在防火墙上限制新建连接的速率，并查明是谁在发。",
  },
  outOfDescriptors: {
    cause: "服务进程的文件描述符用完了（EMFILE、ulimit -n）：连接接进来，没读就关掉，已经打开的连接照常工作。",
    fix: "在服务器上对比 ls /proc/<pid>/fd | wc -l 和 grep files /proc/<pid>/limits。调大 LimitNOFILE=（systemd）或 ulimit -n，并查有没有一直不关的套接字。",
  },
  forwarderAlone: {
    cause:
      "监听 {port} 端口的只是一个转发程序（docker-proxy、ssh -L、kubectl port-forward、TCP 模式的代理），它后面的程序没有监听。",
    fix: "sudo ss -tlnp | grep :{port} 可以看到是谁在监听。容器里的程序要监听 0.0.0.0，并且是映射出来的那个端口。",
  },
  backlogFull: {
    cause: "新连接队列满了：服务进程卡住或过载，不再接受任何连接；也可能正在重启。",
    fix: "在服务器上执行 ss -ltn | grep :{port}：Recv-Q 超过 Send-Q（上限）就是队列满了；nstat -az TcpExtListenOverflows TcpExtListenDrops 统计因此丢弃的连接。让不再 accept 的进程恢复，或重启它；如果只是突发把队列占满，就调大 backlog 和 net.core.somaxconn。",
  },
  wrongAddress: {
    cause: "地址不是（或不再是）服务器的地址：连错了网卡，或 DHCP 换了地址。",
    fix: "服务器上 hostname -I 应包含 {server}。在客户端执行 ping {server} 和 nc -vz {server} {port}。",
  },
  hostDown: {
    cause: "主机没开机、休眠了，或没接入网络。",
    fix: "[[在{from:word}]]执行 ping {server}。同一网段内 ip neigh show {server} 显示 FAILED，说明没有主机使用这个地址。",
  },
  routingLoop: {
    cause: "发往 {server} 的数据包在路由器之间打转，直到跳数用尽；{sender} 丢弃了它们并回报。",
    fix: "traceroute -n {server} 能看到是哪几台路由器来回转。检查这个时间变动过的路由：VPN 或链路断开后，默认路由可能指了回去。",
  },
  noRoute: {
    cause: "没有到 {server} 所在网段的路由：VPN 或网卡断开。",
    fix: "[[在{from:word}]]执行 ip route get {server}，看数据包从哪里走。",
  },
  carrierBlocks: {
    cause: "运营商、VPN 或公司网络拦截了 {port} 端口。",
    fix: "换一个网络再试。如果换网后正常，就改用 443 端口，前面加反向代理（wss://）。",
  },
  returnPath: {
    cause: "服务器的应答走了另一条路，半路丢失（路由不对称、NAT、VPN）。",
    fix: "在服务器上执行 ip route get {client}；同时在客户端抓包，看 SYN-ACK 到没到。",
  },
  serverStoodStill: {
    cause:
      "服务端的程序停住了：{count} 个不同时刻的请求在同一刻才得到回答（死循环、垃圾回收、同步调用、停在调试器里）。其间连接是由它的系统接受的。",
    fix: "查看那一刻之前服务端的 CPU 占用。Node：--cpu-prof、monitorEventLoopDelay()；耗时的计算移到 worker 里。",
  },
  impatientDial: {
    cause:
      "链路很慢，一个来回要 {afterMs:ms}，而客户端等连接的时间比这还短（ws：handshakeTimeout；socket.io-client：timeout；OkHttp：connectTimeout）。",
    fix: "客户端的连接超时要容得下好几个来回：TCP 一个，TLS 一到两个，升级再一个。再查链路为什么慢（移动信号、上行占满、VPN）。",
  },
  clientFirewall: {
    cause: "客户端的防火墙丢弃了应答。",
    fix: "检查客户端防火墙；在客户端抓包即可看到 SYN-ACK 是否到达。",
  },
  severalInterfaces: {
    cause: "服务器有多块网卡，应答从错误的网卡发出。",
    fix: "在 {server} 上查看 ip route 和 sysctl net.ipv4.conf.all.rp_filter（2 为宽松，1 会丢弃这类数据包）。",
  },
  portProbe: {
    cause: "端口探测或健康检查（nc -vz、负载均衡），不是真正的客户端。",
    fix: "无害。如果确实是客户端，请查它为什么没发请求就断开。",
  },
  spareConnection: { cause: "浏览器预先开的备用连接。", fix: "无害，不用处理。" },
  requestLost: { cause: "客户端卡住没发出请求，或请求在到达抓包点之前丢失。", fix: "同时在客户端抓包，对比两边。" },
  useWs: {
    cause: "URL 写的是 wss://（或 https://），而这个端口只支持明文 ws://。",
    fix: "改用 ws://…:{port}，或改用提供 TLS 的端口（通常是 443）。https:// 页面里浏览器只允许 wss://，需要在前面加 TLS 代理。",
  },
  missingTls: {
    cause: "这个端口本该提供 TLS，但没有配置。",
    fix: "nginx：listen {port} ssl; 并配置 ssl_certificate 和 ssl_certificate_key。Node：https.createServer({ key, cert })。",
  },
  useWss: {
    cause: "URL 写的是 ws://（或 http://），而这个端口要求 TLS。",
    fix: "改用 wss://…:{port}。如果地址由页面拼出：location.protocol === 'https:' ? 'wss:' : 'ws:'。",
  },
  proxySpeaksPlain: {
    cause: "代理用明文 HTTP 去连要求 TLS 的端口：proxy_pass 写成了 http://，应为 https://。",
    fix: "nginx：proxy_pass https://{backend}; 并加 proxy_ssl_server_name on;（HAProxy：server 行加 ssl verify none；Apache：SSLProxyEngine on，ProxyPass 用 wss://）。或者让后端改用明文 HTTP。",
  },
  proxySpeaksTls: {
    cause: "代理用 TLS 去连明文 HTTP 的端口：proxy_pass 写成了 https://，应为 http://。",
    fix: "nginx：proxy_pass http://{backend};（HAProxy：server 行去掉 ssl；Apache：ProxyPass 用 ws://），然后 sudo nginx -t && sudo nginx -s reload。",
  },
  proxyScheme: {
    cause: "代理连后端时协议写错：用 http:// 连了 TLS 端口，或用 https:// 连了明文端口。",
    fix: "要分清是哪一种，{front:scheme}。改 {front:address} 里的协议；在代理后面抓包即可看到：sudo tcpdump -i any。",
  },
  proxyTlsFailed: {
    cause:
      "{front:name} 自己说了：它和后端的 TLS 握手失败。要么是用 wss:// 或 https:// 连了明文 HTTP 端口，要么是不接受后端的证书。",
    fix: "后端是明文：{front:address} 里写 ws:// 或 http://。后端是 TLS：错误日志会写明证书有什么问题（Apache：SSLProxyCACertificateFile、SSLProxyCheckPeerName）。然后：{front:apply}",
  },
  http2WithoutTls: {
    cause: "{port} 端口设成了不带 TLS 的 HTTP/2，不再认 HTTP/1.1。",
    fix: "nginx：把“listen {port} http2”里的 http2 去掉，它只该用在带 ssl 的 listen 上。然后 sudo nginx -t && sudo nginx -s reload",
  },
  offersHttp2: {
    cause: "客户端提供了 h2，而它的 WebSocket 库只会 HTTP/1.1。",
    fix: "让客户端只提供 http/1.1：Node 用 ALPNProtocols: ['http/1.1']，Python 用 context.set_alpn_protocols(['http/1.1'])，Go 用 NextProtos: []string{\"http/1.1\"}；或在这个监听端口上关闭 HTTP/2。",
  },
  otherService: {
    cause: "{port} 端口属于别的服务。",
    fix: "在服务器上用 sudo ss -tlnp | grep :{port} 查看是哪个程序，然后修正客户端 URL 或服务端配置里的端口。",
  },
  certificateNotTrusted: {
    cause: "客户端不信任服务器证书：自签名、已过期，或证书不包含 {name}。",
    fix: "openssl s_client -connect {server} -servername {name} 可查看证书链、有效期和域名。WebSocket 不会弹出“继续访问”，请先打开一次 https:// 页面，或安装 CA 证书。",
  },
  clientCertificate: {
    cause: "{server} 要求客户端证书（双向 TLS），客户端没有给，或给的不受信任。",
    fix: "给客户端配上证书和私钥（浏览器：导入；Node：cert、key），或让服务器不再要求：nginx ssl_verify_client off;，Node requestCert: false。",
  },
  clientCertificateMissing: {
    cause: "{server} 要求客户端证书（双向 TLS），而客户端没有给。",
    fix: "给客户端配上证书和私钥（浏览器：导入；Node：cert、key；Python：load_cert_chain），或让服务器不再要求：nginx ssl_verify_client off;，Node requestCert: false。",
  },
  clientCertificateRefused: {
    cause: "{server} 不接受客户端给的证书：不是它信任的 CA 签的、已过期或已吊销。",
    fix: "核对：openssl verify -CAfile <服务器用来验证客户端的 CA> client.pem。服务器在这里指定 CA：nginx ssl_client_certificate，HAProxy ca-file，Node ca。",
  },
  tlsNotAnswered: {
    cause: "服务进程卡死，或监听 {port} 端口的程序等的不是 TLS。",
    fix: "在服务器上用 sudo ss -tlnp | grep :{port} 查看是哪个程序，看它的 CPU 占用和日志。在服务器本机执行 openssl s_client -connect 127.0.0.1:{port} 有应答吗？",
  },
  helloFiltered: {
    cause: "途中的防火墙或过滤设备吞掉了 TLS ClientHello[[，例如因为域名 {name}]]。",
    fix: "换一个网络（例如手机热点）对比。在当前网络执行 openssl s_client -connect {server}，分别带和不带 -servername，就能看出是不是因为域名。",
  },
  tlsVersions: {
    cause: "两端没有共同支持的 TLS 版本或加密套件。",
    fix: "nginx：ssl_protocols TLSv1.2 TLSv1.3; 老设备可能需要更新 TLS 库。",
  },
  serverNameUnknown: {
    cause: "服务器没有 {name} 的证书。",
    fix: "修正 URL 里的主机名，或把它加进 server_name 和证书。",
  },
  alpnMismatch: {
    cause: "服务器不支持客户端在 ALPN 里提出的任何应用协议：多半只开了 HTTP/2，而 WebSocket 需要 http/1.1。",
    fix: "让服务器除 h2 外也提供 http/1.1：Node 用 http2.createSecureServer({ allowHTTP1: true })，Envoy 设置 alpn_protocols: h2, http/1.1；nginx 默认就有。",
  },
} as const satisfies Record<string, CauseText>;
