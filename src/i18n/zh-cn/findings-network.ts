import type { SomeFindings } from "../texts.ts";

/** From the SYN to the request. */
export const findingsNetwork = {
  "dns.failed": {
    noSuchName: {
      title: "域名 {name} 不存在：客户端连服务器地址都查不到",
      detail: "{client} 向 {server} 查询，得到 NXDOMAIN（代码 {code}），之后没有尝试连接。",
    },
    serverFailed: {
      title: "DNS 服务器 {server} 无法解析 {name}（代码 {code}）",
      detail: "{client} 得到的是错误而不是地址，之后没有尝试连接。",
    },
    unanswered: {
      title: "DNS 服务器 {server} 没有回应：{name} 无法解析",
      detail: "{client} 查询了 {repeats} 次，都没有得到应答。没有地址就无从连接。",
    },
  },
  "arp.unanswered": {
    plain: {
      title: "网络里没有主机使用地址 {target}：{requests} 个 ARP 请求无人应答",
      detail: "{sender} 要给 {target} 发数据，询问谁在用这个地址。设备没开机、在别的网段，或已换了地址。",
    },
    client: {
      title: "客户端 {target} 在网络里不再应答：{requests} 个 ARP 请求无人应答",
      detail:
        "{sender} 要给 {target} 发数据，询问它的硬件地址；此前收到过 {target} 的数据包。客户端关机、休眠或断网了，换了地址，或者链路什么都传不过去。",
    },
  },
  "tcp.open.refused": {
    host: {
      title: "{server} 拒绝连接：{port} 端口多半没有程序在监听",
      detail:
        "SYN [[在 {answerMs:ms}后]]收到 RST：除非是防火墙代答，否则主机可达，只是端口没开。程序报 ECONNREFUSED，浏览器报 ERR_CONNECTION_REFUSED，关闭码 1006。",
    },
    ofProxy: {
      title: "{server} 拒绝了代理的连接：{port} 端口多半没有程序在监听",
      detail:
        "客户端在等待时，代理（{client}）去连它的后端[[，{answerMs:ms}后收到 RST]]。除非是防火墙代答，否则后端主机可达，只是端口没开。多数代理这时回给客户端 502 或 503，有的只是断开；浏览器里都是 1006。",
    },
    middlebox: {
      title: "连接 {server} 被拒，但拒绝的不是服务器本身，而是途中的防火墙",
      detail:
        "RST 到达时的 TTL 为 {hops}，而该主机其他数据包的 TTL 为 {usualHops}，可见它由途中设备代发，常见于 REJECT 规则。",
    },
    sameRule: {
      title: "{server} 拒绝连接：切断已有连接的那个防火墙，新连接也一并拒绝",
      detail:
        "SYN [[在 {answerMs:ms}后]]收到 RST，它的 TTL 与之前切断已有连接的 RST 相同，而当时服务器自己还在继续发送。所以这个 RST 并不说明 {port} 端口没有程序在监听。",
    },
    loopback: {
      title: "{server} 拒绝连接：本机 {port} 端口没有程序在监听",
      detail:
        "客户端连的是自己这台机器（回环地址）[[，{answerMs:ms}后收到 RST]]。浏览器里的 localhost 指运行浏览器的机器，而不是提供页面的设备。",
    },
    loopbackOfProxy: {
      title: "{server} 拒绝了代理的连接：代理所在的机器上，{port} 端口没有程序在监听",
      detail:
        "客户端在等待时，代理去连本机（回环地址）上的后端[[，{answerMs:ms}后收到 RST]]。多数代理这时回给客户端 502 或 503，有的只是断开；浏览器里都是 1006。代理在容器里时，回环地址指的是容器自己。",
    },
    otherBackend: {
      title: "{server} 拒绝，代理转而连上了 {other}：有一台后端停了",
      detail: "代理的后端有一台没有运行。客户端由另一台服务，只是慢一点；那一台再出问题就没有后端可用了。",
    },
    triedAgain: {
      title: "{server} 拒绝了代理，代理再试同一台，{waitedMs:ms}后连上了",
      detail: "这段时间里那里没有程序监听。代理让客户端等着，又试了同一台服务器；客户端得到了服务，只是晚了一点。",
    },
    otherFamily: {
      title: "{server} 拒绝，{other} 接受：服务只监听了一种地址族",
      detail: "这个主机名同时有 IPv4 和 IPv6 地址，而服务只监听其中一种。客户端两个都试了，所以最终还是连上了。",
    },
  },
  "tcp.open.unanswered": {
    silent: {
      title: "{server} 毫无回应：{waitedMs:ms}内发出 {attempts} 个 SYN，没有收到任何回包",
      detail:
        "既没有 SYN-ACK，也没有 RST 或 ICMP：要么数据包在途中被丢弃，要么这个地址上没有主机。Linux 会一直重试约 127 秒，浏览器放弃得更早；在此之前页面只能干等。",
    },
    lone: {
      title: "抓包里只有一个发往 {server} 的 SYN，没有它的回应",
      detail:
        "SYN 没有回应时 1 秒后会重发，而这一个在{waitedMs:ms}内没有重发。所以要么是抓包缺了它的回应（被拒绝时看起来也是这样），要么是客户端马上就放弃了。没有迹象表明数据包在途中被丢弃。",
    },
    portOnly: {
      title: "{server} 的 {port} 端口不回包，而同一主机的其他端口正常：被防火墙丢弃了",
      detail:
        "{waitedMs:ms}内向该端口发出 {attempts} 个 SYN 均无回应，但抓包中同一地址的其他端口有应答。端口若只是没开会回 RST，不回包说明有规则在静默丢弃。",
    },
    sometimes: {
      title: "{server} 这一次没有回应：{waitedMs:ms}内发出 {attempts} 个 SYN，没有收到任何回包",
      detail: "抓包中同一端口在其他时候有应答，所以既不是端口没开，也不是一直被拦截。",
    },
    pathDead: {
      title: "{server} 没有回应：{waitedMs:ms}内发出 {attempts} 个 SYN，当时两台主机之间什么都不通",
      detail:
        "它们之间的另一条连接（{other}）可以证明：那时发在它上面的包同样没有回应。所以既不是端口，也不是服务端程序的问题。",
    },
    many: {
      title: "几秒内至少有 {count:n} 条连接发往 {server}，一条也没有回应",
      detail: "每条只有一个 SYN，直到抓包结束都没有任何回包：没有 SYN-ACK，也没有 RST 或 ICMP。正常用户不会这样连接。",
    },
    otherBackend: {
      title: "{server} 没有回应，代理转而连上了 {other}：有一台后端连不上",
      detail: "代理的后端有一台没有运行。客户端由另一台服务，只是慢一点；那一台再出问题就没有后端可用了。",
    },
    otherFamily: {
      title: "{server} 没有回应，{other} 正常：其中一种地址族不通",
      detail: "客户端两种地址族都试了，所以最终连上了，只是慢了一些。",
    },
  },
  "tcp.open.icmp": {
    port: {
      title: "{sender} 拒绝到 {port} 端口的连接：ICMP 端口不可达",
      detail: "TCP 端口没开应该回 RST；回 ICMP 说明是防火墙的 REJECT 规则（ufw reject、iptables -j REJECT）。",
    },
    host: {
      title: "无法到达 {server}：{sender} 称主机不存在",
      detail:
        "ICMP 在 SYN 之后 {afterMs:ms}到达。最后一跳路由器查询该地址（ARP 或邻居发现）无人应答时会这样回：设备没开机，或者换了地址。",
    },
    hostAtOnce: {
      title: "无法到达 {server}：{sender} 当即用 ICMP 主机不可达拒绝了连接",
      detail:
        "ICMP 在 SYN 之后 {afterMs:ms}到达。查询一个地址（ARP 或邻居发现）要等一秒以上才会放弃，所以 {sender} 这次没有去查：那里有防火墙规则或路由在拒绝这类数据包，或者不久前刚查过、无人应答。ICMP 本身没有说是哪一种。",
    },
    net: {
      title: "无法到达 {server}：{sender} 没有到该网段的路由",
      detail: "数据包走到 {sender} 就走不下去了，常见于 VPN 断开或缺少路由。",
    },
    prohibited: {
      title: "{sender} 禁止连接 {server}：被管理策略拒绝",
      detail: "防火墙用 ICMP 明确拒绝。这是有人配置的规则，不是故障。",
    },
    other: {
      title: "{sender} 对发往 {server} 的连接回复了 ICMP 类型 {type} 代码 {code}",
      detail: "连接没能建立，原因见 ICMP 消息。",
    },
  },
  "tcp.open.synack-unacknowledged": {
    plain: {
      title: "{server} 已应答，但 SYN-ACK 始终到不了 {client}",
      detail:
        "SYN-ACK 在 {waitedMs:ms}内重发了 {repeats} 次，一直没有得到确认：去程通，回程不通。（这是在服务器一侧抓到的；在客户端看来就是完全没有回应。）",
    },
    givenUp: {
      title: "{server} 的 SYN-ACK 到达 {client} 时，对方已经放弃连接：一个来回要 {answerMs:ms}",
      detail:
        "SYN-ACK 重发了 {repeats} 次，随后客户端的系统用 RST 回答了它：它到了，但已经没有人在等。来回都通，只是很慢。客户端的程序看到的是自己的超时，而不是被拒绝。",
    },
    cameLate: {
      title: "{server} 的 SYN-ACK 有 {answerMs:ms}到不了 {client}；等到达时，客户端已经放弃了连接",
      detail:
        "SYN-ACK 重发了 {repeats} 次；送到的那一个，客户端的系统马上用 RST 回答：已经没有人在等。在那之前，从服务器到客户端的路不通。客户端的程序看到的是自己的超时，或主机不可达。",
    },
  },
  "tcp.open.no-request": {
    ended: {
      title: "{client} 连上 {server} 后什么都没发，{openMs:ms}后断开",
      detail: "TCP 建立后由{closer:word}关闭，中间没有发送任何请求数据。端口探测（nc -vz）和健康检查就是这样。",
    },
    waiting: {
      title: "{client} 连上 {server} 已 {openMs:ms}，仍未发出请求",
      detail: "TCP 连接正常，但升级请求一直没来。",
    },
    tls: {
      title: "{client} 与 {server} 完成了 TLS 握手，{openMs:ms}后没有请求、也没有说明原因的 alert 就离开了",
      detail:
        "握手已完成，但客户端发的数据小得装不下一个请求。握手之后才检查证书的程序（如 Node）不信任证书时就是这样离开的。",
    },
    spare: {
      title: "{client} 到 {server} 的一条备用连接，没有请求",
      detail: "同一客户端正在使用另一条连接。浏览器会预先多开一条，无害。",
    },
  },
  "tls.on-plain-port": {
    httpAnswer: {
      title: "用了 TLS（wss://、https://），但 {server} 只支持明文 HTTP：对 TLS 握手回了 {status}",
      detail: "客户端一上来就发 TLS（wss:// 或 https://），服务器把它当成了格式错误的 HTTP 请求。",
    },
    otherAnswer: {
      title: "用了 TLS（wss://、https://），但 {server} 不支持 TLS",
      detail: "客户端一上来就发 TLS（wss:// 或 https://），服务器回的不是 TLS。",
    },
    closed: {
      title: "{server} 收到 TLS 握手后直接断开：很可能只支持 ws://，不支持 wss://",
      detail: "客户端一上来就发 TLS，服务器一个字节没回就关闭了连接。",
    },
  },
  "http.on-tls-port": {
    alert: {
      title: "用了明文 HTTP（ws://），但 {server} 要求 TLS",
      detail: "客户端发的是明文 GET，服务器回了 TLS 告警。",
    },
    told: {
      title: "用 ws:// 连到了 {server} 的 TLS 端口：服务器回了 {status} 并明确指出",
      detail: "客户端把明文 GET 发到了提供 https:// 和 wss:// 的端口。",
    },
    hungUp: {
      title: "可能是用明文 HTTP（ws://）连到了 TLS 端口：{server} 收到请求后 {afterMs:ms}直接断开，一个字节没回",
      detail:
        "TLS 服务器对明文请求会这样，主动销毁套接字的处理函数也会。如果 {target} 是用 TLS 提供的，请改用 wss://（代理则用 https://）。",
    },
  },
  "tls.handshake.failed": {
    certificateRefused: {
      title: "{server} 收到客户端证书后过了 {afterMs:ms}就断开了，没有任何应答",
      detail:
        "服务器要求客户端证书（双向 TLS），客户端给了，之后什么也没有回来。不接受证书的服务器常常这样直接断开，不发告警。",
    },
    hungUp: {
      title: "TLS 握手完成 {afterMs:ms}后，{server} 没有应答就断开了",
      detail:
        "握手已经完成[[（请求的主机名：{name}）]]，客户端发出了请求，服务器一条记录都没回就结束了连接。没有密钥，读不到请求的内容。",
    },
    unanswered: {
      title: "{server} 一直没有应答 TLS ClientHello：等了 {waitedMs:ms}什么也没来",
      detail:
        "ClientHello 已经送到[[（请求的主机名：{name}）]]，TCP 有确认；ServerHello 始终没来，WebSocket 根本没有开始。有密钥也看不出更多。",
    },
    vanished: {
      title: "发往 {server} 的 TLS ClientHello 在途中消失：重发 {repeats} 次都没有得到确认",
      detail: "TCP 连接正常建立，但带 ClientHello 的数据包[[（域名 {name}）]]过不去：途中有东西把它吞掉了。",
    },
    refused: {
      title: "TLS 握手刚完成，{server} 就把客户端拒之门外",
      detail:
        "客户端完成了握手，服务器只回了一条大小正好是告警的加密记录就断开了。TLS 1.3 里，服务器就是这样表示缺少客户端证书或不接受它。",
    },
    alert: {
      title: "与 {server} 的 TLS 握手失败：{from:word}发出告警“{alert:word}”",
      detail: "WebSocket 根本没有开始[[（请求的主机名：{name}）]]。浏览器显示 1006，控制台里可能会写明证书错误。",
    },
    closed: {
      title: "与 {server} 的 TLS 握手中途放弃：{closer:word}在 {afterMs:ms}后断开，没有告警",
      detail:
        "ClientHello 得到了应答，但握手没有完成[[（请求的主机名：{name}）]]。客户端不信任证书时常常这样直接离开。",
    },
  },
  "http.proxy.connect-refused": {
    forbidden: {
      title: "正向代理 {server} 不允许访问 {target}：{status}[[ {reason}]]",
      detail: "经代理使用 wss:// 要先用 CONNECT 建隧道，代理拒绝了。",
    },
    authentication: {
      title: "正向代理 {server} 要求先登录才能访问 {target}（407）",
      detail: "客户端没有带凭证或凭证不对，之后也没有带正确的凭证重试。",
    },
    unreachable: {
      title: "正向代理 {server} 连不上 {target}：{status}[[ {reason}]]",
      detail: "代理愿意建隧道，但另一头连不上。",
    },
    other: {
      title: "正向代理 {server} 对 CONNECT {target} 回了 {status}[[ {reason}]]",
      detail: "只有 2xx 才能打开 wss:// 需要的隧道。",
    },
  },
  "port.other-protocol": {
    http2: {
      title: "{server} 用 HTTP/2 回应明文的 HTTP/1.1 请求：任何请求都通不过，WebSocket 也一样",
      detail:
        "{target} 的请求是 HTTP/1.1，服务器一开口就是 HTTP/2。浏览器只在 TLS 里说 HTTP/2，而 WebSocket 的请求是 HTTP/1.1。",
    },
    alpn: {
      title: "{client} 与 {server} 在 TLS 里协商了 HTTP/2，客户端却用 HTTP/1.1 请求 WebSocket",
      detail: "客户端通过 ALPN 提供了 h2，服务器选了它。此后服务器只认 HTTP/2，读不懂对 {target} 的请求，于是断开。",
    },
    known: { title: "{server} 不是 WebSocket 服务：应答升级请求的是 {protocol}", detail: "地址或端口填成了别的服务。" },
    unknown: { title: "{server} 不是 WebSocket 服务：回的不是 HTTP", detail: "地址或端口填成了别的服务。" },
  },
} as const satisfies SomeFindings;
