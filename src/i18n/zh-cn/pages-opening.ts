import type { RulePage } from "../texts.ts";

/** `wscap explain`: from the SYN to the 101. */
export const pagesOpening = {
  "tcp.open.refused": {
    name: "连接被拒绝",
    meaning:
      "主机对第一个数据包就回了 RST：那个端口后面没有程序。WebSocket 根本没有开始；程序报 ECONNREFUSED，浏览器报 ERR_CONNECTION_REFUSED 和 1006。",
    seen: "SYN 得到 RST。如果 TTL 与该主机平时的数据包不同，就是防火墙代答的。如果同名的另一个地址此刻接受了连接，则只作提示。",
  },
  "tcp.open.unanswered": {
    name: "SYN 没有回应",
    meaning:
      "第一个数据包反复重发，没有任何回包。端口没开会回 RST，所以是有人丢弃了数据包：防火墙，或该地址上没有主机。页面会一直等，最长约两分钟。",
    seen: "SYN 在 1、3、7……秒后重发（较新的 Linux 内核为 1、2、3、4、5、7……秒），没有 SYN-ACK、RST 或 ICMP。抓包结束前刚发的单个 SYN 不算。",
  },
  "tcp.open.icmp": {
    name: "被 ICMP 拒绝",
    meaning: "路由器或防火墙说明主机、网络或端口不可达，或不允许访问。",
    seen: "引用了该 SYN 的 ICMP/ICMPv6 目的不可达消息。会列出发送者，往往不是服务器本身。",
  },
  "tcp.open.synack-unacknowledged": {
    name: "SYN-ACK 丢失",
    meaning: "服务器应答了，但应答到不了客户端：去程与回程不同，或客户端防火墙丢弃了回包。",
    seen: "SYN-ACK 至少重发一次且始终没有确认。只有在服务器一侧抓包才看得到。",
  },
  "tcp.open.no-request": {
    name: "连上但没有请求",
    meaning: "连接建立了，客户端却没有发请求。端口探测和健康检查会这样，卡住的客户端也会。",
    seen: "TCP 建立完成而客户端一个字节没发。如果同一客户端另有在用的连接，则视为浏览器的备用连接，只作提示。",
  },
  "tls.on-plain-port": {
    name: "wss:// 连到 ws:// 端口",
    meaning: "客户端用 TLS 通信，服务器不支持。要么 URL 的协议写错了，要么服务器没有配置 TLS。",
    seen: "TLS ClientHello 得到 HTTP 应答（通常是 400）、别的内容，或连接被关闭。",
  },
  "http.on-tls-port": {
    name: "ws:// 连到 wss:// 端口",
    meaning: "客户端发明文请求，服务器要 TLS。",
    seen: "升级请求得到 TLS 告警，或得到写明原因的 400。",
  },
  "tls.handshake.failed": {
    name: "TLS 握手失败",
    meaning: "TLS 没建立起来，里面的 WebSocket 也就没有开始。最常见的是客户端不信任证书。",
    seen: "握手完成前的致命告警，或 ServerHello 之后没有数据就关闭。TLS 1.3 起大多数告警是加密的，读不到。",
  },
  "port.other-protocol": {
    name: "应答的是别的协议",
    meaning: "升级请求发给了一个不是 Web 服务器的程序。",
    seen: "服务器最先发的字节既不是 HTTP 也不是 TLS；认识的（SSH、Redis、MySQL……）会写明名称。",
  },
  "http.upgrade.refused": {
    name: "升级被拒绝",
    meaning: "请求到了 HTTP 服务器，但应答不是 101。浏览器只告诉页面 1006，原因就在这里看到的状态码和正文里。",
    seen: "WebSocket 请求得到 4xx 或 5xx。重定向、返回网页、网关错误和 Engine.IO 自己的拒绝另有规则。",
  },
  "eio.request.refused": {
    name: "Engine.IO 拒绝",
    meaning: "Socket.IO 的传输层用自己的代码 0～5 拒绝了请求。",
    seen: '查询串带 EIO= 或 transport= 的请求得到 400 或 403，正文形如 {"code":1,"message":"Session ID unknown"}。',
  },
  "http.upgrade.redirected": {
    name: "升级被重定向",
    meaning: "服务器让客户端去别处。网页请求浏览器会跟随，WebSocket 不会。",
    seen: "WebSocket 请求得到 3xx。",
  },
  "http.upgrade.page-returned": {
    name: "返回网页而不是 101",
    meaning: "升级被当成普通请求，返回了页面：单页应用的兜底规则，或该路径上的 HTTP 服务不支持 WebSocket。",
    seen: "WebSocket 请求得到 2xx。",
  },
  "http.upgrade.gateway-error": {
    name: "网关错误",
    meaning: "反向代理收下了请求，却没能从后端 WebSocket 服务得到应答。",
    seen: "502 或 504；或自称代理的服务器返回 503、520～530；或带 lighttpd 自带错误页的 500。立即返回：后端没起来；约 60 秒后返回：后端收下请求，却一直没有应答。",
  },
  "http.upgrade.unanswered": {
    name: "升级没有应答",
    meaning: "请求到了，却没人应答。升级处理函数忽略未知路径时会这样；Engine.IO 会在 1 秒后断开。",
    seen: "TCP 已确认的 WebSocket 请求，没有任何响应，之后断开或静默至少两秒。",
  },
  "http.upgrade.dropped": {
    name: "升级请求途中被丢弃",
    meaning: "TCP 能建立，但请求本身过不去，或一发出就被 RST。过滤 WebSocket 的中间设备会这样。",
    seen: "带请求的数据包反复重传得不到确认，或没有任何 HTTP 应答就被 RST。",
  },
  "http.upgrade.fields-stripped": {
    name: "代理去掉了 Upgrade",
    meaning:
      "请求带着 Key，说明要的是 WebSocket，但 Upgrade 和 Connection 不见了。它们是逐跳字段（RFC 9110 §7.6.1），每一级代理都要显式转发。",
    seen: "请求有 Sec-WebSocket-Key（或 Socket.IO 的 transport=websocket），却没有 Upgrade: websocket 或 Connection: Upgrade。在代理与后端之间抓包最清楚。",
  },
  "http.upgrade.not-forwarded": {
    name: "代理没有转发升级",
    meaning: "代理自己应答了，后端根本没有收到请求，所以后端日志是空的。",
    seen: "失败的升级，其 Key 没有出现在别的连接上，而抓包里有该代理转发的其他请求。需要在代理主机上抓包。",
  },
  "http.upgrade.accept-invalid": {
    name: "101 不合格",
    meaning:
      "服务器回了 101，但不符合 RFC 6455：对 Key 的证明错误或缺失，或缺 Upgrade、Connection。客户端必须拒绝这样的 101。",
    seen: "按请求的 Key 计算 Sec-WebSocket-Accept 并比较。",
  },
  "http.upgrade.not-negotiated": {
    name: "扩展或子协议不符",
    meaning: "101 里的扩展或子协议客户端没有提出，或缺少客户端坚持要的子协议。客户端必须判定失败。",
    seen: "对比请求与 101 的字段；缺少子协议只在客户端立即断开时才算。",
  },
  "http.upgrade.version": {
    name: "WebSocket 版本",
    meaning: "客户端请求的版本不是 13，被拒绝。",
    seen: "请求里的 Sec-WebSocket-Version；服务器接受旧版本时不算。",
  },
  "http.upgrade.closed-at-once": {
    name: "101 后立即断开",
    meaning: "握手成功，第一帧之前就断了：服务端处理函数出错或拒绝，或客户端不接受这个 101。",
    seen: "101 之后一秒内 FIN 或 RST，双向都没有帧。",
  },
} as const satisfies Record<string, RulePage>;
