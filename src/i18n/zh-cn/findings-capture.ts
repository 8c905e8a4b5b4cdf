import type { SomeFindings } from "../texts.ts";

/** What the capture itself does not hold. */
export const findingsCapture = {
  "capture.empty": {
    noPackets: { title: "抓包里一个数据包都没有", detail: "抓包期间没有符合过滤条件的数据包，或者根本没有发送。" },
    cutOff: {
      title: "{name} 在第一个数据包结束前就断了：里面什么都读不出来",
      detail: "从这个文件无法知道是否抓到过数据。",
    },
    otherPorts: {
      title: "抓包里没有所要端口[[（{port}）]]的 TCP 数据包",
      detail: "其他端口的 {leftOut} 个 TCP 数据包没有读，因为 -p 只要这个端口。",
    },
    noTcp: { title: "抓包里有 {packets:n} 个数据包，但没有 TCP 连接", detail: "里面是：{reasons}。" },
  },
  "capture.no-websocket": {
    tcp: {
      title: "{connections} 条 TCP 连接里没有 WebSocket",
      detail: "没有人请求升级。其中 HTTP 连接 {http:n} 条，其他 {other:n} 条。",
    },
    polling: {
      title: "没有 WebSocket：{server} 上的 Socket.IO 走的是 HTTP 轮询，没有人请求升级",
      detail: "{connections} 条 TCP 连接都是它的轮询。这样也能工作，只是延迟和负载都比 WebSocket 大。",
    },
    pollingTroubled: {
      title: "没有 WebSocket：{server} 上的 Socket.IO 走的是 HTTP 轮询，而且轮询并非都成功；没有人请求升级",
      detail:
        "{connections} 条 TCP 连接都是它的轮询。[[有 {unused} 个会话建立后从未使用：客户端没有收到应答，或浏览器没有把应答交给页面（CORS），或下一个请求没有到达这里。]][[有 {failed} 个会话中的轮询没有应答或以错误结束：可能是代理超时、服务端卡住，或客户端离开。]]",
    },
    vite: {
      title: "抓包里只有 Vite 自己的 WebSocket（热更新），应用的 WebSocket 没有到过这里",
      detail:
        "页面是从 {server} 加载的，而它的 WebSocket 连到了别处，或者没有发起。这时后端日志里什么都没有；浏览器控制台会写明连的是哪个地址。",
    },
    tls: {
      title: "没有可读的 WebSocket：{tls} 条连接是加密的（TLS）",
      detail:
        "TLS 未解密。提供密钥（--keylog）后，wss:// 就能像 ws:// 一样分析[[（主机名：{names}）]]；TCP 如何建立、如何结束照样能看。",
    },
  },
  "tls.not-decrypted": {
    noSecret: {
      title: "TLS 未解密：所给的密钥里没有这 {connections} 条连接的密钥[[（{names}）]]",
      detail: "密钥日志按 ClientHello 里的随机数为每条连接记录密钥，而这些连接一行也没有。",
    },
    incomplete: {
      title: "TLS 未解密：{connections} 条连接[[（{names}）]]的密钥日志不完整，缺少 {labels}",
      detail: "同一条连接的其他行在，缺的行本该解开的部分仍是密文；只看到对话的一半，不作任何结论。",
    },
    damaged: {
      title: "TLS 未解密：密钥日志里的 {labels} 解不开 {connections} 条连接[[（{names}）]]的对应方向",
      detail: "这一行在，但密钥不对。它本该解开的部分仍是密文；只看到对话的一半，不作任何结论。",
    },
    notCaptured: {
      title: "TLS 未解密：{connections} 条连接的握手不在抓包里",
      detail: "密钥靠 ClientHello 里的随机数查找，记录序号也从握手算起；没有握手，有密钥也解不开。",
    },
    doesNotFit: {
      title: "TLS 未解密：所给的密钥解不开 {connections} 条连接[[（{names}）]]",
      detail: "密钥日志里有这个 ClientHello 的行，但没有一条记录能用它解开。",
    },
    notSupported: {
      title: "TLS 未解密：{connections} 条连接用了 wscap 不支持的版本或算法[[：{version}]][[，{suite}]]",
      detail: "支持 TLS 1.2 和 1.3，算法为 AES（GCM、CCM、CBC）和 ChaCha20-Poly1305。",
    },
  },
  "http2.not-decoded": {
    clear: {
      title: "到 {server} 的连接使用 HTTP/2，暂不解码",
      detail: "HTTP/2 里的 WebSocket（RFC 8441）在这里看不到。",
    },
    tls: {
      title: "到 {server} 的连接在 TLS 内协商了 HTTP/2，暂不解码",
      detail: "HTTP/2 里的 WebSocket（RFC 8441）在这里看不到。",
    },
  },
  "capture.packets-dropped": {
    plain: {
      title: "抓包丢了 {dropped:n} 个数据包：抓包程序来不及处理",
      detail: "这些数据包在线路上出现过，却不在文件里；依赖它们的结论无从得知。",
    },
  },
  "capture.gap": {
    plain: {
      title: "抓包缺数据：客户端 {client:bytes}，服务器 {server:bytes}",
      detail: "接收方已经确认，说明网络送到了，只是抓包漏掉。缺口里的帧无从得知。",
    },
  },
  "capture.truncated": {
    plain: {
      title: "有 {packets:n} 个数据包被截短（{share}%），抓包长度设得太小",
      detail: "数据包尾部不在文件里，落在其中的帧无从得知。",
    },
    requests: {
      title:
        "抓包长度设得太小，{packets:n} 个数据包被截短（{share}%），看不出其中 {requests} 个请求是否在请求 WebSocket",
      detail:
        "这些请求只抓到了第一行[[，得到的状态码为 {statuses}]]。如果其中有 WebSocket 的握手，没能建立的原因就是这个应答。",
    },
  },
  "capture.midstream": {
    plain: {
      title: "开始抓包时，到 {server} 的 WebSocket 已经建立",
      detail: "抓包里没有握手，所以路径、子协议和压缩参数都不知道。",
    },
  },
  "capture.one-way": {
    plain: {
      title: "只抓到{from:word}发的数据包，{to:word}的数据包一个都没有",
      detail: "{to:word}的应答、pong 和 Close 帧都看不到，没看到不代表没有。",
    },
  },
  "capture.duplicates": {
    plain: {
      title: "有 {packets:n} 个数据包被抓了两次，只计一次",
      detail: "tcpdump -i any 的正常现象：同一个数据包会在几个网卡上各出现一次。",
    },
    oneInterface: {
      title: "有 {packets:n} 个数据包出现了两次，只计一次",
      detail: "副本在一瞬间内从同一个网卡到达。",
    },
    late: {
      title: "文件里有 {packets:n} 个数据包出现了两次，只计一次；副本最多晚 {lateMs:ms}",
      detail: "编号、时间戳和内容都相同，所以不是重传。凡是取决于哪个数据包先到哪一端的结论，从这样的文件都无法确定。",
    },
  },
  "capture.clock-stepped": {
    plain: {
      title: "连接进行中抓包时钟被拨快了 {stepMs:ms}：这段静默并不存在",
      detail:
        "两端都用各自不会被校正的时钟给数据包打时间戳（TCP 时间戳选项），而两端都没有经过这段时间。结束前的空闲时间已扣除它，也不会拿它去匹配定时器；报告里的其他时间仍是抓包时钟的时间。",
    },
    forward: {
      title: "{name} 的抓包时钟被拨快了 {stepMs:ms}：这段静默并不存在",
      detail:
        "连接的两端都用各自不会被校正的时钟给数据包打时间戳（TCP 时间戳选项），而两端都没有经过这段时间。这里的时长和定时器都已扣除它；显示的钟点仍与文件里的一致。",
    },
    wrongOrder: {
      title: "{name} 的几段抓包拼接顺序不对：不据此下任何结论",
      detail:
        "从这个数据包起，时间比前面的数据包早 {stepMs:ms}，主机自己给数据包打时间戳的时钟（TCP 时间戳选项）也早了这么多：这些数据包其实抓在前面那些之前。看上去像静默、连接结束或没有应答的地方，只是两段抓包的接缝。请先按时间排序，再读取一次。",
    },
    backwards: {
      title: "{name} 中的时间倒退了 {stepMs:ms}",
      detail:
        "从这个数据包起，时间早于前面的数据包。这里把它们接在倒退之前的时间之后继续计算：此处停顿了多久无从得知，之后的时间与文件里的不同。如果是几段抓包拼接的顺序不对，对这份抓包的结论就不可靠。",
    },
    backwardsKept: {
      title: "{name} 中的时间倒退了 {stepMs:ms}",
      detail: "从这个数据包起，有些时间早于前面的数据包。这里按原样采用：跨过此处的时长以及由此得出的结论都不可靠。",
    },
    odd: {
      title: "{name} 中有 {count} 个数据包的时间不可能正确",
      detail:
        "前后数据包的时间照常连续：文件损坏，或者抓包程序偶尔出错。这里按前一个数据包的时间计算，不据此得出任何其他结论。",
    },
  },
  "capture.both-ends": {
    agree: {
      title: "同一连接在两端都抓了包，已合并分析；两个时钟一致（误差 ±{errorMs:ms}）",
      detail: "连接 #{other} 就是这条连接在另一端的样子：地址、端口、序列号都相同。",
    },
    ahead: {
      title: "同一连接在两端都抓了包，已合并分析；服务器一端的时钟比客户端快 {offMs:ms}（误差 ±{errorMs:ms}）",
      detail: "连接 #{other} 就是这条连接在另一端的样子：地址、端口、序列号都相同。时间按各自抓包的时钟显示。",
    },
    behind: {
      title: "同一连接在两端都抓了包，已合并分析；服务器一端的时钟比客户端慢 {offMs:ms}（误差 ±{errorMs:ms}）",
      detail: "连接 #{other} 就是这条连接在另一端的样子：地址、端口、序列号都相同。时间按各自抓包的时钟显示。",
    },
    translated: {
      title: "NAT 前后都抓到了：连接 #{other}（{client} → {server}）就是这条连接，只是换了地址",
      detail: "两者的初始序列号相同。NAT 只改地址和端口，其余照转，不是连接的一端。",
    },
    untimed: {
      title: "同一连接在两端都抓了包，已合并分析；两个时钟差多少无法确定",
      detail:
        "连接 #{other} 就是这条连接在另一端的样子：地址、端口、序列号都相同。两份抓包里没有两个方向都共有的数据包可用来比对时钟，因此不拿一端发生的事去推断另一端。",
    },
  },
  "capture.ended-early": {
    plain: {
      title: "{name} 在第 {offset} 字节处中断（{reason:word}）",
      detail: "在此之前的内容都已读取。连接如何结束可能在缺失的部分里。",
    },
    live: {
      title: "{name} 上的抓包提前结束了（{reason:word}）",
      detail: "此前抓到的都已读取并分析。之后连接怎么样了，没有抓到。",
    },
  },
  "capture.left-out": {
    plain: {
      title: "{all} 条连接中有 {connections} 条只计数，没有逐条列出",
      detail:
        "连接数超过一份报告能容纳的上限：最先略去的是其他流量和正常连接，其中有 {webSockets} 条 WebSocket[[，还有 {troubled} 条失败或被拒绝的连接]]。涉及多条连接的结论只统计列出的连接。",
    },
    open: {
      title: "有 {openOnes} 条连接尚未结束就不再跟踪",
      detail: "同时打开的连接多于能跟踪的数量。它们之后的数据包算作另一条连接。",
    },
  },
} as const satisfies SomeFindings;
