import type { RulePage } from "../texts.ts";

const violation =
  "两端必须对帧的边界和含义理解一致；对端看到违规必须关闭连接（通常是 1002 或 1007）。作为旁观者，wscap 会记录下来并继续往下读。";

/** `wscap explain`: from the 101 on, and the capture itself. */
export const pagesRunning = {
  "ws.close.no-close-frame": {
    name: "1006：没有 Close 帧",
    meaning:
      "WebSocket 已打开，但 TCP 结束时没有关闭握手。1006 是 API 在这种情况下报告的码，线路上不会出现。与流行说法不同，RST 并不是常见的迹象：terminate()、进程被杀、nginx 空闲超时都是普通的 FIN。",
    seen: "打开的 WebSocket 上出现 FIN、RST、ICMP 或静默，而双方都没有 Close 帧。如果缺少 pong、RST 或链路中断能解释它，那些才是错误，本条只作提示保留。",
  },
  "ws.close.code": {
    name: "关闭码",
    meaning:
      "一端用关闭码说明了原因。1000 和 1001 是正常的，除非之前刚有一条消息因故终止了内层协议（MQTT、STOMP、SignalR、SockJS 等）的会话；其他的会连同理由文本一起解释。",
    seen: "连接上的第一个 Close 帧、它的关闭码，以及之前的最后一条消息。",
  },
  "ws.close.unanswered": {
    name: "Close 没有回应",
    meaning: "收到 Close 帧必须回 Close 帧。没有回应时，关闭方只能等定时器，并报告非正常关闭。",
    seen: "一个方向有 Close 帧，另一方向直到 TCP 结束（或好几秒）都没有。",
  },
  "ws.close.reserved-code": {
    name: "禁止的关闭码",
    meaning: "1005、1006、1015 只供 API 报告；小于 1000、1015～2999、大于 4999 的码都不该发送。",
    seen: "Close 帧里出现这样的码。",
  },
  "tcp.rst": {
    name: "RST",
    meaning: "RST 立即结束连接，途中的数据全部作废。它终结了 WebSocket 时是错误，只是跟在 FIN 或 Close 之后时是提示。",
    seen: "有升级的连接上的每个 RST：谁发的、处于什么状态、回应了哪个数据包。",
  },
  "tcp.rst.injected": {
    name: "伪造的 RST",
    meaning: "这个 RST 不像它声称的主机发的，或那台主机之后还在继续发送。途中设备掐断了连接。",
    seen: "与该主机其他数据包对比 TTL、IP 标识和选项；以及它“自己”发出 RST 之后的流量。",
  },
  "tcp.nat.rebound": {
    name: "NAT 映射变化",
    meaning:
      "NAT 让许多主机共用一个地址，每条连接分到一个端口。如果它在连接开着的时候忘了或换了这个端口，服务端收到的就是一条从没见过的连接的数据包，客户端则会在它以为正常的连接上收到 RST。",
    seen: "没有握手、被服务端以 RST 回应的数据包，而且序列号和确认号接着同一服务端的另一条连接。",
  },
  "tcp.rst.ignored": {
    name: "游离的 RST",
    meaning: "窗口之外的 RST 什么也关不掉（RFC 5961）。",
    seen: "序列号不符，连接照常继续。",
  },
  "tcp.rst.after-idle": {
    name: "静默之后的 RST",
    meaning: "连接空闲，途中有人忘了它，下一个数据包就被 RST。负载均衡、NAT 和重启过的主机会这样。",
    seen: "至少 30 秒没有数据，然后有数据，接着是回应它的 RST。",
  },
  "tcp.path.blackhole": {
    name: "数据消失",
    meaning:
      "数据包发出后没有任何回音，连确认也没有。没有任何一方关闭连接，是对端或链路断了。没有心跳的话要 15 分钟才会发现。",
    seen: "数据在两秒以上的时间里至少重传三次，始终没有确认。如果只有满长数据包受影响，则怀疑路径 MTU。",
  },
  "ws.idle.timeout": {
    name: "定时器吻合",
    meaning: "连接恰好在某个已知定时器的空闲时间或寿命之后结束：代理和负载均衡会断开安静的连接。",
    seen: "空闲时间或存活时间与已知值相差一秒以内，且由对的一方以对的方式结束。30、60、300 秒有多家产品共用，会全部列出；Server、Via 等字段可以区分。",
  },
  "ws.pong.missing": {
    name: "缺少 pong",
    meaning:
      "收到 ping 必须回 pong。迟迟等不到时，发 ping 的一方会放弃并断开，两端都报 1006。TCP 是否确认了 ping，可以区分是程序卡住还是链路断了。",
    seen: "ping 至少一秒（或四倍平时往返时延）没有 pong。一般是警告；如果发 ping 的一方因此断开，就是错误。",
  },
  "ws.pong.late": {
    name: "pong 迟到",
    meaning: "pong 来了，但比平时慢得多，或比下一个 ping 还晚。再慢一点就会超过心跳超时。",
    seen: "超过 ping 间隔，或超过中位数的八倍；一秒以内不算。",
  },
  "ws.pong.unsolicited": {
    name: "主动 pong",
    meaning: "不对应任何 ping 的 pong 是允许的单向心跳。",
    seen: "pong 的载荷与任何未应答的 ping 都不符。",
  },
  "ws.ping.stopped": {
    name: "ping 停了",
    meaning: "一方一直按时发 ping，之后完全没了声音，而只收不发的另一方还在等：从没有数据要发的那一端看到的半开连接。",
    seen: "至少三次有规律的 ping，之后该方在三个半间隔以上没有任何数据包，而抓包（实时时为时钟）还在继续，连接也没有关闭。或者中途停顿：ping、或服务器节奏均匀的消息，停了好几个间隔之后又恢复。",
  },
  "ws.ping.absent": {
    name: "没有心跳",
    meaning: "没有 ping，连接断了没人知道，途中的空闲定时器也可能把它掐掉。",
    seen: "WebSocket 打开一分钟以上，双方都没有 ping 或 pong。",
  },
  "ws.frame.unmasked-client": { name: "客户端帧未加掩码", meaning: violation, seen: "客户端的帧没有置掩码位。" },
  "ws.frame.masked-server": { name: "服务器帧加了掩码", meaning: violation, seen: "服务器的帧置了掩码位。" },
  "ws.frame.reserved-bits": {
    name: "保留位被置位",
    meaning: violation,
    seen: "RSV1、RSV2 或 RSV3 被置位，但没有定义它的扩展。",
  },
  "ws.frame.reserved-opcode": { name: "未定义的操作码", meaning: violation, seen: "操作码为 3～7 或 11～15。" },
  "ws.frame.control-fragmented": {
    name: "控制帧被分片",
    meaning: violation,
    seen: "Close、ping 或 pong 没有置 FIN 位。",
  },
  "ws.frame.control-too-long": { name: "控制帧过长", meaning: violation, seen: "Close、ping 或 pong 超过 125 字节。" },
  "ws.frame.length-not-minimal": {
    name: "帧长度不是最短编码",
    meaning: violation,
    seen: "可以用更短形式表示的长度用了 16 位或 64 位。",
  },
  "ws.frame.length-too-large": { name: "不可能的帧长度", meaning: violation, seen: "64 位长度的最高位为 1。" },
  "ws.frame.unexpected-continuation": {
    name: "多余的后续帧",
    meaning: violation,
    seen: "没有未完的消息时出现后续帧。",
  },
  "ws.frame.expected-continuation": {
    name: "消息交错",
    meaning: violation,
    seen: "分片消息未完时出现新的文本或二进制帧。",
  },
  "ws.frame.not-websocket": {
    name: "不是 WebSocket 帧",
    meaning: "101 之后应该全是帧，这里却是别的内容，多半是 HTTP 错误。",
    seen: "101 之后的字节读起来像 HTTP 响应，或根本不是帧头。",
  },
  "ws.text.invalid-utf8": { name: "文本不是 UTF-8", meaning: violation, seen: "对整条文本消息去掩码、解压后检查。" },
  "ws.close.malformed": {
    name: "Close 帧格式错误",
    meaning: violation,
    seen: "Close 正文只有一个字节，或理由不是 UTF-8。",
  },
  "ws.data-after-close": { name: "Close 之后还有数据", meaning: violation, seen: "同一方在 Close 帧之后又发数据帧。" },
  "ws.deflate.failed": {
    name: "压缩数据损坏",
    meaning: "已协商 permessage-deflate，但消息无法解压：数据损坏，或两端窗口不一致。",
    seen: "没有缺字节，解压却报错。",
  },
  "ws.deflate.undecodable": {
    name: "压缩内容无法解读",
    meaning: "消息是压缩的，从这份抓包无法解压。绝不会把它当文本显示。",
    seen: "缺少握手或前面的字节，或消息超过读取上限。",
  },
  "ws.message.too-big": {
    name: "消息过大",
    meaning: "接收方拒绝超过上限的消息，用 1009 或直接断开。",
    seen: "Close 1009，或在一个大帧中途结束。",
  },
  "tcp.retransmissions": {
    name: "重传",
    meaning: "数据包丢失后重发。TCP 会补上，但要花时间。",
    seen: "一般作提示；三分之一的数据需要重发时为警告。",
  },
  "tcp.zero-window": {
    name: "零窗口",
    meaning: "一端通告接收缓冲区已满：它的程序没有读取，发给它的一切都得等。",
    seen: "窗口为零；两秒以上为警告。",
  },
  "tcp.keepalive.unanswered": {
    name: "保活无回应",
    meaning: "系统自己在探测对端是否还在，没有回应。",
    seen: "两个以上的 TCP 保活探测没有得到确认。",
  },
  "capture.empty": { name: "没抓到内容", meaning: "没有可判断的 TCP 连接。", seen: "没有数据包，或数据包里没有 TCP。" },
  "capture.no-websocket": {
    name: "没有 WebSocket",
    meaning: "有连接，但没有能读的 WebSocket。",
    seen: "所有连接都没有升级请求；TLS 里面的看不到。",
  },
  "tls.not-decrypted": {
    name: "TLS 未解密",
    meaning: "给了密钥（--keylog，或 pcapng 自带的密钥），仍有连接没能解开。",
    seen: "有些 TLS 连接找不到密钥、密钥不对，或握手不在抓包里。",
  },
  "http2.not-decoded": {
    name: "HTTP/2",
    meaning: "HTTP/2 可以承载 WebSocket（RFC 8441），这里暂不解码。",
    seen: "HTTP/2 前导，或 TLS 里协商了 h2。",
  },
  "capture.packets-dropped": {
    name: "抓包丢包",
    meaning: "抓包程序自己说来不及处理。此时没看到某个数据包不能说明问题。",
    seen: "抓包文件里的丢包计数。",
  },
  "capture.gap": {
    name: "抓包有缺口",
    meaning: "已经送达的字节不在抓包里。",
    seen: "接收方确认了抓包从未见过的字节。",
  },
  "capture.truncated": {
    name: "数据包被截短",
    meaning: "抓包长度限制截掉了数据包尾部。",
    seen: "抓到的长度小于原始长度。",
  },
  "capture.midstream": {
    name: "连接早已建立",
    meaning: "连接先于抓包，握手无从得知。",
    seen: "没有 SYN，或没有升级。",
  },
  "capture.one-way": { name: "只有单向", meaning: "只抓到一端的数据包。", seen: "整条连接里没有另一端的数据包。" },
  "capture.duplicates": {
    name: "数据包重复",
    meaning: "同一数据包在多个网卡上被抓到，只计一次。",
    seen: "几毫秒内出现相同的字节。",
  },
  "capture.clock-stepped": {
    name: "时钟中途被校正",
    meaning:
      "抓包过程中，给数据包打时间的时钟被校正过，往前拨，看上去的那段静默其实没有发生；往回拨，时间会倒退——几段抓包拼接顺序不对时也是这样。",
    seen: "静默前后两端的 TCP 时间戳（RFC 7323）与此前的速率对比：两端都少了同样一段时间。倒退：某个数据包比前面的早一秒以上，其后的也一样；如果主机自己的时间戳也倒退，就是几段抓包的拼接顺序不对。",
  },
  "capture.both-ends": {
    name: "两端都抓了包",
    meaning:
      "一起给出的两份抓包里有同一条 TCP 连接：对比两端看到的数据包，只下一次结论。一端收到而另一端没发过的数据包是途中插入的；发出却没到的是途中丢的。",
    seen: "地址、端口、初始序列号都相同；若某份抓包开始得晚，则看两个方向的序列号范围是否重叠。时钟差由两端 SYN 和 SYN-ACK 的时间算出，或由两份抓包共有的其他数据包算出。",
  },
  "capture.ended-early": {
    name: "抓包中断",
    meaning: "文件在一条记录中间结束，或在那里损坏；或者实时抓包提前结束了。",
    seen: "会给出读取位置和原因。",
  },
  "capture.left-out": {
    name: "连接太多",
    meaning:
      "wscap 只保留一定数量连接的信息，因此多大的抓包都能读。超出之后，正常连接和其他流量只计数；有问题的 WebSocket 最后才略去。",
    seen: "读取时计数：略去了多少条，有多少条尚未结束就不再跟踪。",
  },
} as const satisfies Record<string, RulePage>;
