import type { CauseText } from "../texts.ts";

/** Why an open connection ended, or lets nothing through any more: timers, FIN, RST, the path. */
export const causesEnding = {
  timerFits: {
    cause: "{timer}：空闲 {seconds} 秒就断开。",
    fix: "每 {pingSeconds} 秒（或更短）发一次 ping，或调大定时器：{setting}",
  },
  lifetimeFits: {
    cause: "{timer}：{seconds} 秒后断开，不管有没有数据。",
    fix: "调大（{setting}），并让客户端自动重连：有时长上限的连接迟早会断。",
  },
  connectHandlerThrew: {
    cause:
      "服务器进程在让客户端进入 {namespace} 后 {afterMs:ms}就结束了，之后端口拒绝连接：连接处理函数里没人捕获的异常会让整个进程退出（NestJS 里，在 handleConnection 中抛出 WsException 也一样）。",
    fix: "服务器这一时刻的日志里有这个异常。在 handleConnection 里捕获所有异常并调用 client.disconnect()；最好改在中间件里拒绝（server.use((socket, next) => next(new Error(…)))，NestJS 写在 afterInit 里），客户端就能在 connect_error 里看到原因。",
  },
  connectCrashed: {
    cause:
      "服务器进程在客户端请求进入 {namespace} 后 {afterMs:ms}就结束了，之后端口拒绝连接：中间件或连接处理函数里没人捕获的异常会让整个进程退出（NestJS 里，handleConnection 抛出的任何异常都一样）。",
    fix: "服务器这一时刻的日志里有这个异常。在 handleConnection 里捕获所有异常并调用 client.disconnect()；最好改在中间件里拒绝（server.use((socket, next) => next(new Error(…)))，NestJS 写在 afterInit 里），客户端就能在 connect_error 里看到原因。",
  },
  failedOnMessage: {
    cause:
      "{to:word}程序在处理刚收到的消息时出错：收到后 {afterMs:ms}连接就结束了（消息处理函数抛出异常，或进程崩溃）。",
    fix: "查看{to:word}这一时刻的日志，以及{from:word}的最后一条消息。在处理函数里捕获异常，用 1011 加原因关闭，让{from:word}知道为什么。",
  },
  halfClosed: {
    cause:
      "{from:word}只关闭了发送方向（end()、shutdown(SHUT_WR)）：它还在接收，并确认了 FIN 之后到达的数据，可见程序还在运行。",
    fix: "WebSocket 没有半关闭：结束时应发 Close 帧，等{to:word}的 Close 到了再关套接字。很多服务器和代理会把这种 FIN 当作连接结束。",
  },
  serverTerminated: {
    cause: "服务端代码没有关闭 WebSocket 就丢掉了连接（ws.terminate()、socket.destroy()，或代理的定时器）。",
    fix: "在服务端代码里搜索 terminate() 和 destroy()；改用 close(code, reason) 让客户端知道原因。再看这一时刻的日志。",
  },
  serverDied: {
    cause: "服务进程被杀、崩溃或重新部署：系统会替它发 FIN。",
    fix: "查看这一时刻的 journalctl、pm2 logs 或 dmesg（内存不足）。收到 SIGTERM 时应先向所有客户端发 Close 1001 或 1012。",
  },
  clientKilled: {
    cause: "客户端进程被杀、崩溃，或标签页被浏览器回收：系统会替它发 FIN。",
    fix: "查看客户端：崩溃报告、内存、标签页回收、应用切到后台。",
  },
  clientTerminated: {
    cause: "客户端代码没有关闭 WebSocket 就丢掉了连接（terminate()、destroy()）。",
    fix: "改用 close(code, reason)，让服务端知道原因。",
  },
  clientLifetimeTimer: {
    cause:
      "客户端自己有一个 {timerMs:ms}的定时器：它先后断开了到这台服务器的 {count} 条连接，都是在打开之后过了这么久，每次又重新连上（看门狗、它所用库的超时，或者占着它地址的代理）。",
    fix: "在客户端的代码和配置里找这个数字：本该停掉定时器的是什么，为什么没有来？断开时用 close(code, reason)，让服务端知道原因。",
  },
  clientSilenceTimer: {
    cause:
      "客户端自己有一个 {timerMs:ms}的定时器：它先后断开了到这台服务器的 {count} 条连接，都是在最后一次收到服务端数据之后过了这么久，每次又重新连上（看门狗、接收超时，或者占着它地址的代理）。",
    fix: "让服务端发数据的间隔小于这个时间，或者把客户端的定时器调长：在客户端的代码和配置里找这个数字。",
  },
  readDeadline: {
    cause:
      "{to:word}的读取期限，{timerMs:ms}：这么久没有收到{from:word}的任何数据，而{to:word}自己发送的数据不会推迟这个期限（Go：SetReadDeadline；或代码里的接收超时、看门狗）。",
    fix: "让{from:word}至少每 {pingSeconds} 秒发送一次数据；或者让{to:word}发送 ping，并在每次收到 pong 时重设期限（gorilla/websocket：SetPongHandler）。",
  },
  backpressure: {
    cause: "发送缓冲区满了：对端已停止读取。",
    fix: "查看 bufferedAmount 和零窗口；限制发给慢客户端的数据量。",
  },
  writeTimer: {
    cause: "写超时：这么久都没能把数据发给{to:word}。",
    fix: "nginx：send_timeout（对客户端）、proxy_send_timeout（对后端）；HAProxy：timeout client、timeout server。只有想熬过这种停顿时才调大。",
  },
  unknownIdleTimer: {
    cause: "某个 {idleMs:ms}的定时器，不在已知列表里。",
    fix: "在两端的程序和中间的代理、负载均衡配置里找这个数字；用 --timer 名称=秒数 告诉 wscap。",
  },
  pathDied: { cause: "两端之间的链路断了，或一端断电。", fix: "两端同时抓包；带 pong 超时的心跳几秒内就能发现。" },
  programEnded: {
    cause:
      "{from:word}的程序结束了（被杀、崩溃、升级），又重新启动。主机并没有重启：新连接的 TCP 时间戳与旧连接的精确衔接。",
    fix: "查看那一刻程序自己的日志、守护它的工具（systemd、pm2、应用商店的更新）以及 dmesg（内存不足）。",
  },
  pathInterrupted: {
    cause: "两端之间的链路中断或停滞了[[ {idleMs:ms}]]（移动网络、Wi-Fi 漫游、VPN、网线）。",
    fix: "查看那段时间的信号、漫游和模块日志。让客户端立即重连并续传；心跳超时只要比这种停顿长，连接就能保住。",
  },
  sourcePaused: {
    cause: "{from:word}当时没有数据可发：数据来源（队列、数据库、传感器、其他服务）停顿了。",
    fix: "对照{from:word}和数据来源在那段时间的日志。如果本来就会有空闲时段，那就没有问题。",
  },
  nginxReadTimeout: {
    cause: "nginx 的 proxy_read_timeout，这里是 {idleMs:ms}：WebSocket 上这么久没有数据，它就断开。",
    fix: "至少每 {pingSeconds} 秒发一个 ping；或者在 location 里写 proxy_read_timeout 3600s; proxy_send_timeout 3600s;，然后 sudo nginx -t && sudo nginx -s reload。",
  },
  haproxyTunnelTimeout: {
    cause:
      "HAProxy 的 timeout tunnel（没配时用 timeout client 或 timeout server），这里是 {idleMs:ms}：给客户端发 FIN、给后端发 RST 正是它的做法。",
    fix: "至少每 {pingSeconds} 秒发一个 ping；或者在 defaults 或 backend 段里写 timeout tunnel 1h，然后 sudo systemctl reload haproxy。",
  },
  proxyIdleTimer: {
    cause: "代理的空闲超时，这里是 {idleMs:ms}。",
    fix: "至少每 {pingSeconds} 秒发一个 ping；或者调大代理的超时：{front:timer}。",
  },
  clientBehindLeft: {
    cause: "代理前面真正的客户端没发 Close 帧就走了，代理跟着断开。",
    fix: "在代理的客户端一侧同时抓包，或看代理的 access log：里面有连接存活了多久、是谁断的。",
  },
  clientBehindSilent: {
    cause: "这条连接的客户端是代理，Close 帧它只是转发：真正的客户端没有回应，因为它已经不在了，或者通往它的链路断了。",
    fix: "服务器和代理都不用为此修改。在代理的客户端一侧同时抓包，看客户端怎么了；有心跳的话几秒内就能发现。",
  },
  proxyRestarted: {
    cause: "代理重启、重新加载配置或被杀掉，它的连接也就跟着断了。",
    fix: "看那一刻代理的日志和 journalctl。{front:reload}客户端要会重连，并加随机延迟。",
  },
  proxyLifetime: {
    cause: "代理限制了连接的最长存活时间，不管忙不忙。",
    fix: "和其他连接的存活时间比一比：如果都是同一个整数，就是它。调大上限，并让客户端自动重连。",
  },
  backendLost: {
    cause:
      "服务器前面的 {proxy} 和后端的连接断了，之后也没能重新连上：要么后端进程被杀、崩溃或重新部署，要么两者之间有东西（防火墙、网络）把它们隔开了。",
    fix: "先看后端还在不在运行：这一时刻的 journalctl、pm2 logs 或 dmesg（内存不足）。如果还在，查两者之间的防火墙：在代理主机上 nc -vz <后端> <端口>。",
  },
  proxyOrBehind: {
    cause: "服务器前面是 {proxy}：要么是它结束了连接（重载、重启、定时器），要么是它后面的后端断开，它只是照样转达。",
    fix: "在代理主机上 sudo tcpdump -i any，把两侧抓在一个文件里：先出现 FIN 的那一侧就是源头；后端主动断开时，代理的错误日志会写。",
  },
  backendMarkedDown: {
    cause:
      "代理认为后端已经不可用：就在此前有 {count} 次连接后端失败。它会因此断开正在使用的连接（HAProxy 的 on-marked-down shutdown-sessions）。",
    fix: "查清后端为什么不再接受新连接（防火墙、队列满、重启）；已经打开的连接当时其实还是正常的。",
  },
  answeredBetween: {
    cause: "拒绝连接的不是服务器，而是两个抓包点之间的防火墙；SYN 根本没有到达服务器。",
    fix: "检查中间的路由器、VPN 网关或无线 AP 上的 REJECT 规则；在各台设备上运行 nft list ruleset（或 iptables -S）。",
  },
  lostBetween: {
    cause: "两个抓包点之间的链路丢了数据：一份抓包里看到它发出，另一份里始终没到。",
    fix: "在中间各跳（路由器、VPN、无线 AP、虚拟机宿主）上抓包，找出丢包的那一跳；两端的程序都没有错。",
  },
  lostOneWay: {
    cause: "两个抓包点之间的链路丢了{from:word}发出的数据：那边发出了，{to:word}这边始终没收到。另一个方向什么也没丢。",
    fix: "在中间各跳（路由器、VPN、无线 AP、虚拟机宿主）上盯着这个方向抓包，找出丢包的那一跳；两端的程序都没有错。",
  },
  connectionUnknown: {
    cause:
      "{to:word}的数据包到达时，{from:word}的系统里已经没有这条连接：它在那边悄悄结束了。可能是进程没了、主机重启了，或者有一个不在这份抓包里的 RST 先到了那边。",
    fix: "在{from:word}上同时抓包：如果那边收到了{to:word}从没发过的 RST，就是途中伪造的；否则去查它的进程为什么结束。",
  },
  closedWithUnread: {
    cause: "{from:word}关闭套接字时还有没读完的数据：系统会发 RST 而不是 FIN。",
    fix: "典型场景是进程不再读取就退出或销毁套接字。先读完，或先关闭 WebSocket。",
  },
  abortiveClose: {
    cause: "{from:word}的代码有意重置连接（resetAndDestroy()、SO_LINGER 0），或管理员断开了它（ss -K）。",
    fix: "在{from:word}代码里搜索 resetAndDestroy() 和 SO_LINGER，改用 close(code, reason)。",
  },
  processCrashed: {
    cause: "{from:word}的进程被杀、崩溃或重启（部署）：还有数据没读时，系统会发 RST。",
    fix: "查看这一时刻的日志和 dmesg；收到 SIGTERM 时应先发 Close。",
  },
  middleboxReset: {
    cause: "途中的防火墙或代理重置了连接。",
    fix: "两端同时抓包：一端收到而另一端从未发出的 RST，就是中间设备发的。",
  },
  closedSocketWritten: { cause: "数据包到达了一个已经关闭的套接字。", fix: "这里不用处理：要查谁先关闭的、为什么。" },
  rejectsBetween: {
    cause:
      "途中的防火墙（路由器、VPN 网关、安全设备）从这一刻起拒绝 {port} 端口：新加或重新加载了规则，或者丢了连接表、把不认识的数据包一律拒绝。",
    fix: "在途中设备上看 nft list ruleset 或 iptables -S（有没有 reject with tcp reset，前面是否有 ct state established accept），以及这一时刻的日志。在一台设备的两侧抓包，可以看出 RST 是不是从它那里开始的。",
  },
  rejectsAtHost: {
    cause: "{from:word}本机的防火墙从这一刻起拒绝 {port} 端口：新加或重新加载了规则。",
    fix: "在{from:word}上看 sudo nft list ruleset 或 sudo iptables -S（有没有 reject with tcp reset；ufw、firewalld 会写这样的规则），并查这一刻是谁改的。在它前面加一条 ct state established,related accept，已建立的连接就不受影响。",
  },
  natForgot: {
    cause:
      "NAT 路由器、VPN 网关或负载均衡丢了连接表（重启、清空、溢出）：发往{from:word}的数据包到它那里就停了，由它的系统回了 RST。",
    fix: "查看该设备这一时刻的日志和运行时间；conntrack -C 与 nf_conntrack_max 对比。客户端需要会重连。",
  },
  natRebound: {
    cause:
      "客户端途中的 NAT（路由器、VPN 网关、移动运营商、CGNAT）丢了或换了映射：它给这条还开着的连接换了端口或地址，服务端不认识这些数据包。",
    fix: "查看该设备的日志、运行时间、是否换了线路（公网地址变化、链路切换）以及 TCP 映射超时。服务端修不好这个：客户端要会重连；如果是映射过期，每 20～30 秒一次 ping 可以保住它。",
  },
  addressTaken: {
    cause:
      "另一台主机占用了{from:word}的地址：地址冲突，或虚拟地址切换（keepalived、VRRP、主备切换）。它对这条连接一无所知。",
    fix: "对比前后的 arp -n 或 ip neigh；在 Wireshark 里比较 RST 与其他数据包的 eth.src。查地址冲突：arping -D -I eth0 <地址>。主备切换后客户端需要重连。",
  },
  boxBetween: {
    cause: "两个抓包点之间的设备伪造的：防火墙、IPS、运营商或审查设备。",
    fix: "[[用 443 端口的 wss:// 代替 {port} 端口的 ws://。]]找管这段网络的人查：到达时 TTL 为 {hops} 的那台设备就是它。",
  },
  injectingBox: {
    cause: "途中的防火墙、IPS、运营商或审查设备伪造了它。",
    fix: "[[用 443 端口的 wss:// 代替 {port} 端口的 ws://。]]换网络对比；两端同时抓包即可证实。",
  },
  nameFilter: {
    cause:
      "途中设备（防火墙、公司或运营商的过滤、审查设备）读到 TLS ClientHello 里明文传送的域名 {name}（SNI），不允许的就掐断。",
    fix: "在同一网络执行 openssl s_client -connect {server} -servername {name}，再换一个域名试一次。只有 {name} 被掐断时，请网络管理方放行，并换一个网络（例如手机热点）对比。",
  },
  proxyInPath: { cause: "透明代理或 VPN 代替该主机应答。", fix: "对比 SYN-ACK 与后面数据包的 TTL。" },
  strayReset: { cause: "迟到的或伪造的 RST。", fix: "连接仍然正常，不用处理。" },
  pathStateLost: {
    cause:
      "途中的有状态设备（防火墙、NAT、VPN 网关、负载均衡）丢了连接表或重新加载了规则，不认识的数据包一律丢弃；新连接会得到新的表项。",
    fix: "查看该设备这一时刻的日志和运行时间（主备切换、重启、conntrack -F、清空式重载），并对比 conntrack -C 与 nf_conntrack_max。把 drop 换成 reject with tcp reset，两端马上就能知道；否则只能靠带超时的心跳和会重连的客户端。",
  },
  rebootedSilently: {
    cause:
      "{to:word}重启过或丢了套接字，对不认识的数据包又不作回应：RST 被它自己的防火墙吞掉了（Windows 的隐身模式就是这样）。",
    fix: "对比{to:word}的开机时间。带超时的心跳可以结束这样的连接。",
  },
  stateForgotten: {
    cause: "NAT、负载均衡或防火墙忘了这条空闲连接。",
    fix: "至少每 {pingSeconds} 秒发一次 ping，让连接不显得空闲；或调大该设备的空闲超时。",
  },
  hostRebooted: {
    cause: "对端主机重启过（断电、看门狗、升级、崩溃），不认识这条连接。",
    fix: "在对端执行 uptime 和 last reboot；journalctl -b -1 能看到上一次是怎么结束的。客户端要能自动重连。",
  },
  portReused: {
    cause: "途中的 NAT 忘了旧连接，把同一个端口分给了新的连接：后面的主机可能已经不是原来那台。",
    fix: "用心跳保住 NAT 表项，一般每 30 秒一次即可。",
  },
  peerVanished: {
    cause: "{to:word}断网、断电或休眠了。",
    fix: "检查{to:word}：Wi-Fi 或移动信号、休眠、网线。带 pong 超时的心跳几秒内就能发现；客户端要能自动重连。",
  },
  clientMoved: {
    cause:
      "客户端换了地址，改从 {client} 继续（Wi-Fi 切到移动网络、VPN 开关、重新获取地址）：TCP 连接绑定在建立时的地址上，地址一换就断了，两端都收不到通知。",
    fix: "这种连接保不住。让客户端尽快发现（带超时的心跳、浏览器的 online 事件），重连并恢复会话；服务端靠自己的心跳清理旧连接。",
  },
  otherDirection: {
    cause: "断开的原因在这份抓包缺少的数据包里。",
    fix: "抓两个方向（镜像口要包含收和发，过滤条件不要只写一个地址），或者直接在{to:word}上抓。",
  },
  dropsOneWay: {
    cause: "防火墙或 NAT 只丢弃发往{to:word}的数据包，放行另一个方向；规则也可能就在{to:word}本机。",
    fix: "在{to:word}上看 sudo nft list ruleset 或 iptables -S（端口 {port} 的规则是否缺少 ct state established accept？），再看途中设备的 conntrack -L。在一台设备的两侧抓包，可以看出包是不是丢在它那里。",
  },
  firewallState: {
    cause: "途中的防火墙开始丢弃这条连接的数据包。",
    fix: "两端同时抓包；在防火墙上执行 conntrack -L。",
  },
} as const satisfies Record<string, CauseText>;
