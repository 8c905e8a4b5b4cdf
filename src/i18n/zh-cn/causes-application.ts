import type { CauseText } from "../texts.ts";

/** Causes in names, applications and tokens. */
export const causesApplication = {
  passwordRefused: {
    cause: "理由提到密码：服务端不接受客户端发来的用户名或密码。",
    fix: "核对客户端发的和服务端期望的是否一致（环境变量、配置文件、多余的空格、编码）。会自动重连的客户端不要一直重复同一个密码，账号可能被锁定。",
  },
  nameUnknown: {
    cause: "域名写错了，或这台 DNS 服务器不认识它。",
    fix: "在客户端执行 getent hosts {name}；修正 URL 里的主机名，或加进 DNS 或 /etc/hosts。",
  },
  nameServerDown: {
    cause: "DNS 服务器 {resolver} 出故障、被拦截，或上游没有应答。",
    fix: "在客户端执行 resolvectl status 和 dig @{resolver} {name}；可临时换一台 DNS 服务器（如路由器）验证。",
  },
  useAddress: {
    cause: "设备根本没有登记在 DNS 里。",
    fix: "在 URL 里直接写地址：ws://<IP>:<端口>/（在设备上用 hostname -I 查看）。",
  },
  addressUnowned: {
    cause: "URL 里的地址没有任何设备在用（或已不再使用）。",
    fix: "在服务器上执行 hostname -I；如果不是 {server}，修正 URL，或在 DHCP 里固定地址。",
  },
  proxyLogin: { cause: "代理需要用户名和密码。", fix: "在系统代理设置里填写，或把该主机加入例外（NO_PROXY）。" },
  proxyCannotReach: { cause: "代理自己连不上 {target}。", fix: "申请放行；如果是内网主机，把它加入例外（NO_PROXY）。" },
  engineIoTimers: {
    cause: "心跳超时比这个客户端正常的停顿还短。",
    fix: "仅当这种停顿属于正常情况时才调大：new Server({ pingInterval: 25000, pingTimeout: 60000 })。",
  },
  notSocketIoClient: {
    cause: "客户端是普通 WebSocket（new WebSocket、wscat），服务端是 Socket.IO。",
    fix: "使用同一大版本的 socket.io-client，或改用普通 WebSocket 服务。两者是不同的协议。",
  },
  neverAsksIn: {
    cause:
      "客户端懂 Engine.IO，却没有发 Socket.IO 的 CONNECT：它是手写的，或只用了 engine.io-client，或打开了 Manager 却没有让任何 socket 连接。",
    fix: "手写客户端：收到服务端的 0{…} 后立刻发 40；进命名空间用 40/chat,（带逗号）；登录信息以 JSON 跟在后面。用 socket.io-client 时要让 socket 连接：io(url)；autoConnect 为 false 时调用 socket.connect()。",
  },
  notSocketIoServer: {
    cause:
      "客户端是 socket.io-client，而这个路径上应答的是普通 WebSocket 服务（ws、NestJS 的 WsAdapter，或别的服务）。",
    fix: "客户端改用 new WebSocket(url)，或在服务端运行 Socket.IO（NestJS：IoAdapter）。有代理时，核对 proxy_pass 的端口是不是 Socket.IO 监听的端口。",
  },
  serversShareUpgrades: {
    cause:
      "两个 WebSocket 服务共用一个 HTTP server，Socket.IO 的升级请求被另一个抢走：Socket.IO 旁边的 new WebSocketServer({ server }) 会应答所有路径，设了 path 则会拒绝其他所有路径。",
    fix: "改成 new WebSocketServer({ noServer: true })，在 server.on('upgrade') 里只把属于它的路径交给它；Socket.IO 会处理自己的。",
  },
  notAPacket: {
    cause:
      "客户端是手写的，或者有代码绕过 socket.io-client 直接发送：内容不是 Engine.IO 或 Socket.IO 的包，或者其中的 JSON 是坏的。",
    fix: '用 socket.io-client 的 socket.emit()。手写时事件的格式是 42/命名空间,["事件",数据]，JSON 必须合法；命名空间为 / 时不写。',
  },
  neverPongsEngineIo: {
    cause:
      "客户端没有实现 Engine.IO 的心跳：是普通 WebSocket 客户端（wscat、new WebSocket、压测工具），会发 40，但不发 pong。",
    fix: "改用 socket.io-client。手写时：收到消息 2 就回消息 3。WebSocket 自己的 pong 不算。",
  },
  openingUnread: {
    cause:
      "响应没有原样到达客户端的程序：浏览器里的 CORS、浏览器扩展或拦截器、客户端不会解开的压缩，或者客户端说的是另一个版本。",
    fix: "看 connect_error（它的 description 和 context）和浏览器控制台。客户端读到的响应，开头几个字节必须是 0{…}。",
  },
  bufferLimit: {
    cause: "消息超过了 Socket.IO 服务器的一个上限，而握手里没有写明：python-socketio 遇到时会以 1000 关闭、结束会话。",
    fix: "在那里调大 max_http_buffer_size（默认 1 MB），或让{from:word}分成小块发送；打开 engineio_logger=True 后它的日志会写明。",
  },
  announcedLimit: {
    cause: "消息超过了服务器在握手里写明的上限：maxPayload {limit:n} 字节。",
    fix: "让{from:word}分成小块发送，或者调大上限：Socket.IO 的 maxHttpBufferSize（NestJS 写在网关的选项里）。",
  },
  namespaceUnknown: {
    cause: "服务端没有声明命名空间 {namespace}。",
    fix: "对照客户端的 io('…{namespace}') 与服务端的 io.of('…') 或 @WebSocketGateway({ namespace })。",
  },
  authMissing: {
    cause: "客户端连接时没有带 token。",
    fix: "io(url, { auth: { token } })：登录完成之后、connect() 之前设置好。",
  },
  checkFailed: {
    cause:
      "正如消息所说，是服务端的校验本身出了错：它要访问的东西（数据库、Redis、别的服务）连不上，或者代码抛了异常。token 对不对还没有判断。",
    fix: "查看服务端这一时刻的日志，以及它连接的对象：是否在运行，从服务端看地址对不对？在容器里，127.0.0.1 指的是容器自己。",
  },
  serverLimits: {
    cause: "正如消息所说，服务端限制了连接数或尝试次数。token 对不对还没有判断。",
    fix: "数一数该用户或该地址的连接；关掉旧连接（页面刷新、热更新、React 的 StrictMode 都会留下），让客户端重试间隔更长，或提高限制。",
  },
  tokenElsewhere: {
    cause: "服务端找 token 的地方和客户端放的地方不一样：它收到了，却说没有。",
    fix: "io(url, { auth: { token } }) 对应 socket.handshake.auth.token；extraHeaders 对应 handshake.headers.authorization（浏览器的 WebSocket 不会发送）；query 对应 handshake.query.token。名字也要一致。",
  },
  tokenUnset: {
    cause: "客户端发的不是 token，而是未赋值变量的字样（undefined、null 等）。",
    fix: "拿到 token 之后再连接：autoConnect: false，然后 socket.auth = { token }; socket.connect()。或用 auth: (cb) => cb({ token: getToken() })，每次连接时重新读取。",
  },
  bearerInAuth: {
    cause: "auth 里的 token 以“Bearer”开头，这是 Authorization 头才有的写法：服务端原样校验就会拒绝。",
    fix: "只发 token 本身：io(url, { auth: { token } })；或者服务端校验前去掉“Bearer ”。",
  },
  gatewayDisconnects: {
    cause: "服务端代码对 {namespace} 调用了 disconnect()，常见于连接处理函数里校验失败时。",
    fix: "查看 handleConnection 里的校验。最好改在中间件里拒绝（server.use((socket, next) => next(new Error(…)))，NestJS 写在 afterInit 里），客户端就能在 connect_error 里看到原因。",
  },
  engineClosed: {
    cause: "服务端代码直接关闭了 Socket.IO 底下的连接（socket.conn.close()），常见于校验失败时。",
    fix: "在服务端搜索 conn.close 和 engine.close，NestJS 从 handleConnection 看起。最好改在中间件里拒绝（server.use((socket, next) => next(new Error(…)))），客户端就能在 connect_error 里看到原因，也不会反复重连。",
  },
  middlewareHangs: {
    cause:
      "{namespace} 的中间件（server.of().use()、NestJS 的 adapter 或 guard）既没有调用 next()，也没有报错：它查询的数据库或登录服务没有回应。",
    fix: "在它里面每个 await 前后打日志；给查询加几秒超时，超时就调用 next(new Error(…))。",
  },
  handlerException: {
    cause:
      "服务端的处理函数抛出异常或拒绝了请求（NestJS 里是处理函数、guard 或 pipe 的 WsException，以 exception 事件发出）。",
    fix: "客户端监听它：socket.on('exception', …)，并看服务端这一时刻的日志。用确认回调（ack）的话，结果会直接告诉调用方。",
  },
  plainError: {
    cause:
      "服务端代码抛出了异常，但没有把原因告诉客户端。在 NestJS 里，凡不是 WsException 的错误都只说“Internal server error”：可能是处理函数出错，也可能是 guard 因令牌缺失、无效或过期而抛出 new Error()。",
    fix: "原因在服务端这一时刻的日志里（NestJS：[WsExceptionsHandler]）。让 guard 抛出 new WsException('…')，客户端用 socket.on('exception', …) 就能看到原因。",
  },
  beatHandlerStopped: {
    cause: "{to:word}回应心跳的代码停了：抛了异常，或定时器、订阅丢失。",
    fix: "查看{to:word}这一时刻的日志；更稳妥的是用 WebSocket 的 ping，库会自动回应。",
  },
  beatNotKnown: {
    cause: "{to:word}的代码不回应这种消息：不认识它，或处理时出错。",
    fix: "对比两端程序约定的心跳格式（类型、字段名、版本）；更稳妥的是用 WebSocket 的 ping，库会自动回应。",
  },
  beatSenderStopped: {
    cause: "{to:word}发送心跳的代码停了：抛了异常，或定时器被清除。",
    fix: "查看{to:word}这一时刻的日志（浏览器：控制台），以及是什么清除了那个定时器。",
  },
  pageTimersSlowed: {
    cause: "页面的定时器被放慢或停掉了：浏览器对后台标签页会这样做，而 TCP 和 WebSocket 的 ping 仍照常应答。",
    fix: "改由服务端发 WebSocket 的 ping，浏览器不经过页面就会应答；或把心跳定时器放进 Web Worker。后台标签页的定时器可能一分钟才运行一次，而服务端等了 {patienceMs:ms}。",
  },
  nothingSubscribed: {
    cause: "订阅没有生效：主题不对、消息格式不对，或没有数据。",
    fix: "用 wscap frames 查看客户端发了什么，与服务端的要求对照。",
  },
  handlersElsewhere: {
    cause:
      "服务端的处理函数在别的命名空间，不在 {namespace}：Socket.IO 允许任何客户端进入 /（以及每个声明过的命名空间），哪怕那里没有人监听。",
    fix: "对照客户端 io('https://…') 里的路径与服务端的 @WebSocketGateway({ namespace: '…' }) 或 io.of('…').on('connection', …)：处理函数只收到自己命名空间的事件。",
  },
  ackNotCalled: {
    cause: "服务端没有处理函数确认这个事件[[（{event}）]]：名字不一致、没有调用回调、抛了异常，或自己还在等别的东西。",
    fix: "处理函数的最后一个参数就是回调，每条路径（包括出错时）都要调用。NestJS：直接 return 数据；什么都不返回就没有确认，返回 { event, data } 则会改发一个事件。在开头和结尾各打一条日志。",
  },
  loginNeverSent: {
    cause: "关闭理由说在等登录消息，而{from:word}在这 {waitedMs:ms}里一条消息都没发。",
    fix: "让{from:word}在 onopen 里首先发送登录消息（token），每次重连后也要再发；格式以服务端代码为准。",
  },
  loginNotSeen: {
    cause:
      "关闭理由说在等登录消息：{from:word}在这 {waitedMs:ms}里发了 {count} 条消息，对方没有把其中任何一条当作登录。",
    fix: "用 wscap frames 查看{from:word}发了什么：里面有没有登录消息（token），格式是否符合服务端代码的要求？它应在 onopen 里最先发送，每次重连后也要再发。",
  },
  viteOwnSocket: { cause: "开发服务器与它的页面通信。", fix: "不用处理。" },
  tokenNotRenewed: {
    cause: "客户端用的是旧 token。",
    fix: "重新登录换取新 token；代码里在连接前和每次重连时都要更新：auth: (cb) => cb({ token: currentToken() })。",
  },
  tokenOfOthers: {
    cause: "服务端的话说明它验证不了这个 token：是用别的密钥签发的，或是给别的服务的。",
    fix: "签发方和校验方要用同一个密钥（JWT_SECRET，或签发方的公钥），audience 和 issuer 也要一致：对照两边的环境变量。换过密钥后要重新登录。",
  },
  otherTermOver: {
    cause: "服务端的话说明到期的不是登录，而是别的东西（订阅、许可证、邀请、密钥等），消息里写明了是什么。",
    fix: "续期消息里提到的那一项，或询问服务端的维护者。换新 token 没有用，除非服务端从 token 里读取这个期限。",
  },
  permissionMissing: {
    cause:
      "服务端的话说明它不允许这个用户这样做：缺少角色或权限，或某个 guard 返回了 false（NestJS 这时会说“Forbidden resource”，guard 校验登录时也一样）。",
    fix: "换一个有权限的用户登录，或查看中间件、guard（canActivate）检查了什么，以及服务端记录的该用户角色。",
  },
  tokenRanOut: {
    cause: "token 在连接期间到期，没有续期。",
    fix: "收到“io server disconnect”后，客户端要换新 token 并自己重新连接：socket.on('disconnect', async (reason) => { if (reason === 'io server disconnect') { await renewToken(); socket.connect(); } })；auth 写成函数，每次都重新读取：auth: (cb) => cb({ token: currentToken() })。",
  },
  clockCorrected: {
    cause: "抓包机器的时钟在此期间被校正过（NTP、手动设置，或虚拟机恢复运行）。",
    fix: "连接本身不用处理。在该机器上用 timedatectl status 和 journalctl -u systemd-timesyncd（或 chronyd）可以看到校时记录；抓包前先完成校时。",
  },
  clockSetBack: {
    cause: "抓包机器的时钟在此期间被往回拨过（NTP 或手动设置）。",
    fix: "在该机器上用 timedatectl status 和 journalctl -u systemd-timesyncd（或 chronyd）可以看到校时记录；抓包前先完成校时。",
  },
  notInTimeOrder: {
    cause: "{name} 里的数据包没有按时间排列：几段抓包是按别的顺序拼接的。",
    fix: "用 reordercap {name} sorted.pcapng 按时间排序（Wireshark 自带），再读取 sorted.pcapng。",
  },
  endsMerged: {
    cause: "在两个位置（客户端和服务器）抓到的同一批流量被合并成了一个文件。",
    fix: "不要给合并后的文件，请同时给出两个文件：wscap report client.pcap server.pcap。这样才能比较两边的时钟，并指出一端发出而另一端没收到的数据包。",
  },
  captureClock: { cause: "抓包机器的时钟不准。", fix: "在抓包机器上执行 timedatectl status。" },
} as const satisfies Record<string, CauseText>;
