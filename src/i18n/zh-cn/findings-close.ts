import type { SomeFindings } from "../texts.ts";

const idle = "[[断开前已有 {idleMs:ms}没有任何数据。]][[断开前 {busyMs:ms}还有数据。]]";
const ends =
  "[[客户端 onclose 得到 {clientCode}，]][[服务器得到 {serverCode}，]]连接共存活[[{atLeast:word}]] {openMs:ms}[[；最后一个 ping 在断开前 {sincePingMs:ms}]][[，最后一个 pong 在断开前 {sincePongMs:ms}]]。[[有一个帧只传了一部分，还差 {cutBytes:bytes}。]]";
const said =
  "连接共存活[[{atLeast:word}]] {openMs:ms}[[，给出的理由是“{reason}”]]。[[对方同时也主动发了 Close {crossedCode}：两个 Close 交错，各方报告的是自己收到的关闭码。]]";
const belief =
  "没有密钥就读不到 TLS 里的内容，但看上去像 WebSocket：{openMs:ms}内客户端发了 {clientRecords} 条记录，服务器发了 {serverRecords} 条，都很小，而且不是一问一答。[[{beatFrom:word}每 {intervalMs:ms}规律地发一条小记录，像是心跳。]]";
const half =
  "关闭握手没有完成。收到 Close 的一方报它的关闭码；发出 Close 的一方报 1006 或自己的码，wasClean 为 false。";

