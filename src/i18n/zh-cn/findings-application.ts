import type { SomeFindings } from "../texts.ts";
import { standingStill } from "./standing-still.ts";

/** What runs inside the WebSocket. */
export const findingsApplication = {
  "eio.pong.missing": {
    gaveUp: {
      title: "{to:word}不再回应 Socket.IO 的 ping：从第一个无应答的 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接",
      detail:
        "[[Engine.IO 每 {intervalMs:ms}发一次 ping]][[，等待 pong {timeoutMs:ms}]]。这是应用层心跳失败：那段时间里{to:word}的程序没有在运行，或者它的 pong 还在路上。",
    },
    neverPongs: {
      title: "{to:word}从不应答 Socket.IO 的 ping；第一个 ping 之后 {waitedMs:ms}，{from:word}放弃",
      detail:
        "[[Engine.IO 每 {intervalMs:ms}发一次 ping]][[，等 pong 等 {timeoutMs:ms}]]。{to:word}的 WebSocket 是活着的：{from:word}的 Close 它立刻应答了（即使页面卡住，浏览器也会这样做）。上面运行的程序要么不懂这种心跳，要么当时没有运行。",
    },
    gaveUpPath: {
      title: "链路中断了 {outageMs:ms}，Socket.IO 心跳因此失败：{from:word}放弃了连接",
      detail:
        "[[Engine.IO 每 {intervalMs:ms}发一次 ping]][[，等待 pong {timeoutMs:ms}]]。其间数据包反复重传都没有回应；{from:word}结束会话的数据包在第一个无应答的 ping 之后 {waitedMs:ms}才送到。",
    },
    waiting: {
      title: "{to:word}已有 {waitedMs:ms}没有回应 Socket.IO 的 ping（{missing} 个）",
      detail: "[[Engine.IO 每 {intervalMs:ms}发一次 ping]][[，等待 pong {timeoutMs:ms}]]。",
    },
    noPing: {
      title: "{from:word}不再发 Socket.IO 的 ping，{to:word}等了 {waitedMs:ms}后放弃",
      detail:
        "{from:word}每 {intervalMs:ms}发一次 ping（Engine.IO 4 起由服务器发，之前由客户端发），{to:word}再多等 {timeoutMs:ms}没收到就会关闭。要么{from:word}的程序停住了，要么它发的东西都没到。",
    },
    noPingPath: {
      title: "链路中断，{from:word}的 Socket.IO ping 不再送到{to:word}，{to:word}等了 {waitedMs:ms}后放弃",
      detail:
        "{from:word}每 {intervalMs:ms}发一次 ping（Engine.IO 4 起由服务器发，之前由客户端发），{to:word}再多等 {timeoutMs:ms}没收到就会关闭。那段时间发出的数据反复重传，{outageMs:ms}内都没有得到确认；{from:word}的程序也许没有问题。",
    },
    pingsLost: {
      title: "{from:word}的 Socket.IO ping 没有送到{to:word}，{to:word}等了 {waitedMs:ms}后放弃",
      detail:
        "{from:word}每 {intervalMs:ms}发一次 ping（Engine.IO 4 起由服务器发，之前由客户端发），{to:word}再多等 {timeoutMs:ms}没收到就会关闭。ping 其实发了，TCP 也一再重传，但直到{to:word}关闭都没有得到确认：是链路中断了。之后 TCP 也许又通了，但会话那时已经结束。",
    },
    pollsStopped: {
      title: "{to:word}没有回应 Socket.IO 的 ping；{waitedMs:ms}后它再来轮询时，会话已经没了",
      detail:
        "{from:word}每 {intervalMs:ms}发一次 ping，等 pong 等 {timeoutMs:ms}；靠轮询的会话等不到就结束，不会发任何数据包。要么{to:word}的程序那段时间没有运行，要么它发的东西都没到。",
    },
    pongNotPosted: {
      title: "{to:word}还在轮询，却没有回应 Socket.IO 的 ping；{waitedMs:ms}后{from:word}结束了会话",
      detail:
        "轮询时，ping 是对 GET 的响应，pong 是内容为“3”的 POST。{from:word}每 {intervalMs:ms}发一次 ping，等 pong 等 {timeoutMs:ms}；它的告别（“1”）是对下一个 GET 的响应，可见{to:word}的程序已经读到 ping，又接着来问了。",
    },
    ...standingStill,
  },
  "eio.upgrade.failed": {
    refused: {
      title: "Socket.IO 停留在轮询：到 {server} 的 WebSocket 没有被接受[[（{status}）]]",
      detail: "会话靠 HTTP 轮询还能用，但每条消息都要一个请求，用户只会觉得慢。",
    },
    probe: {
      title: "Socket.IO 停留在轮询：到 {server} 的 WebSocket 上探测没有得到回应",
      detail: "WebSocket 打开了，但“2probe”没有等到“3probe”：连到了别的进程，或代理后面没有服务。",
    },
  },
  "sio.connect.missing": {
    silent: {
      title: "{server} 是 Socket.IO 服务，等了 {waitedMs:ms}也没等到 CONNECT",
      detail:
        "客户端打开 WebSocket 后什么都没发。普通 WebSocket 客户端不知道 Socket.IO 要先发“40”。[[服务器在 {timeoutMs:ms}后主动结束，与 Socket.IO 的 connectTimeout（默认 45 秒）相符：在这段时间里没有进入任何命名空间的会话会被它结束。]]",
    },
    onlyPongs: {
      title: "{server} 是 Socket.IO 服务，等了 {waitedMs:ms}也没等到 CONNECT",
      detail:
        "客户端只回应了 Engine.IO 的 ping，别的什么都没发：它懂 Engine.IO，但没有请求进入任何命名空间。[[服务器在 {timeoutMs:ms}后主动结束，与 Socket.IO 的 connectTimeout（默认 45 秒）相符：在这段时间里没有进入任何命名空间的会话会被它结束。]]",
    },
    other: {
      title: "{server} 是 Socket.IO 服务，客户端发的却是别的消息格式：{waitedMs:ms}后服务器关闭了连接",
      detail:
        "始终没有 CONNECT。普通 WebSocket 客户端不能与 Socket.IO 服务器通信。[[服务器在 {timeoutMs:ms}后主动结束，与 Socket.IO 的 connectTimeout（默认 45 秒）相符：在这段时间里没有进入任何命名空间的会话会被它结束。]]",
    },
    polled: {
      title: "{server} 是 Socket.IO 服务，在轮询里等了 {waitedMs:ms}也没等到 CONNECT",
      detail:
        "客户端打开了会话，也在轮询，但没有请求进入任何命名空间。服务器在 {timeoutMs:ms}后主动结束，与 Socket.IO 的 connectTimeout（默认 45 秒）相符，这样的会话会被它结束。",
    },
    unused: {
      title: "{client} 在 {spanMs:ms}内向 {server} 打开了 {count:n} 个 Socket.IO 会话，一个也没有用过",
      detail:
        "每次都得到了一个会话；读到响应的客户端会立刻带着它继续请求。这里没有见到这样的请求：要么客户端的程序没有拿到或没有看懂响应，要么它后面的请求去了别处。它得到的是 connect_error，于是一再重试。",
    },
  },
  "sio.connect.refused": {
    namespace: {
      title: "Socket.IO 拒绝：服务器没有命名空间 {namespace}",
      detail: "连接本身正常，CONNECT 得到的是 CONNECT_ERROR：“{message}”。",
    },
    auth: {
      title: "Socket.IO 拒绝登录 {namespace}：“{message}”",
      detail: "连接本身正常，客户端也带了登录凭证（内容对不对另说），是服务端中间件没有通过。[[它还附上了：{details}]]",
    },
    noAuth: {
      title: "Socket.IO 拒绝登录 {namespace}：“{message}”，客户端没有带 token",
      detail:
        "连接本身正常，但 CONNECT、URL 参数和 Authorization 里都没有 token，服务端中间件没有通过。[[它还附上了：{details}]]",
    },
    unseen: {
      title: "Socket.IO 拒绝登录 {namespace}：“{message}”",
      detail:
        "连接本身正常，是服务端中间件没有通过。客户端有没有带 token 无从得知：抓包缺了这一段。[[服务器还附上了：{details}]]",
    },
  },
  "sio.connect.unanswered": {
    plain: {
      title: "Socket.IO 对 {namespace} 的 CONNECT 一直没有回应：{server} 让客户端等了 {waitedMs:ms}",
      detail:
        "连接本身正常，但服务端在这个命名空间里既没有接受也没有拒绝。客户端既看不到 connect，也看不到 connect_error。[[服务器在 {timeoutMs:ms}后主动结束，与 Socket.IO 的 connectTimeout（默认 45 秒）相符：在这段时间里没有进入任何命名空间的会话会被它结束。]]",
    },
    noGreeting: {
      title: "{server} 接受了 Socket.IO 的 WebSocket {target}，{waitedMs:ms}里却没有说过一句 Socket.IO",
      detail:
        "Socket.IO 服务在 101 之后会立刻发 0{…}。等不到它，客户端会报 connect_error: timeout，关闭后再试；关闭过程本身看起来是正常的。",
    },
    otherServer: {
      title: "{server} 接受了 Socket.IO 的 WebSocket {target}，但它说的不是 Socket.IO",
      detail: "Socket.IO 服务的第一句是 0{…}，这里却是别的内容。客户端会报 connect_error（parser error），关闭后再试。",
    },
  },
  "sio.exception": {
    plain: {
      title: "服务端在 {namespace} 里报告了错误：“{message}”（事件 {event}）[[，另有 {others} 个错误]]，客户端仍然连着",
      detail: "失败的是一个请求，不是连接。没有监听 {event} 的客户端什么都看不到，只会白等。",
    },
    refused: {
      title: "服务端放客户端进了 {namespace}，却拒绝它在里面的请求（{count} 次）：“{message}”",
      detail:
        "此后服务端在 {namespace} 里没有再发别的东西。连接本身没问题，客户端也看到了 connect；被拒绝的是它的请求，guard 或中间件就是这样做的（NestJS 会发 exception 事件）。",
    },
    failing: {
      title: "客户端在 {namespace} 里的请求在服务端都失败了（{count} 次）：“{message}”",
      detail:
        "此后服务端在 {namespace} 里没有再发别的东西。连接本身没问题，客户端也看到了 connect；是服务端自己的代码在应答之前抛出了异常。",
    },
  },
  "sio.disconnected": {
    plain: {
      title: "服务器把客户端从 {namespace} 断开[[，距连接成功 {afterMs:ms}]]",
      detail: "这是 Socket.IO 的 DISCONNECT：服务端代码调用了 disconnect()。此后客户端不会自动重连。",
    },
    atOnce: {
      title: "服务器接受客户端进入 {namespace}，{afterMs:ms}后又把它断开，没有说明原因",
      detail:
        "客户端先收到 connect，随即收到 disconnect（原因 io server disconnect），看不到任何理由：服务端代码调用了 disconnect()，常见的是连接处理函数里校验登录失败，也可能是有意踢掉这个客户端。此后客户端不会自动重连。",
    },
    told: {
      title: "服务器拒绝了进入 {namespace} 的客户端：“{message}”（先发 {event} 事件，再断开）",
      detail:
        "[[发生在连接成功后 {afterMs:ms}。]]连接已经到达服务端，是服务端代码调用了 disconnect()；客户端报 io server disconnect，之后不会自动重连。",
    },
    parseError: {
      title: "客户端发送了不是 Socket.IO 包的内容“{text}”，{afterMs:ms}后 {server} 就挂断了",
      detail:
        "Engine.IO 和 Socket.IO 遇到无法解析的内容会结束连接；服务端日志写的是“parse error”或“forced close”。关闭过程本身看起来是正常的。",
    },
    closedBeneath: {
      title: "服务器接受客户端进入 {namespace}，{afterMs:ms}后又关闭了连接，没有发 DISCONNECT",
      detail:
        "客户端先收到 connect，随即收到 disconnect（原因 transport close），看不到任何理由；服务端自己的处理函数看到的是 forced close。Socket.IO 没有任何包说明结束，所以客户端当作断线，会自动重连。",
    },
    closedUnasked: {
      title: "服务器打开了 Socket.IO 会话，{afterMs:ms}后又关闭，没有回答进入 {namespace} 的 CONNECT",
      detail:
        "客户端没有收到 connect，就收到 disconnect（原因 transport close），看不到任何理由。Socket.IO 没有任何包说明结束，所以客户端当作断线，会自动重连。",
    },
  },
  "app.heartbeat.missing": {
    gaveUp: {
      title:
        "{to:word}不再回应应用心跳；从第一个无应答的算起 {waitedMs:ms}后，{from:word}放弃了连接[[（关闭码 {code}）]]",
      detail: "“{sample}”每 {intervalMs:ms}发一次，原先每次都有回应，后来 {missing} 次没有，发送方随即结束了连接。",
    },
    gaveUpPath: {
      title:
        "{from:word}发的东西到不了{to:word}，应用心跳也一样；从第一个无应答的算起 {waitedMs:ms}后，{from:word}放弃了连接[[（关闭码 {code}）]]",
      detail:
        "“{sample}”每 {intervalMs:ms}发一次，原先每次都有回应，后来 {missing} 次没有。TCP 重发了它，也没有等到确认：{to:word}的程序可能没有问题。",
    },
    neverAnswered: {
      title:
        "{to:word}对这里的应用心跳一次都没有回应；从第一个算起 {waitedMs:ms}后，{from:word}放弃了连接[[（关闭码 {code}）]]",
      detail: "“{sample}”每 {intervalMs:ms}发一次，共 {missing} 次，一次回应都没有，发送方随即结束了连接。",
    },
    notAsked: {
      title: "{to:word}不再发应用心跳；最后一次之后 {waitedMs:ms}，{from:word}结束了连接[[（关闭码 {code}）]]",
      detail:
        "{to:word}的“{sample}”每 {intervalMs:ms}来一次，每次都有回应，后来不再来了。{to:word}的主机一直在确认数据：网络路径没有问题。",
    },
    alive: {
      title: "{to:word}不再回应应用心跳，已有 {waitedMs:ms}，但仍在发送数据",
      detail: "“{sample}”每 {intervalMs:ms}发一次，原先每次都有回应，后来 {missing} 次没有。连接是通的，只缺回应。",
    },
    silent: {
      title: "{to:word}不再回应应用心跳，已有 {waitedMs:ms}",
      detail: "“{sample}”每 {intervalMs:ms}发一次，原先每次都有回应，后来 {missing} 次没有。",
    },
    late: {
      title: "{to:word}对应用心跳的回应晚了 {waitedMs:ms}：{missing} 个一起来",
      detail:
        "“{sample}”每 {intervalMs:ms}发一次。其间有 {missing} 个在等，之后回应一起到来。如果发送方耐心再少一些，这条连接已经断了。",
    },
  },
  "app.standstill": standingStill,
  "app.silent": {
    plain: {
      title: "服务器一条消息都没发：连上后客户端发了 {messages} 条，之后 {silentMs:ms}没有任何消息",
      detail: "WebSocket 是通的。可能没有订阅成功，也可能确实没有数据可发。",
    },
    noAckNothing: {
      title:
        "客户端发到 {namespace} 的事件，服务器毫无反应：{missing} 个带回调的事件[[（第一个是“{event}”）]]，{waitedMs:ms}内没有确认（ack）",
      detail:
        "客户端已进入 {namespace}，会话也一直在，但服务器在这里既没有发确认，也没有发任何事件。客户端的回调永远不会执行；设了超时则报 “operation has timed out”。",
    },
    noAck: {
      title:
        "服务器从不确认客户端在 {namespace} 里的事件：{missing} 个带回调的事件[[（第一个是“{event}”）]]，{waitedMs:ms}内没有确认（ack）",
      detail: "会话一直在，只是没有给调用方的答复。客户端的回调永远不会执行；设了超时则报 “operation has timed out”。",
    },
    someAcks: {
      title:
        "服务器在 {waitedMs:ms}内没有确认客户端在 {namespace} 里的 {missing} 个事件[[（第一个是“{event}”）]]；另外 {answered} 个有确认",
      detail: "这些事件的回调没有执行；设了超时则报 “operation has timed out”。会话一直在。",
    },
  },
  "app.vite-hmr": {
    plain: {
      title: "这是 Vite 在 {server} 上的热更新 WebSocket，不是你的应用",
      detail: "它的子协议是 vite-hmr，属于开发服务器；排查自己的连接时不用看它。",
    },
  },
  "jwt.expired": {
    refused: {
      title: "服务器以 {status} 拒绝了客户端：{where:word}里的 token 在此之前 {agoMs:ms}就已过期",
      detail: "token 的 exp 早于数据包时间。token 内容不会显示。",
    },
    refusedNamespace: {
      title: "Socket.IO 拒绝登录 {namespace}，“{message}”：{where:word}里的 token 在此之前 {agoMs:ms}就已过期",
      detail: "连接本身没问题，是服务端代码拒绝了客户端。token 的 exp 早于数据包时间；token 内容不会显示。",
    },
    disconnected: {
      title: "客户端刚连上 {namespace} 就被服务器断开：{where:word}里的 token 在此之前 {agoMs:ms}就已过期",
      detail:
        "服务器先放行，随后调用了 disconnect()，常见于连接处理函数（NestJS 的 handleConnection）里校验失败时。服务器没有给出理由；token 的 exp 早于数据包时间。token 内容不会显示。",
    },
    refusedRequests: {
      title: "服务端拒绝客户端在 {namespace} 里的请求，“{message}”：{where:word}里的 token 在此之前 {agoMs:ms}就已过期",
      detail: "连接一直开着，此后服务端在那里没有再发别的东西。token 的 exp 早于被拒绝的时间。token 内容不会显示。",
    },
    expired: {
      title: "{where:word}里的 token 在发送时已过期 {agoMs:ms}",
      detail: "token 的 exp 早于数据包时间。token 内容不会显示。",
    },
    notYetValid: {
      title: "{where:word}里的 token 还要 {inMs:ms}才生效",
      detail: "token 的 nbf 晚于数据包时间，说明两边时钟不一致。token 内容不会显示。",
    },
    during: {
      title: "服务器恰好在 {where:word}里的 token 到期时断开连接，此时已连接 {openMs:ms}",
      detail: "服务器对已打开的连接也会检查 token 有效期。",
    },
    duringSession: {
      title: "服务器恰好在 {where:word}里的 token 到期时把客户端从 {namespace} 断开[[，此时已连接 {openMs:ms}]]",
      detail:
        "这是 Socket.IO 的 DISCONNECT：服务器对已打开的连接也会检查 token 有效期。此后客户端不会自动重连（“io server disconnect”）。",
    },
  },
  "clock.skew": {
    ahead: {
      title: "{server} 的时钟比抓包机快 {offMs:ms}",
      detail: "依据是响应里的 Date 字段。token 和证书都按那个时钟判断。",
    },
    behind: {
      title: "{server} 的时钟比抓包机慢 {offMs:ms}",
      detail: "依据是响应里的 Date 字段。token 和证书都按那个时钟判断。",
    },
  },
} as const satisfies SomeFindings;
