import type { CauseText } from "../texts.ts";

/** What the open WebSocket itself shows: last words, Close codes, heartbeats, frames. */
export const causesRunning = {
  saidWhy: {
    cause: "{from:word}在断开前的最后一条消息里说明了原因：“{text}”。",
    fix: "按这条消息处理，并在{from:word}的代码和日志里搜索这句话。",
  },
  saidInProtocol: {
    cause: "{from:word}在断开前用 {name} 说明了原因：“{text}”。",
    fix: "按这条消息处理，并在{from:word}的代码和日志里搜索这句话。",
  },
  mqttRefused: {
    cause: "{from:word}在断开前用 MQTT 说明了原因：{name}，代码 {code}，{meaning:word}。",
    fix: "把客户端 CONNECT 里的内容（client id、用户名、密码、协议版本）和 broker 的要求对照；broker 这段时间的日志里有更多信息。",
  },
  mqttClientSilent: {
    cause:
      "MQTT 的 keep alive 超时：客户端在 CONNECT 里承诺至少每 {keepAliveMs:ms}发一个报文，却已经 {silentMs:ms}没有发。超过它的一倍半，broker 就会断开（MQTT §3.1.2.10）。",
    fix: "先查客户端为什么没有动静：被挂起、卡死、标签页在后台，或者路上丢了它的包。只有这样的停顿属于正常情况时，才把 keep alive 调长。",
  },
  mqttPingUnanswered: {
    cause:
      "客户端的 MQTT PINGREQ 没有回应：{waitedMs:ms}内既没有 PINGRESP，也没有收到服务端的其他数据，MQTT 客户端这时会自己断开（mqtt.js 里是 “Keepalive timeout”）。",
    fix: "查 broker 这段时间的负载和日志：它没有反应。如果只是网络慢，把 keep alive 调长可以多等一会儿。",
  },
  libraryTimer: {
    cause: "是 {library} 自己断开的：规定时间内没有收到{to:word}的数据或 pong，它就这样做，不是业务代码的决定。",
    fix: "先查{to:word}为什么没有动静；如果双方本来就没有数据可发，就更频繁地发 ping；如果它确实会忙这么久，再调大定时器：{setting}",
  },
  heartbeatReason: {
    cause: "关闭理由指向心跳或超时。",
    fix: "它等的是哪一种：WebSocket 的 ping 和 pong，还是应用自己的消息？看谁不再发送或应答，TCP 是否仍在确认。",
  },
  serverShutdown: { cause: "服务正在重启或停止。", fix: "让客户端随机延迟后重连。" },
  framesBroken: { cause: "对端发了协议不允许的帧。", fix: "看这条连接的违规项；两端都应使用成熟的库。" },
  compressionForgotten: {
    cause:
      "{from:word}的 aiohttp 3.14.2、3.14.3 有一个缺陷：如果它收到的第一帧是 ping 或 pong，就会把第一条压缩消息当成违反协议（“Received frame with non-zero reserved bits”）。{to:word}没有做错。",
    fix: "换用其他版本的 aiohttp（aio-libs/aiohttp 的 issue 13274）。在此之前可以关掉压缩：WebSocketResponse(compress=False)，或在 ws_connect 里设 compress=0。",
  },
  faultNotSeen: {
    cause: "{from:word}对某一帧的理解和{to:word}的本意不同：两端对某个扩展（例如压缩）理解不一致，或者某个库有缺陷。",
    fix: "{from:word}自己的日志会写它认为违反了哪条规则。更新两端的库；也可以关掉压缩（permessage-deflate）试一次。",
  },
  libraryLimit: {
    cause: "消息超过接收方上限。从它自己的话看，它是 {product}：默认 {limit:bytes}（{setting}）。",
    fix: "在接收方调大这项设置，或让{from:word}拆成小块发送。",
  },
  messageLimit: {
    cause:
      "消息超过接收方上限（ws 的 maxPayload 默认 100 MiB，Socket.IO 的 maxHttpBufferSize 1 MB，uWebSockets 16 KiB）。",
    fix: "在接收方调大上限，或让{from:word}拆成小块发送。",
  },
  closedItself: {
    cause:
      "{from:word}的应用自己调用了 close({code})：它像普通 close() 一样等了对方的回应，而且对方发来的数据都不该引出这个关闭码。",
    fix: "在它的代码里搜索 close({code})：是什么意思只有它自己知道。应用自定义请用 4000～4999。",
  },
  serverOverloaded: { cause: "服务器过载。", fix: "让客户端随机延迟 5～30 秒后重连。" },
  badPayload: { cause: "把二进制当文本发送，或压缩数据损坏。", fix: "字节数据请用二进制消息发送。" },
  wrongMessageType: {
    cause: "接收方只接受文本，或只接受二进制。",
    fix: "换一种类型发送：字符串是文本，ArrayBuffer 或 Buffer 是二进制。",
  },
  extensionWanted: {
    cause: "客户端坚持要某个扩展。",
    fix: "在服务端启用（perMessageDeflate），或在客户端去掉这个要求。",
  },
  graphqlInit: {
    cause: "graphql-ws 结束了连接：登录、初始化或订阅 ID 的问题。",
    fix: "先及时发送 connection_init，并检查其中的内容（token）。",
  },
  applicationCode: { cause: "应用主动关闭，{code} 的含义只有它自己知道。", fix: "在{from:word}的代码里搜索 {code}。" },
  replacedElsewhere: {
    cause: "理由说明同一用户在别处连上了：服务端每个用户只保留一条连接，新的顶掉了这一个。",
    fix: "收到这个理由时不要自动重连，否则两个页面会没完没了地互相顶掉。如果允许多标签页或多设备同时在线，服务端就要为每个用户保留多条连接。",
  },
  evictEachOther: {
    cause:
      "两个客户端互相顶掉：有 {count} 次，新连接一建立，前一个就以同样的关闭码结束。服务端每个用户或设备只保留一条连接，被顶掉的一方又自动重连。",
    fix: "收到 {code} 后不要自动重连：在 onclose 里判断 if (event.code === {code})，提示“已在别处打开”并停止。再找出使用同一账号或 ID 的第二个标签页、设备或进程，或者让服务端保留多条连接。",
  },
  evictEachOtherUnsaid: {
    cause:
      "两个客户端互相顶掉：有 {count} 次，请求内容相同的新连接一建立，前一个就结束。服务端每个用户或设备只保留一条连接，并且不发关闭码就断开旧的，被顶掉的一方又自动重连。",
    fix: '让服务端用自定义的关闭码断开旧连接，例如 close(4409, "replaced")，客户端收到后不要重连。再找出使用同一账号或 ID 的第二个标签页、设备或进程，或者让服务端保留多条连接。',
  },
  closeIgnored: {
    cause: "{to:word}的代码不回应 Close 帧。",
    fix: "WebSocket 库会自动回应；直接操作套接字的代码要自己处理。",
  },
  peerBlocked: {
    cause:
      "{to:word}的程序卡住了，没有反应（死循环、断点调试、SIGSTOP、事件循环阻塞），主机本身还在运行：TCP 的确认由主机发出，不代表程序在运行。",
    fix: "查看{to:word}这一时刻的 CPU 占用。{to:client?网页用浏览器的 Performance 面板；}Node 用 --cpu-prof、monitorEventLoopDelay()。",
  },
  leftWithoutWaiting: { cause: "{from:word}没等回应就走了。", fix: "通常无害。" },
  brokenLibrary: {
    cause: "{from:word}的 WebSocket 实现有误，或绕过库直接写了套接字。",
    fix: "改用成熟的库；查找直接写底层套接字的代码。",
  },
  pongsBehindLoss: {
    cause: "{to:word}发出的数据包没有全到：这里缺 {bytes:bytes}，始终没有补上；排在缺口后面的 pong 读不出来。",
    fix: "它的程序可能一直在应答，问题在链路上。如果丢的是大包（路径 MTU、VPN、移动网络）：从{to:word}一侧执行 ping -M do -s 1472，并在路由器上限制 MSS。",
  },
  peerStoppedReading: {
    cause: "{to:word}读得没有对端发得快（套接字被暂停、程序阻塞）。",
    fix: "让{to:word}处理得更快，或少发一些：发送前检查 bufferedAmount，丢弃过时的更新。",
  },
  stoodStill: {
    cause:
      "{to:word}的程序停住了：整整 {idleMs:ms}它什么都没发，主机却一直在确认收到的数据，之后程序又继续运行（被冻结、事件循环阻塞、断点调试、SIGSTOP）。",
    fix: "查看{to:word}这一时刻的 CPU 占用和日志：当时在运行什么，或者是什么让它停住？Node 用 --cpu-prof、monitorEventLoopDelay()。",
  },
  pongsNotSent: {
    cause: "{to:word}还在发数据，却不回应 ping：它的代码忽略了 ping。",
    fix: "启用 autoPong（ws），或用相同载荷回 pong；自己实现 WebSocket 的代理也可能吞掉它们。",
  },
  wrongPongs: {
    cause: "{to:word}的代码自己构造 pong，没有照抄 ping 的载荷：手写的客户端或服务端，或者调用 pong() 时没带上载荷。",
    fix: "把 ping 带来的字节原样发回：pong(data)。最好交给库去做，库会自动回应 ping。",
  },
  neverPongs: {
    cause: "{to:word}那边根本不回 pong：库把它留给应用去做（autoPong 关闭、手写的客户端），或者代理吞掉了 ping。",
    fix: "让{to:word}对每个 ping 用相同载荷回 pong；浏览器和多数库会自动回。在此之前，心跳不应断开这样的{to:word}。",
  },
  pingsPaused: {
    cause:
      "不是空闲超时：这 {idleMs:ms}里本该有{to:word}自己的 ping，却一个都没有。要么它的程序停住了这么久，要么抓包机器的时钟跳了，其实并没有静默（NTP 校时、虚拟机被暂停）。",
    fix: "查看抓包机器这一时刻的 chronyc tracking、timedatectl 和 dmesg；在{to:word}上看事件循环延迟（monitorEventLoopDelay()）。",
  },
  programPaused: {
    cause:
      "{to:word}的程序或整台机器停住了 {idleMs:ms}：这段静默里本该有它自己的 ping，却一个都没有。抓包的时钟没有跳：数据包里的 TCP 时间戳说的是同样长的时间。",
    fix: "查看{to:word}在最后一个 ping 那一刻的情况：CPU、事件循环延迟（monitorEventLoopDelay()）、调试器、SIGSTOP、休眠、内存不足（dmesg）。",
  },
  heartbeatStopped: {
    cause:
      "{from:word}原本每 {intervalMs:ms}发一个 ping，断开前 {idleMs:ms}就不再发了：它的程序停住了（被冻结、事件循环阻塞、停在调试器里），或者通往它的链路断了。断开静默 WebSocket 的定时器只是后果。",
    fix: "查看{from:word}在最后一个 ping 那一刻的程序和主机：CPU、monitorEventLoopDelay()、休眠、内存不足。把代理的超时调长只会掩盖问题。如果哪边都没停过，就是抓包机器的时钟跳变了：chronyc tracking。",
  },
  dataStopped: {
    cause:
      "{from:word}原本一直在发消息，平均每 {intervalMs:ms}一条，最后 {idleMs:ms}却一条也没有：它的程序停住了（被冻结、事件循环阻塞、停在调试器里），数据源断了，或者链路没有送达。断开静默 WebSocket 的定时器只是后果。",
    fix: "查看{from:word}在最后一条消息那一刻的程序和日志。如果它确实会有一段时间没有数据，就让它在这期间发 ping。",
  },
  sourceStopped: {
    cause:
      "{from:word}原本一直在发消息，平均每 {intervalMs:ms}一条，最后 {idleMs:ms}却一条也没有；其间它的心跳还持续了 {aliveMs:ms}。所以它的程序和链路都正常，只是没有数据可发：数据源断了（传感器、总线、订阅），或者负责发布的那段代码出了错。",
    fix: "查看{from:word}的日志和数据源在最后一条消息那一刻的情况。接收方用来断开静默 WebSocket 的定时器看不到 ping（浏览器不会把 ping 交给页面）：确实可能没有数据时，让{from:word}用一条自己的消息说明。",
  },
  deadlineOverslept: {
    cause:
      "{to:word}自己的程序停住了：最后两个 ping 相隔 {idleMs:ms}[[，而不是 {intervalMs:ms}]]，并且没有 ping 得不到应答。它恢复运行时自己的期限已过，于是断开了一个正常的对端。",
    fix: "在{to:word}查是什么让它停住（CPU、垃圾回收、休眠、SIGSTOP、调试器）。它的对端无需修改。",
  },
  overslept: {
    cause: "{to:word}恢复运行时，它自己的心跳把自己停住的时间当成了客户端的沉默，于是断开了正常的客户端。",
    fix: "心跳定时器里先看定时器自己晚了多久。停住之后先再发一个 ping，再等一轮，然后才 terminate()。",
  },
  aiohttpNotReading: {
    cause:
      "{to:word}是 aiohttp：pong 已经到了，它的心跳仍在发出 ping 半个间隔后断开连接，因为只有处理函数在读取时 aiohttp 才看得到 pong。",
    fix: "边发边读：在处理函数里写 async for msg in ws: …，发送放到单独的任务里（asyncio.create_task）。",
  },
  patienceTooShort: {
    cause:
      "{to:word}的心跳几乎不等：发出 ping 后 {waitedMs:ms}就断开了，那时 pong 还在路上（这条路径平时的往返时间是 {roundTripMs:ms}）。",
    fix: "至少等到下一次 ping，并且连续缺几次再 terminate()：移动网络和 VPN 偶尔要一秒才有回音。",
  },
  heartbeatBlind: {
    cause:
      "每个 ping 都有回应，{to:word}自己的心跳却结束了连接：断开正好发生在下一个 ping 该发的时刻。它的代码没看到 pong（没有监听 'pong'、isAlive 没有重新置位，或者已经不再读这条连接），或者超时比间隔还短。",
    fix: "在{to:word}上：给每条连接加 ws.on('pong', () => { ws.isAlive = true; })，超时至少两个间隔。",
  },
  proxyStuck: {
    cause: "{proxy} 处的代理卡住了：主机还在确认数据包，进程却不再转发（过载、进程被暂停、磁盘或日志阻塞）。",
    fix: "在代理主机上看这一时刻的 top、systemctl status 和错误日志；经过它的普通 GET 有没有应答？nginx：增加 worker_processes，worker 里不要有阻塞操作。",
  },
  behindProxy: {
    cause: "这条连接的客户端是代理（{marks}），TCP 确认是代理自己发的：它后面真正的客户端可能卡住、离线或断网了。",
    fix: "在代理主机上抓所有网卡：另一侧会显示 ping 有没有转发出去、有没有被确认。",
  },
  pageFrozen: {
    cause: "页面或设备休眠：后台标签页、笔记本合盖、应用切到后台。",
    fix: "在 visibilitychange 和 online 事件里重连；服务端的 pong 超时设为两三个 ping 间隔[[，这里即最多 {patienceMs:ms}]]。",
  },
  heartbeatHabit: { cause: "间隔和等待时间与此相符：{timer:word}。", fix: "要调的就是这个定时器：{setting:word}" },
  queuedBehindData: {
    cause: "ping 或 pong 排在大消息后面。",
    fix: "大消息拆成小块发送，块与块之间看 bufferedAmount 等一等，或改用 HTTP 传；心跳的等待时间要大于最大一条消息所需的时间。",
  },
  pongsTooSlow: {
    cause: "链路太慢：数据包要 {afterMs:ms}才得到确认，pong 到达{to:word}时已经超过了它的心跳等待时间。",
    fix: "找出排队的地方（上行链路、调制解调器、VPN：缓冲膨胀）以及同一时间的大流量；把{to:word}心跳的等待时间设到远大于 {afterMs:ms}。",
  },
  answersLate: {
    cause: "{to:word}的程序每次都很晚才处理消息，或者压着回应不发：负载过高、按定时器读取，或发送前排队。",
    fix: "查看{to:word}的 CPU 占用和事件循环延迟、读写前后的定时器和队列，以及会攒数据的代理（proxy_buffering）。",
  },
  pongsUnheard: {
    cause:
      "链路太慢或丢包：{to:word}断开时，{from:word}发出的数据（包括最后一个 pong）已有 {afterMs:ms}没有得到对方系统的确认。pong 到得比{to:word}的心跳等待时间还晚，或者根本没到；{from:word}确实回了。",
    fix: "找出排队的地方（上行链路、调制解调器、VPN：缓冲膨胀），查看无线信号和丢包；把{to:word}心跳的等待时间设到远大于 {afterMs:ms}。",
  },
  slowPath: { cause: "链路慢或丢包。", fix: "查看往返时延和重传；放宽心跳超时。" },
  oneWayHeartbeat: { cause: "某些库用主动发 pong 作为心跳（例如 .NET 的 KeepAliveInterval）。", fix: "不用处理。" },
  listenerWithoutTimeout: {
    cause: "{to:word}自己没有超时：ping 或消息不来，它就一直等下去。",
    fix: "用 ws 时，每收到 'ping' 就重置一个定时器，到时调用 terminate()（README 里的 heartbeat()）。浏览器不会把 ping 告诉页面：让服务器按心跳间隔发一条小消息，两个间隔没收到就重连。",
  },
  addHeartbeat: {
    cause: "没有配置心跳。",
    fix: "让服务端每 25 秒发一次 ping，连续两次没有 pong 就断开（参考 ws README 的“detect broken connections”）。这样也不会触发 60 秒的代理超时。",
  },
  proxyInjectsFrames: {
    cause: "服务端或代理把 HTTP 错误写进了已升级的连接。",
    fix: "读一下这段文本，原因就在里面。Socket.IO 请对比两端的 EIO 版本。",
  },
  proxyWroteFrame: {
    cause: "这一帧是 {proxy} 处的代理自己写的：在它的另一侧，{from:word}没有发过这样的帧。",
    fix: "看代理在这一时刻做了什么（Caddy 2.6 及以前在重载或停止时会向后端发不带掩码的 Close），并升级它。不是{from:word}程序的问题。",
  },
  proxyClosesUnmasked: {
    cause:
      "是 {proxy} 处的代理写的：请求里的字段表明它就是这里的客户端，而 Caddy 2.6 及以前在重载或停止时会向后端发不带掩码的 Close。",
    fix: "升级 Caddy，并对照它重载的时间。不是客户端程序的问题。",
  },
  proxyHidesExtensions: {
    cause:
      "代理 {proxy} 去掉了 101 里的 Sec-WebSocket-Extensions：它的另一侧协商了压缩，{from:word}照此压缩；这一侧的接收方却不知道。",
    fix: "让这个字段通过（nginx：去掉 proxy_hide_header Sec-WebSocket-Extensions;），或者把请求里的也去掉（proxy_set_header Sec-WebSocket-Extensions '';），两边就都不压缩。",
  },
  mixedDeflate: {
    cause: "一端压缩，另一端没同意；或代理去掉了 Sec-WebSocket-Extensions。",
    fix: "对比请求和 101 里的扩展；可先关闭 perMessageDeflate 验证。",
  },
  binaryAsText: { cause: "把不是文本的字节当成文本消息发送。", fix: "改用二进制消息；字符串按 UTF-8 编码。" },
} as const satisfies Record<string, CauseText>;
