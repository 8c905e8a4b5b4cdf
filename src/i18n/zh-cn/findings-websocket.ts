import type { SomeFindings } from "../texts.ts";
import { standingStill } from "./standing-still.ts";

const interval = "[[ping 间隔 {intervalMs:ms}。]]";
const did = "对端的反应：{peerDid:word}。";

/** Heartbeat, frames, messages, and how TCP fared. */
export const findingsWebSocket = {
  "ws.pong.missing": {
    gaveUp: {
      title:
        "{to:word}不再回应 ping：从第一个无应答的 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，随后{closer:word}结束了连接。从抓包看 ping 已经送到，是{to:word}的程序没有应答。`,
    },
    neverAnswered: {
      title: "{to:word}从来没有回应过 ping：从第一个 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，这条连接从头到尾一个 pong 都没有，随后{closer:word}结束了它。从抓包看 ping 已经送到。`,
    },
    gaveUpUnacknowledged: {
      title:
        "ping 已经到不了{to:word}：从第一个丢失的 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，连 TCP 确认都没有：{to:word}主机或途中链路断了。`,
    },
    gaveUpOneWay: {
      title:
        "ping 已经到不了{to:word}，而{to:word}发的包仍在到达：从第一个丢失的 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，结束之前 TCP 也没有确认它们。{to:word}是活着的：它发出的数据一直在到达。只是去往它的方向丢包，或者变得非常慢。`,
    },
    gaveUpBlocked: {
      title:
        "{to:word}停止接收数据，因而没看到 ping；{waitedMs:ms}后{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong。{to:word}通告了零窗口：接收缓冲区已满，ping 排在它没读的数据后面。`,
    },
    gaveUpDeaf: {
      title:
        "{from:word}自己停止接收数据，因而没看到 pong；第一个无应答的 ping 之后 {waitedMs:ms}，它放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，随后{closer:word}断开连接。通告零窗口的正是它自己：接收缓冲区装满了它的程序没读的数据，{to:word}发来的一切（包括 pong）都排在后面。问题不在{to:word}。`,
    },
    gaveUpLoss: {
      title:
        "{to:word}的数据包丢了一直没补上，pong 堵在后面；第一个没有应答的 ping 之后 {waitedMs:ms}，{from:word}放弃[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}{missing} 个 ping 没有 pong，随后{closer:word}断开连接。TCP 按顺序交付：缺口不补上，后面的字节就读不到，{to:word}的程序其实可能已经应答了。`,
    },
    gaveUpPath: {
      title:
        "数据包有 {outageMs:ms}过不去，ping 因此没有应答；从第一个算起 {waitedMs:ms}后，{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}共有 {missing} 个 ping 没有等到 pong，其间数据包重传了 {repeats} 次都没用，随后{closer:word}结束了连接。是链路中断或极慢；{to:word}的程序可能没有问题。`,
    },
    gaveUpSlow: {
      title:
        "链路太慢，心跳等不及：数据包要 {slowMs:ms}才得到确认；从第一个没有应答的 ping 算起 {waitedMs:ms}后，{from:word}放弃了连接[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}{closer:word}结束连接时，有 {missing} 个 ping 没有等到 pong。TCP 确认由{to:word}的系统自己发出，也晚了这么多：它的程序可能早就应答了。`,
    },
    gaveUpBehindMessage: {
      title:
        "{to:word}正在发送一条 {bytes:bytes} 的消息，pong 只能排在后面：第一个没有应答的 ping 之后 {waitedMs:ms}，{from:word}放弃[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}{closer:word}结束连接时，有 {missing} 个 ping 没有等到 pong。直到那时消息都在陆续到达：链路是通的，只是对这么大的一条消息来说太慢。{to:word}的程序可能早就应答了。`,
    },
    gaveUpWrongPayload: {
      title:
        "{to:word}回应了 {missing} 个 ping，但 pong 的载荷不对；{from:word}不认这样的应答，第一个 ping 之后 {waitedMs:ms}放弃了连接",
      detail: `${interval}pong 必须带上 ping 的载荷（RFC 6455 §5.5.3）。会比对载荷的库（如 Python websockets）把别的 pong 当作没有应答；随后{closer:word}断开连接。链路是通的，{to:word}的程序也在运行。`,
    },
    wrongPayload: {
      title: "{to:word}回应 ping 时载荷不对：有 {missing} 个 ping 没有自己的 pong",
      detail: `${interval}pong 必须带上 ping 的载荷（RFC 6455 §5.5.3）。{from:word}看来不比对；会比对的库（如 Python websockets）会放弃这样的连接。`,
    },
    notPassedOn: {
      title:
        "{proxy} 处的代理没有转发 ping 或 pong：第一个没有应答的 ping 之后 {waitedMs:ms}，{from:word}放弃[[，距最后一个 pong {sincePongMs:ms}]]",
      detail: `${interval}{missing} 个 ping 到了代理，TCP 也确认了，但它们（或{to:word}的 pong）没有出现在代理的另一侧：不是{to:word}的问题。`,
    },
    ongoing: {
      title: "{to:word}已有 {waitedMs:ms}没有回应 ping（{missing} 个）",
      detail: `${interval}[[上一个 pong 是 {sincePongMs:ms}前。]]连接还开着，但心跳已经停了。`,
    },
    mayHaveGivenUp: {
      title: "{to:word}有 {missing} 个 ping 没有回应；{waitedMs:ms}后{from:word}关闭了连接[[（{code}）]]",
      detail: `${interval}等不到 pong 而放弃的一方可能就是这样关闭的，只是关闭码没有说明。是否如此，看它自己的日志。`,
    },
    sealed: {
      title:
        "TLS 内很可能有心跳失去了应答：从第一条没有应答的规律小记录算起 {waitedMs:ms}后{from:word}断开，距{to:word}最后一次应答 {sinceAnswerMs:ms}",
      detail:
        "{from:word}每 {intervalMs:ms}发一条小记录，{to:word}原来都立即应答，最后 {missing} 条却没有回应。ping 和 pong 看上去就是这样；没有密钥无法确认是不是。",
    },
    sealedOngoing: {
      title: "TLS 内很可能有心跳失去了应答：{to:word}已有 {sinceAnswerMs:ms}什么也没发",
      detail:
        "{from:word}每 {intervalMs:ms}发一条小记录，{to:word}原来都立即应答，最后 {missing} 条却没有回应。连接还开着。ping 和 pong 看上去就是这样；没有密钥无法确认是不是。",
    },
    survived: {
      title: "{from:word}有 {missing} 个 ping 没有等到 pong",
      detail: `${interval}从这份抓包看，{from:word}并没有因此断开连接。`,
    },
    ...standingStill,
  },
  "ws.pong.late": {
    plain: {
      title: "{to:word}回 pong 偏慢：最慢 {slowestMs:ms}，平时 {medianMs:ms}",
      detail: `${interval}有 {late} 个 pong 迟到。如果心跳超时再短一些，这条连接已经断了。`,
    },
    byPath: {
      title:
        "网络丢失或拖延了数据包：{to:word}有 {late} 个 pong 迟到，最慢在 ping 之后 {slowestMs:ms}，平时 {medianMs:ms}",
      detail: `${interval}{to:word}很可能立即就回了。如果心跳超时再短一些，这条连接已经断了。`,
    },
    steady: {
      title: "{to:word}每次都要 {medianMs:ms}才回 pong，而网络往返只要 {pathMs:ms}",
      detail: `${interval}最快的一个 pong 也用了 {leastMs:ms}。如果心跳超时再短一些，这条连接已经断了。[[这些 ping 内容都一样：如果每个 pong 对应的是前一个 ping，那就是 {olderMs:ms}。]]`,
    },
  },
  "ws.pong.unsolicited": {
    plain: {
      title: "{from:word}主动发了 {count} 个 pong，不对应任何 ping",
      detail: "这是允许的单向心跳（RFC 6455 §5.5.3）：能避免空闲超时，但看不出对端是否还活着。",
    },
  },
  "ws.ping.stopped": {
    plain: {
      title: "{from:word}的 ping 不再来了：此前每 {intervalMs:ms}一次，现在已有 {silentMs:ms}没有它的任何数据包",
      detail:
        "没有任何一方关闭过连接。{to:word}只收不发，没有数据包可以等不到确认，所以察觉不到：页面一直显示“已连接”，数据却不再更新。要么{from:word}没了，要么它的数据包到不了这里。",
    },
    paused: {
      title: "{from:word}的 ping 停了 {silentMs:ms}（平时每 {intervalMs:ms}一次），之后又恢复了",
      detail:
        "连接撑过去了。这段时间没有任何重传，说明不是链路卡住：多半是{from:word}的程序或整台机器停顿了。心跳要是耐心再少一点，就会断开连接。",
    },
    streamPaused: {
      title: "{from:word}的数据流停顿过：有 {silentMs:ms}没有它的任何数据，前后却大约每 {intervalMs:ms}一条消息",
      detail:
        "连接撑过去了，但这段时间用户看到的都是旧数据。期间没有任何重传，从这里看不是链路卡住：多半是{from:word}的程序或整台机器停顿了。也可能它当时确实没有数据可发：只有它自己的日志能说明。",
    },
    streamLate: {
      title:
        "{from:word}的数据流卡住过：有 {silentMs:ms}没有它的任何数据，平时大约每 {intervalMs:ms}一条消息；之后欠下的一下子全到了",
      detail:
        "连接撑过去了，但这段时间用户看到的都是旧数据。消息总数和没有停顿时一样多，说明它们是按时产生或事后补发的：要么在到达抓包点之前被链路卡住，要么是{from:word}的程序在处理积压。在{from:word}那一端抓包就能分清。",
    },
    bothLate: {
      title:
        "两个方向都被卡住过：双方有 {silentMs:ms}没有任何数据，平时大约每 {intervalMs:ms}一条消息；之后欠下的一下子全到了",
      detail:
        "连接撑过去了，但这段时间用户看到的都是旧数据。双方同时停下、同时恢复，消息总数又和没有停顿时一样多：数据在到达抓包点之前被链路卡住了。心跳的耐心再短一点，连接就断了。",
    },
  },
  "ws.ping.absent": {
    plain: {
      title: "没有心跳：{openMs:ms}内双方都没发过 ping",
      detail: "连接断了没有人知道，空闲时还可能被途中的代理或 NAT 断开。浏览器不能主动发 ping，只能由服务器发。",
    },
  },
  "ws.frame.unmasked-client": {
    plain: {
      title: "客户端发了 {count} 个未加掩码的帧",
      detail: `客户端的每个帧都必须加掩码，服务器遇到这种帧必须关闭连接。${did}`,
    },
  },
  "ws.frame.masked-server": {
    plain: {
      title: "服务器发了 {count} 个加了掩码的帧",
      detail: `服务器不得加掩码，客户端遇到这种帧必须关闭连接。${did}`,
    },
  },
  "ws.frame.reserved-bits": {
    plain: {
      title: "{from:word}发了 {count} 个置了保留位（{value}）的帧，没有扩展能解释",
      detail: `多半是没协商压缩却发了压缩帧，或者字节流已经错位。${did}`,
    },
  },
  "ws.frame.reserved-opcode": {
    plain: {
      title: "{from:word}发了 {count} 个操作码未定义（{value}）的帧",
      detail: `通常是字节流错位：前一帧的实际长度与声明不符。${did}`,
    },
  },
  "ws.frame.control-fragmented": {
    plain: { title: "{from:word}发了 {count} 个被分片的控制帧", detail: `Close、ping、pong 不允许分片。${did}` },
  },
  "ws.frame.control-too-long": {
    plain: { title: "{from:word}发了 {value} 字节的控制帧，上限是 125 字节", detail: did },
  },
  "ws.frame.length-not-minimal": {
    plain: { title: "{from:word}有 {count} 个帧的长度没有用最短编码", detail: `长度必须用最短的形式表示。${did}` },
  },
  "ws.frame.length-too-large": {
    plain: {
      title: "{from:word}发了一个长度最高位为 1 的帧",
      detail: `不存在这样的长度：字节流错位，或发送方实现有误。${did}`,
    },
  },
  "ws.frame.unexpected-continuation": { plain: { title: "{from:word}发了后续帧，但前面没有未完的消息", detail: did } },
  "ws.frame.expected-continuation": {
    plain: {
      title: "{from:word}在一条消息还没发完时又开始了新消息",
      detail: `最后一个分片之前，中间只允许插入控制帧。${did}`,
    },
  },
  "ws.frame.not-websocket": {
    plain: {
      title: "101 之后{from:word}发的不是 WebSocket 帧",
      detail: `多半是把 HTTP 错误文本写进了已升级的连接（Engine.IO 对版本不符的客户端就是这样）。${did}`,
    },
  },
  "ws.text.invalid-utf8": {
    plain: { title: "{from:word}发了 {count} 条不是合法 UTF-8 的文本消息", detail: `接收方必须以 1007 断开。${did}` },
  },
  "ws.close.malformed": {
    plain: {
      title: "{from:word}发了格式错误的 Close 帧",
      detail: `正文要么为空，要么是两字节关闭码加 UTF-8 理由。${did}`,
    },
  },
  "ws.data-after-close": {
    plain: {
      title: "{from:word}在自己的 Close 帧之后又发了数据",
      detail: `Close 之后不得再发任何数据，对端会丢弃。${did}`,
    },
  },
  "ws.deflate.failed": {
    plain: {
      title: "{from:word}发了 {count} 条无法解压的压缩消息",
      detail: `已协商 permessage-deflate，但数据损坏，或两端的窗口不一致。${did}`,
    },
  },
  "ws.deflate.undecodable": {
    plain: {
      title: "{from:word}的 {count} 条压缩消息无法解读：抓包缺了前面的数据",
      detail: "启用上下文接管时，每条消息都依赖前面的消息。",
    },
    unknown: {
      title: "{from:word}的 {count} 条压缩消息无法解读：抓包里没有握手",
      detail: "没有 101 就不知道压缩参数，也缺少窗口所需的前面的消息。",
    },
    limit: {
      title: "{from:word}的 {count} 条消息解压后超过了读取上限",
      detail: "超出部分只计数、不显示。很小的消息解压出极大的内容，也可能是攻击。",
    },
  },
  "ws.message.too-big": {
    refused: {
      title: "{from:word}发的消息太大，接收方以 1009 关闭",
      detail:
        "[[正在发送的那条消息至少有 {partBytes:bytes}。]][[见到的最大消息为 {bytes:bytes}。]][[给出的理由是“{reason}”。]]",
    },
    cut: {
      title: "{from:word}的大消息还没发完，{closer:word}就断开了",
      detail: "这个帧还差 {missingBytes:bytes}。接收方检查到声明的长度超限时会这样断开。",
    },
    dropped: {
      title: "{closer:word}在收到一条 {bytes:bytes}的消息 {afterMs:ms}后丢掉了会话",
      detail:
        "那是{from:word}最大、也是最后的一条消息。{closer:word}以 {code} 关闭，却没有先发 Socket.IO 结束会话的包（DISCONNECT）：不是它的代码调用了 disconnect()。应用看到的是 “transport close”。",
    },
  },
  "tcp.retransmissions": {
    plain: {
      title: "有数据包重传：客户端 {client:n} 个，服务器 {server:n} 个（{share}%）",
      detail:
        "丢失的数据 TCP 会一直重发到得到确认为止[[，往返时延 {roundTripMs:ms}]]。[[有 {damaged} 个数据包到达时已损坏。]]",
    },
    many: {
      title: "链路丢包严重：客户端重传 {client:n} 个，服务器重传 {server:n} 个（{share}%）",
      detail:
        "所有数据都会变慢[[，无干扰时往返时延为 {roundTripMs:ms}]]。[[有 {damaged} 个数据包到达时已损坏。]]在这样的链路上，超时设得太短的心跳会失败。",
    },
  },
  "tcp.zero-window": {
    plain: {
      title: "{from:word}停止读取 {count} 次，最长 {longestMs:ms}（零窗口）",
      detail: "期间对端发的一切都得等着，包括 ping 和 pong。",
    },
    ended: {
      title: "{from:word}停止读取后再没恢复：零窗口持续 {longestMs:ms}直到结束",
      detail: "对端发的一切都得等着，包括 ping 和 pong。",
    },
    open: {
      title: "{from:word}停止读取，至今没有恢复：零窗口持续 {longestMs:ms}，直到抓包结束",
      detail:
        "{to:word}发的一切都得等着，包括 ping 和 pong，连它的断开也一样：如果它的心跳其间已经放弃{from:word}（terminate()，日志里是 1006），它的 FIN 就排在这些数据后面，没有任何数据包能显示出来。这里看来还开着，那一头未必还开着。",
    },
  },
  "tcp.keepalive.unanswered": {
    gaveUp: {
      title: "{to:word}失联：{from:word}的 {count} 个 TCP 保活探测没有回应，随后放弃了连接",
      detail: "连接空闲期间，{to:word}主机或途中链路断了，只有系统的保活探测才发现。WebSocket 心跳几秒内就能发现。",
    },
    plain: { title: "{from:word}的 {count} 个 TCP 保活探测没有回应", detail: "{to:word}主机或途中链路断了。" },
  },
} as const satisfies SomeFindings;
