import type { SomeFindings } from "../texts.ts";

const refusedEnds = "浏览器里只能看到 1006 和“连接失败”，状态码和响应正文只有抓包才看得到。";

/** From the request to the 101. */
export const findingsUpgrade = {
  "http.upgrade.refused": {
    badRequest: {
      title: "{server} 拒绝{ask:word} {target}：400[[ {reason}]]",
      detail: `服务器读到了请求，但不认为它是合格的 WebSocket 握手[[，正文为“{body}”]]。${refusedEnds}`,
    },
    unauthorized: {
      title: "{server} 拒绝{ask:word} {target}：401 未认证",
      detail: `请求已到达服务器，但没有带凭证，或凭证不被接受[[，正文为“{body}”]]。${refusedEnds}`,
    },
    forbidden: {
      title: "{server} 拒绝{ask:word} {target}：403 不允许",
      detail: `请求已到达服务器，被 Origin 校验、token 校验或网关策略挡下[[，正文为“{body}”]]。${refusedEnds}`,
    },
    notFound: {
      title: "{server} 不认识 {target}：404",
      detail: `有 HTTP 服务应答，但不认识这个路径[[，正文为“{body}”]]。${refusedEnds}`,
    },
    method: {
      title: "{server} 拒绝{ask:word} {target}：405 方法不允许",
      detail: `路径存在，但不是 WebSocket[[，正文为“{body}”]]。${refusedEnds}`,
    },
    upgradeRequired: {
      title: "{server} 对{ask:word} {target} 回了 426：它要求升级，却没看到升级请求",
      detail: `升级字段没有完整送达，或者服务器要求其他版本[[，正文为“{body}”]]。${refusedEnds}`,
    },
    tooMany: {
      title: "{server} 拒绝{ask:word} {target}：429 请求过多",
      detail: `触发了限流[[，正文为“{body}”]]。${refusedEnds}`,
    },
    fieldsTooLarge: {
      title: "{server} 拒绝{ask:word} {target}：网址或请求头太大（{status}）",
      detail: `网址（414）或请求头（多半是 cookie）超过了服务器的上限[[，正文为“{body}”]]。${refusedEnds}`,
    },
    bodyTooLarge: {
      title: "{server} 拒绝{ask:word} {target}：消息太大（413）",
      detail:
        "用轮询发送的消息就是 POST 的正文，它超过了那里允许的大小[[，正文为“{body}”]]。Socket.IO 客户端会以 transport error 结束会话，然后重新建立。",
    },
    unavailable: {
      title: "{server} 暂时不接受连接：{ask:word} {target} 得到 {status}[[ {reason}]]",
      detail: `服务器表示正在启动、停止，或已满[[，正文为“{body}”]]。${refusedEnds}`,
    },
    serverError: {
      title: "{server} 处理{ask:word} {target} 时出错：{status}[[ {reason}]]",
      detail: `服务器在处理这个请求时自己出了错[[，正文为“{body}”]]。${refusedEnds}`,
    },
    other: {
      title: "{server} 对{ask:word} {target} 回了 {status}[[ {reason}]]，而不是 101",
      detail: `只有 101 才能打开 WebSocket[[，正文为“{body}”]]。${refusedEnds}`,
    },
  },
  "eio.request.refused": {
    transport: {
      title: "{server} 的 Engine.IO 拒绝请求：“Transport unknown”（代码 0）",
      detail: "服务器没有启用请求里写的传输方式。",
    },
    noTransport: {
      title: "{server} 的 Engine.IO 拒绝请求：“Transport unknown”（代码 0），请求 {target} 没有写传输方式",
      detail: "Engine.IO 从查询串读取 transport、EIO 和 sid；这个请求到达时没有这些参数。",
    },
    session: {
      title: "{server}[[ 和另外 {others} 个服务器]]的 Engine.IO 拒绝请求：“Session ID unknown”（代码 1）",
      detail: "会话是在另一个服务进程上建立的，或者服务重启前建立的。同一客户端的轮询和 WebSocket 必须落到同一个进程。",
    },
    handshakeMethod: {
      title: "{server} 的 Engine.IO 拒绝请求：“Bad handshake method”（代码 2）",
      detail: "建立会话必须用 GET，这个请求不是。",
    },
    badRequest: {
      title: "{server} 的 Engine.IO 拒绝请求：“Bad request”（代码 3）",
      detail: "传输方式与会话不符：多半是会话已切到 WebSocket，或升级字段被去掉了。",
    },
    forbidden: {
      title: "{server} 的 Engine.IO 拒绝了客户端[[：“{said}”]]（代码 4，禁止）",
      detail: "服务器的 allowRequest 返回了拒绝。",
    },
    protocolVersion: {
      title: "{server} 的 Engine.IO 拒绝请求：“Unsupported protocol version”（代码 5）",
      detail: "客户端与服务器的大版本不兼容（EIO=3 对应 Socket.IO 1、2，EIO=4 对应 3、4）。",
    },
    oldServer: {
      title: "{server} 是 Socket.IO 2 或更早的版本，客户端是 3 或更新的版本：两者不兼容",
      detail:
        "客户端请求的是 EIO=4，它却按第 2 版的方式应答 {target}。客户端报“server error”，或“It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client”。",
    },
    sessionEnded: {
      title: "{server} 的 Engine.IO 已经没有这个会话（代码 1）：它在此之前就结束了",
      detail: "这是还没返回的轮询，或客户端告别的请求。要查的是会话为什么结束。",
    },
    inFrames: {
      title: "{server} 的 Engine.IO 先回 101，又用明文 HTTP 拒绝：版本不符[[（客户端 EIO={version}）]]",
      detail: "第 4 版服务器对第 2 版及更早的客户端在 WebSocket 上就是这样。客户端看到的不是帧而是乱码，只好关闭。",
    },
  },
  "http.cors.refused": {
    plain: {
      title: "{server} 不允许页面来源 {origin}：浏览器不会把应答交给页面",
      detail:
        "Socket.IO 的轮询受 CORS 限制[[，而应答允许的是 {allowed}，不是这个页面]]；DevTools 里显示 CORS 错误，服务端毫无察觉。纯 WebSocket 不受 CORS 限制，由服务端自己检查 Origin。",
    },
    twice: {
      title: "{server} 的应答里不止一个 Access-Control-Allow-Origin：浏览器不会把应答交给页面 {origin}",
      detail: "应答里写的是 {allowed}，而浏览器只接受一个值。DevTools 里显示“contains multiple values”。",
    },
    credentials: {
      title: "{server} 对带 Cookie 的页面 {origin} 只回了 *：浏览器不会把应答交给页面",
      detail: "带 Cookie（withCredentials: true）时，Access-Control-Allow-Origin 必须写明页面来源，不能用 *。",
    },
    starUnused: {
      title: "{server} 对 {origin} 回了 *，而这个会话再也没人用过：页面带凭据请求时，浏览器会扣下这样的应答",
      detail:
        "withCredentials: true 时，不管有没有 Cookie，Access-Control-Allow-Origin 都必须写明页面来源，不能用 *。DevTools 里显示 CORS 错误，服务端毫无察觉。",
    },
    failure: {
      title: "DevTools 里这看起来像 CORS 错误：{server} 的 {status} 应答没有提到来源",
      detail:
        "浏览器不把它交给 {origin} 的页面，所以页面看不到这个状态码。先解决状态码所说的问题：代理和许多服务端的错误页都不带 CORS 字段，即使已经允许所有来源。",
    },
    preflight: {
      title: "{server} 不允许 {origin} 的页面发送 {fields}：浏览器根本不会发出请求",
      detail:
        "带自定义字段时，浏览器先用 OPTIONS 询问（预检），应答的 Access-Control-Allow-Headers 必须写明该字段；Authorization 连 * 也不算。DevTools 里显示 CORS 错误。",
    },
    preflightStatus: {
      title: "{server} 对浏览器的预检（OPTIONS）回了 {status}[[ {reason}]]：{origin} 的页面不能发请求",
      detail:
        "跨域请求带自定义字段或方法时，浏览器先不带 Cookie 和 token 询问，状态码为 200 到 299 才继续。DevTools 里显示 CORS 错误。",
    },
    unheeded: {
      title: "{server} 不允许来源 {origin}，但调用方照样继续：它不是浏览器，或者不理会 CORS",
      detail: "它用上了浏览器本会扣下不给页面的那个应答里的会话。换成来自 {origin} 的页面，轮询会失败。",
    },
  },
  "http.upgrade.redirected": {
    plain: {
      title: "{server} 对{ask:word} {target} 做了重定向：{status}[[，指向 {location}]]",
      detail: "浏览器不会为 WebSocket 跟随重定向，直接以 1006 失败。客户端必须自己使用最终地址。",
    },
    poll: {
      title: "{server} 对{ask:word} {target} 做了重定向：{status}[[，指向 {location}]]",
      detail:
        "轮询被重定向时可能丢掉消息（301 和 302 会把 POST 变成 GET），到了另一个源还要过 CORS；之后的 WebSocket 浏览器根本不会跟随。客户端必须自己使用最终地址。",
    },
    followed: {
      title: "{server} 对{ask:word} {target} 做了重定向：{status}[[，指向 {location}]]；客户端已跟随",
      detail: "这个客户端随后在另一个地址建立了 WebSocket。换成浏览器不会跟随，会以 1006 失败。",
    },
  },
  "http.upgrade.page-returned": {
    page: {
      title: "{server} 用网页（{status}）应答了{ask:word} {target}：请求没有到达该去的地方",
      detail: "请求没有到达 WebSocket 服务，而是被静态页面的规则接走了（单页应用的 index.html 就是这样）。",
    },
    other: {
      title: "{server} 对{ask:word} {target} 回了 {status}[[（{contentType}）]]，而不是 101",
      detail: "请求被当成普通 HTTP 处理，这个路径上没有 WebSocket 服务。",
    },
    standIn: {
      title: "{server} 用一张代替服务器的页面（{status}）应答了{ask:word} {target}：后面的服务器没有运行，或正在维护",
      detail:
        "服务器不应答或维护期间，代理改为显示自己的页面（nginx：error_page 502 503 =200 /page.html），却回了 {status}，仿佛一切正常。客户端和健康检查都看不出来；请让它对 /socket.io/ 和 WebSocket 回 503。",
    },
  },
  "http.upgrade.gateway-error": {
    plain: {
      title: "{server} 处的代理[[ {proxy} ]]没有从后端得到可用的应答：{status}[[ {reason}]][[，{afterMs:ms}后返回]]",
      detail: "客户端和代理都正常，问题出在代理与后端之间。",
    },
    unavailable: {
      title: "{server} 处的代理[[ {proxy} ]]没有接下{ask:word} {target}：{status}[[ {reason}]][[，{afterMs:ms}后返回]]",
      detail: "此刻它没有服务器可以处理这个请求：后端都没起来，或者达到了某个上限。",
    },
  },
  "http.upgrade.unanswered": {
    serverClosed: {
      title: "{server} 收下 {target} 的升级请求，{afterMs:ms}后没有应答就断开了连接",
      detail: "一个字节的响应都没有。请求确实送达（TCP 已确认），随后服务器结束了连接。",
    },
    closedUnread: {
      title: "{server} 接受连接 {afterMs:ms}后就断开，没有读 {target} 的请求",
      detail:
        "TCP 握手由系统完成，随后服务程序（或转发程序）一个字都没等就结束了连接。请求没有人读过，所以与路径、token、字段都无关。",
    },
    clientGaveUp: {
      title: "{server} 一直没有应答 {target} 的升级请求，客户端 {afterMs:ms}后放弃",
      detail: "请求确实送达（TCP 已确认），但在那之前一直没有应答。",
    },
    proxyGaveUp: {
      title: "{server} 始终没有回应升级请求 {target}；代理等了 {afterMs:ms}后放弃",
      detail:
        "请求已经送达（TCP 已确认），但一直没有应答。代理（{client}）等到了自己的超时时间[[，然后以 {status} 告诉了它的客户端]]。",
    },
    late: {
      title: "{server} 对 {target} 升级请求的应答太晚：{lateMs:ms}后才到，客户端等了 {afterMs:ms}就放弃了",
      detail: "101 到达时，客户端已经关闭了连接。服务端日志里可能显示连接成功。",
    },
    poll: {
      title: "{server} 在 {afterMs:ms}内没有应答 Socket.IO 的第一个轮询：{target}",
      detail:
        "建立会话的请求确实送达（TCP 已确认），但在那之前一直没有应答。Socket.IO 报 connect_error: timeout，或 xhr poll error。",
    },
    pollHungUp: {
      title: "Socket.IO 的一个轮询已等了 {afterMs:ms}，{server} 没有应答就断开了连接：{target}",
      detail:
        "靠轮询的会话总有一个轮询在等消息。服务器没有应答，直接结束了它的连接：Socket.IO 客户端报 transport error，然后打开新的会话。",
    },
    sealed: {
      title: "{server} 在 {afterMs:ms}内没有应答 TLS 里的第一个请求[[，随后{closer:word}断开]]",
      detail:
        "TLS 握手已完成[[（请求的名称是 {name}）]]，请求也已送达（TCP 已确认），但没有任何记录作为应答。没有密钥就读不到请求的内容：可能是 WebSocket 的升级请求，也可能是服务器有意压住、等有消息才应答的请求（长轮询）。",
    },
    pending: {
      title: "直到抓包结束，发往 {server} 的 {target} 升级请求都没有应答",
      detail:
        "最后一个数据包在请求之后 {afterMs:ms}。此后客户端又等了多久，数据包里看不出来：如果停止抓包前页面已经卡了几秒，那么这个请求就有这么久没有应答。请一直抓到客户端放弃为止。",
    },
    silent: {
      title: "{server} 已有 {afterMs:ms}没有应答 {target} 的升级请求",
      detail: "请求确实送达（TCP 已确认），但一直没有应答。",
    },
  },
  "http.upgrade.dropped": {
    unacknowledged: {
      title: "发往 {server} 的升级请求在途中消失：重传 {repeats} 次，始终没有确认",
      detail: "TCP 建立正常，但带请求的数据包过不去：被途中的设备吞掉了。",
    },
    reset: {
      title: "发往 {server} 的升级请求在 {afterMs:ms}后被 RST",
      detail: "没有任何 HTTP 应答，一看到请求（{target}）连接就被掐断。",
    },
  },
  "http.upgrade.fields-stripped": {
    http10: {
      title: "{client} 处的代理没有转发升级：{server} 收到的是不带 Upgrade 的 HTTP/1.0 请求",
      detail:
        "请求里还带着 Sec-WebSocket-Key，说明客户端确实要求了 WebSocket。Upgrade 和 Connection 是逐跳字段，代理不显式设置就会丢掉；HTTP/1.0 是 nginx 旧版的默认行为。",
    },
    http11: {
      title: "{client} 处的代理没有转发升级：{server} 收到的请求缺少 Upgrade/Connection",
      detail: "这个请求本来要建立 WebSocket，但表明升级意图的两个字段不见了。它们是逐跳字段，代理不显式设置就会丢掉。",
    },
    connection: {
      title: "{client} 处的代理只转发了一半升级：{server} 收到了 Upgrade，却没有 Connection: upgrade",
      detail:
        "这两个字段都是逐跳字段，而且都必须有（RFC 6455 §4.2.1）：缺了 Connection: upgrade，服务器只当它是普通请求。",
    },
  },
  "http.upgrade.not-forwarded": {
    plain: {
      title: "{server} 处的代理自己应答了{ask:word} {target}[[（{status}）]]：根本没有转给后端",
      detail:
        "其他请求都转发了，唯独这个没有：它没有出现在任何别的连接上。后端日志里什么都没有，因为后端根本没有收到。",
    },
    unanswered: {
      title: "{server} 处的代理既没有应答 {target} 的升级请求，也没有把它转给后端",
      detail:
        "其他请求都转发了，唯独这个没有：它没有出现在任何别的连接上。代理的系统收到了这个包（TCP 已确认）；它的程序有没有读到这个请求，从包里看不出来。",
    },
  },
  "http.upgrade.accept-invalid": {
    wrong: {
      title: "{server} 回了 101，但 Sec-WebSocket-Accept 是错的",
      detail: "它发的是 {accept}，按请求的 Key 应为 {expected}。客户端必须判定失败，报 1006。",
    },
    missing: {
      title: "{server} 回了 101，但没有 Sec-WebSocket-Accept",
      detail: "按请求的 Key 应为 {expected}。客户端必须判定失败，报 1006。",
    },
    upgradeField: {
      title: "{server} 回了 101，但没有“Upgrade: websocket”",
      detail: "[[实际为 Upgrade: {value}。]]客户端必须判定失败，报 1006。",
    },
    connectionField: {
      title: "{server} 回了 101，但没有“Connection: Upgrade”",
      detail: "[[实际为 Connection: {value}。]]客户端必须判定失败，报 1006。",
    },
  },
  "http.upgrade.not-negotiated": {
    extension: {
      title: "{server} 选用了扩展 {value}，而客户端并没有提出",
      detail: "[[客户端提出的是：{offered}。]]客户端必须判定失败，报 1006。",
    },
    protocol: {
      title: "{server} 选用了子协议 {value}，而客户端并没有提出",
      detail: "[[客户端提出的是：{offered}。]]客户端必须判定失败，报 1006。",
    },
    protocolAbsent: {
      title: "{server} 没有选用任何子协议（客户端提出 {offered}），{closer:word}随即断开",
      detail: "创建 WebSocket 时指定了子协议，而 101 里没有 Sec-WebSocket-Protocol，浏览器会判定失败。",
    },
  },
  "http.upgrade.version": {
    plain: {
      title: "客户端向 {server} 请求的 WebSocket 版本[[为 {version}，]]不是 13",
      detail: "只有 13 是标准版本[[；服务器支持 {supported}]][[；它回了 {status}]]。",
    },
  },
  "http.upgrade.closed-at-once": {
    close: {
      title:
        "到 {server} 的 WebSocket 刚打开（101），{afterMs:ms}后服务器就以 {code} 关闭了它，一条消息都没发[[：“{reason}”]]",
      detail:
        "关闭码表示一切正常，其实什么都没交换：服务器在握手之后拒绝时常这样做（例如在连接处理函数里校验登录失败）。会自动重连的客户端就会一遍遍地重试。",
    },
    told: {
      title: "{server} 接受了 WebSocket，只发了一句“{text}”，101 之后 {afterMs:ms}就以 {code} 关闭[[（“{reason}”）]]",
      detail:
        "关闭码表示一切正常，但它唯一的一条消息是拒绝：原因只写在这条消息里。会自动重连的客户端就会一遍遍地重试。",
    },
    fin: {
      title: "到 {server} 的 WebSocket 刚打开（101），{afterMs:ms}后就被{closer:word}关闭，一个帧都没发",
      detail: "没有 Close 帧，两端都报 1006。{target} 的握手本身没有问题。",
    },
    rst: {
      title: "到 {server} 的 WebSocket 刚打开（101），{afterMs:ms}后就被{closer:word} RST，一个帧都没发",
      detail: "没有 Close 帧，两端都报 1006。{target} 的握手本身没有问题。",
    },
    proxyDropped: {
      title: "{server} 接受了 WebSocket（101），代理 {proxy} 却在 {afterMs:ms}后把它丢掉：101 没有转给客户端",
      detail:
        "客户端和服务器都没有问题，{target} 的握手也没有问题。代理断开了到服务器的连接，对自己的客户端却不给应答。",
    },
  },
} as const satisfies SomeFindings;