/** How an established WebSocket ended. */
export const findingsClose = {
  "ws.close.no-close-frame": {
    fin: {
      title: "1006：{closer:word}没发 Close 帧，直接用 FIN 断开[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${idle}${ends}`,
    },
    notified: {
      title: "1006：{closer:word}正常结束了 TLS（close_notify），却没发 Close 帧[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${idle}${ends}`,
    },
    rst: {
      title: "1006：{closer:word}没发 Close 帧，直接用 RST 掐断连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${idle}${ends}`,
    },
    icmp: { title: "1006：连接被网络中断：收到 ICMP 不可达，没有 Close 帧", detail: `${idle}${ends}` },
    silent: {
      title: "1006：{client} 与 {server} 之间突然再没有任何数据包：没有 Close 帧，也没有 FIN 或 RST",
      detail: ends,
    },
    oneSide: {
      title: "1006：{from:word}的数据以 FIN 结束，没有 Close 帧",
      detail: "[[{to:word}的 onclose 得到 {code}。]]谁先断开无从得知：抓包里没有{to:word}的数据包。",
    },
    afterOutage: {
      title:
        "1006：链路中断了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]，其间{closer:word}放弃了 WebSocket，链路一恢复就收到它的 FIN",
      detail:
        "数据包一再重传都没有送达。等它们通过时，{closer:word}早已断开，没发 Close 帧。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    afterDeafness: {
      title:
        "1006：至少 {leastMs:ms}[[、最多 {mostMs:ms}]]内，{to:word}发出的包到不了{from:word}，其间{closer:word}放弃了 WebSocket",
      detail:
        "链路只在这一个方向上中断：{from:word}发的数据到达后立即得到了确认，它却重发了 {repeats} 次，可见确认没有送到。等确认送到时，{closer:word}已经断开，没发 Close 帧。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    afterSilence: {
      title: "1006：{outageMs:ms}没有任何数据到达，随后{closer:word}积压的数据和 FIN 一起到达：链路曾中断",
      detail:
        "{closer:word}此前一直有规律地发送。要么它的数据包没能送达、其间它放弃了 WebSocket，要么它的程序停顿了这么久。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    afterPause: {
      title: "1006：{closer:word}停顿了 {outageMs:ms}，恢复后立即断开",
      detail:
        "{closer:word}此前一直规律地发数据，停顿之后补来的却少得多：说明其间它根本没发，停住的是程序而不是链路。恢复后它自己的心跳判定连接超时。[[客户端 onclose 报 {clientCode}。]][[服务端报 {serverCode}。]]",
    },
    afterStandstill: {
      title: "1006：{closer:word}停顿了 {outageMs:ms}，恢复后立即断开",
      detail:
        "{closer:word}此前一直规律地发数据，之后程序不再发任何数据，它的系统却照常确认{to:word}发来的数据：链路是通的，停住的是程序。恢复后它自己的计时器（多半是心跳）判定连接超时。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    unread: {
      title: "1006：{to:word}有 {outageMs:ms}没读任何数据（零窗口），{closer:word}随后放弃了它",
      detail:
        "{to:word}的接收窗口是关着的：发给它的数据只能等着，结束也一样。停住的不是等待的一方，而是不读的一方。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    proxyIdle: {
      title: "1006：静默 {idleMs:ms}后，[[{name} ]]代理 {proxy} 把前后两段连接都断了",
      detail:
        "客户端和后端 {backend} 都没有断开：是中间的代理在同一时刻关掉了两段连接，也没发 Close 帧。[[客户端 onclose 得到 {clientCode}，]][[后端得到 {serverCode}，]]连接共存活[[{atLeast:word}]] {openMs:ms}。",
    },
    proxyAsClient: {
      title: "1006：[[静默 {idleMs:ms}后，]]代理 {proxy} 断开了到 {server} 的连接，没有 Close 帧",
      detail:
        "这条连接的客户端是代理（请求里有 {marks}）。要么是代理自己的超时，要么是它前面真正的客户端走了；那一段在这份抓包里读不到。[[服务器得到 {serverCode}，]]连接共存活[[{atLeast:word}]] {openMs:ms}。",
    },
    proxyBusy: {
      title: "1006：还有数据往来时，[[{name} ]]代理 {proxy} 把前后两段连接都断了",
      detail:
        "客户端和后端 {backend} 都没有断开：是中间的代理在同一时刻关掉了两段连接，也没发 Close 帧。[[客户端 onclose 得到 {clientCode}，]][[后端得到 {serverCode}，]]连接共存活[[{atLeast:word}]] {openMs:ms}。",
    },
    closeLost: {
      title: "1006：{closer:word}的 Close[[ {code}]] 丢了：{to:word}还没读到它，{closer:word}的 RST 就先到了",
      detail:
        "{to:word}后面的数据到达时，{closer:word}已经不在了。它的系统用 RST 回应这样的数据，而 RST 会让还在途中的数据作废，Close 也不例外。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    forgedFin: {
      title: "1006：以{from:word}名义发出的 FIN 多半不是它发的：它的数据接着占用了同一个位置",
      detail:
        "发过 FIN 的一方不会再发数据。{from:word}却像没有 FIN 一样继续发送，可见是中间的设备以它的名义结束了连接，另一端信以为真。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    unstampedFin: {
      title: "1006：以{from:word}名义发出的 FIN 多半不是它发的：没有时间戳",
      detail:
        "给数据包加时间戳（RFC 7323）的系统，FIN 也会带上。{from:word}的数据包都有时间戳，这个 FIN 却没有：是中间的设备伪造的，发给了这一端或两端，连接因此结束。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    answeredForgedFin: {
      title: "1006：{closer:word}断开了；它多半收到了以{from:word}名义发出的 FIN，而{from:word}从未发过",
      detail:
        "{closer:word}确认的比{from:word}发出的多一个字节（FIN 正好占一个），随即断开。{from:word}却没有发 FIN：它的数据接着占用了同一个位置。是抓包点与{closer:word}之间的设备以它的名义结束了连接。[[客户端 onclose 得到 {clientCode}。]][[服务器得到 {serverCode}。]]",
    },
    sealedCut: {
      title:
        "很可能是 1006（在 TLS 内）：[[静默 {idleMs:ms}后，]]{closer:word}直接用 FIN 断开，没有发 TLS 的 close_notify",
      detail: `程序正常结束 TLS 会先发 close_notify；直接销毁套接字或进程被杀则不会。${belief}如果确实是，两端的 onclose 都得到 1006。`,
    },
    sealedNotified: {
      title:
        "很可能是 1006（在 TLS 内）：[[静默 {idleMs:ms}后，]]{closer:word}断开了连接（close_notify），之前没有像 Close 帧的记录",
      detail: `如果有 Close 帧和它的应答，断开前两个方向应各多一条小记录。${belief}如果确实是，两端的 onclose 都得到 1006。`,
    },
  },
  "ws.close.code": {
    oneSide: {
      title: "{from:word}发了 Close {code}[[：“{reason}”]]；是先发的还是应答，抓包里看不出",
      detail: "另一端当时发了什么，抓包里没有。两端的 Close 都带着先发那一个的关闭码。",
    },
    byItself: {
      title: "{from:word}以 {code} 关闭[[：“{reason}”]]，多半是应用自己调用的",
      detail: `这个码表示收到了违反协议的帧（1002）、无效的数据（1007）或过大的消息（1009），而它收到的内容都不像。${said}`,
    },
    goingAway: {
      title: "{from:word}以 1001（离开）关闭",
      detail: `正常现象：页面被关闭或刷新，或者服务器正在停机。${said}`,
    },
    turnedAway: {
      title: "{from:word}以 {code} 关闭[[：“{reason}”]][[，此前服务器刚说过“{text}”]]：是服务器不让这个客户端继续",
      detail: `关闭码表示正常结束，原因只写在这句话里。会自动重连的客户端就会一遍遍地重试。${said}`,
    },
    protocolError: {
      title: "{from:word}以 1002（协议错误）关闭：它收到了违反协议的帧",
      detail: `请看对端在此之前刚发了什么。${said}`,
    },
    faultNotSeen: {
      title: "{from:word}以 1002（协议错误）关闭，但从抓包看，它收到的帧都没有违反协议",
      detail: `它的库认为某一帧有问题；而在抓包里，这个 Close 之前的每一帧都合乎规定。${said}`,
    },
    unsupportedData: {
      title: "{from:word}以 1003（不支持的数据）关闭：收到了它不接受的消息类型",
      detail: `该发二进制的发了文本，或者反过来。${said}`,
    },
    invalidPayload: { title: "{from:word}以 1007（数据无效）关闭：收到的文本不是 UTF-8，或数据无法解压", detail: said },
    policy: {
      title: "{from:word}以 1008（违反策略）关闭[[：“{reason}”]]",
      detail: `它不接受所收到的内容，或不接受对方身份；服务器常用它表示登录失败或心跳超时。${said}`,
    },
    tooBig: { title: "{from:word}以 1009（消息过大）关闭", detail: `有一条消息超过了它的上限。${said}` },
    extension: { title: "{from:word}以 1010 关闭：它需要的扩展没有协商成功", detail: said },
    internal: {
      title: "{from:word}以 1011（内部错误）关闭[[：“{reason}”]]",
      detail: `它的代码出了错，或者心跳无人应答（有些库用 1011 表示）。${said}`,
    },
    restart: { title: "{from:word}以 1012（服务重启）关闭[[：“{reason}”]]", detail: `客户端应随机延迟后重连。${said}` },
    tryLater: { title: "{from:word}以 1013（稍后再试）关闭[[：“{reason}”]]", detail: `它过载了。${said}` },
    badGateway: { title: "{from:word}以 1014（网关错误）关闭", detail: `网关从后端得到了无效的应答。${said}` },
    unauthorized: {
      title: "{from:word}以 3000（未认证）关闭[[：“{reason}”]]",
      detail: `没有登录信息，或登录信息不被接受。${said}`,
    },
    forbidden: { title: "{from:word}以 3003（禁止）关闭[[：“{reason}”]]", detail: `身份没问题，但没有权限。${said}` },
    timeout: { title: "{from:word}以 3008（超时）关闭", detail: said },
    timedOut: {
      title: "{from:word}以 {code} 关闭，但给出的原因是超时[[：“{reason}”]]",
      detail: `关闭码表示一切正常，原因却不是：它等的东西没有来。${said}`,
    },
    evicted: {
      title: "{from:word}以 {code} 关闭[[：“{reason}”]]，而且一再发生在另一个客户端刚连上之后",
      detail: `关闭码表示一切正常（1005 代表没有关闭码），但一个客户端连上、另一个就被断开，并不正常。${said}`,
    },
    graphql: {
      title: "{from:word}以 {code} 关闭：{meaning:word}（graphql-transport-ws）[[：“{reason}”]]",
      detail: said,
    },
    saidInProtocol: {
      title: "{from:word}用 {name} 终止了会话：“{text}”；随后 WebSocket 以 {code} 关闭",
      detail:
        "关闭码表示一切正常（1005 代表没有关闭码），真正的原因只在 Close 之前的那条 {name} 消息里。连接共存活[[{atLeast:word}]] {openMs:ms}。",
    },
    saidInMqtt: {
      title: "{from:word}终止了 MQTT 会话：{name} {number}，{meaning:word}；随后 WebSocket 以 {code} 关闭",
      detail:
        "关闭码表示一切正常（1005 代表没有关闭码），真正的原因只在 Close 之前的那个 MQTT 报文里。连接共存活[[{atLeast:word}]] {openMs:ms}。",
    },
    registered: { title: "{from:word}以 {code} 关闭，这是某个库或框架注册的关闭码[[：“{reason}”]]", detail: said },
    private: {
      title: "{from:word}以 {code} 关闭，这是应用自定义的关闭码[[：“{reason}”]]",
      detail: `4000～4999 的含义由应用自己决定。${said}`,
    },
  },
  "ws.close.unanswered": {
    fin: {
      title: "{from:word}发了 Close[[ {code}]]，{to:word}没有回应；{waitedMs:ms}后{closer:word}关闭了 TCP",
      detail: half,
    },
    rst: {
      title: "{from:word}发了 Close[[ {code}]]，{to:word}没有回应；{waitedMs:ms}后{closer:word}用 RST 断开了 TCP",
      detail: half,
    },
    leftAtOnce: {
      title: "{from:word}发了 Close[[ {code}]]，没等{to:word}回应，{waitedMs:ms}后就结束了 TCP",
      detail: `库判定 WebSocket 出错时会这样做（RFC 6455 §7.1.7），程序直接退出时也会。${half}`,
    },
    late: {
      title: "{from:word}发了 Close[[ {code}]]，{waitedMs:ms}后就挂断了；又过了 {lateMs:ms}，{to:word}才回应",
      detail:
        "回应到达时{from:word}已放弃关闭握手：{to:word}报告该关闭码，{from:word}报告 1006 或自己的关闭码，wasClean = false。",
    },
    open: {
      title: "{from:word}发了 Close[[ {code}]]，{to:word}已有 {waitedMs:ms}没有回应",
      detail: "关闭握手卡住了。浏览器会等 20～60 秒再强行断开。",
    },
  },
  "ws.close.reserved-code": {
    plain: {
      title: "{from:word}在线路上发出了不允许出现的关闭码 {code}",
      detail: "1005、1006、1015 只供 API 报告使用，其余的码尚未分配。对端必须按协议错误处理。",
    },
  },
  "ws.idle.timeout": {
    idle: {
      title: "断开时间与 {seconds} 秒的空闲定时器吻合：恰好静默这么久后{closer:word}关闭[[（{timer}）]]",
      detail: "已知有 {candidates} 个定时器是这个值。这段时间内双向都没有数据，随后连接在没有 Close 帧的情况下结束。",
    },
    lifetime: {
      title: "断开时间与 {seconds} 秒的最长寿命吻合：101 之后恰好这么久，仍有数据却被关闭[[（{timer}）]]",
      detail: "已知有 {candidates} 个定时器是这个值。对寿命限制发 ping 没有用。",
    },
    sealed: {
      title: "断开时间与 {seconds} 秒的空闲定时器吻合：恰好静默这么久后{closer:word}结束了这条 TLS 连接[[（{timer}）]]",
      detail:
        "已知有 {candidates} 个定时器是这个值。没有密钥读不到内容（客户端 {clientRecords} 条记录，服务器 {serverRecords} 条）：可能是 WebSocket，也可能只是等着下一个请求的 HTTPS 长连接；若是后者，这样断开是正常的。",
    },
  },
} as const satisfies SomeFindings;
