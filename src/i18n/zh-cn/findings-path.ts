import type { SomeFindings } from "../texts.ts";

/** A path that lets nothing through any more. */
export const findingsPath = {
  "tcp.path.blackhole": {
    endLost: {
      title: "{from:word}已经断开，{to:word}却一直不知道：FIN 在 {waitedMs:ms}内重发 {repeats} 次，始终没有得到确认",
      detail:
        "[[{to:word}此前一直有规律地发送，而{from:word}断开前已有 {idleMs:ms}什么也没收到：多半正是为此断开的。]]在{to:word}看来连接一直开着，直到它自己的心跳或 TCP 放弃为止；它还在向一个已经不在的对端发送。{from:word}发出的包已经到不了那里。",
    },
    endLate: {
      title:
        "链路中断了至少 {leastMs:ms}、最多 {mostMs:ms}：其间{from:word}断开了连接，它的 FIN 重发 {repeats} 次都没有回应",
      detail:
        "[[{to:word}此前一直有规律地发送，而{from:word}断开前已有 {idleMs:ms}什么也没收到：多半正是为此断开的。]]{to:word}对此并不知情；等它的数据包重新到达时，另一端的连接早已没了。",
    },
    allLost: {
      title:
        "{from:word}与{to:word}之间已经什么都不通：{bytes:bytes} 在 {waitedMs:ms}内重传 {repeats} 次，新发起的 {dials} 条连接也没有回应",
      detail:
        "可见不只是这条连接的问题：要么{to:word}没了（网线、无线信号、休眠、断电），要么两台主机之间的链路断了。这里没有看到结束连接的 FIN 或 RST；即使有 FIN，也要排在送不到的数据后面。",
    },
    closedMeanwhile: {
      title: "链路至少有 {leastMs:ms}[[（最多 {mostMs:ms}）]]什么都没通过，其间{closer:word}关闭了 WebSocket",
      detail:
        "{from:word}发出的数据重发 {repeats} 次后才送到，那时 WebSocket 已经在关闭了。{closer:word}是不是因此放弃，要看它自己的日志：不带状态码或带 1000 的 Close 不说明原因。",
    },
    survived: {
      title:
        "链路至少有 {leastMs:ms}[[（最多 {mostMs:ms}）]]什么都没通过：{from:word}发出的数据重发 {repeats} 次后才送到",
      detail:
        "[[这样的停顿共有 {times} 次，这次最长。]]连接撑过去了：TCP 一直重发，直到送达。心跳要是耐心再少一点，就会断开连接。",
    },
    midTraffic: {
      title:
        "{from:word}发的数据不再得到确认，{to:word}也再无数据包：{bytes:bytes} 在 {waitedMs:ms}内重传了 {repeats} 次",
      detail:
        "这里没有看到结束连接的 FIN 或 RST；即使有 FIN，也要排在送不到的数据后面。要么{to:word}没了（网线、无线信号、休眠、断电），要么途中有东西在丢弃这条连接的数据包，可能是双向，也可能只丢回程；只看一份抓包，两者一样。两端同时抓包对照可以区分；趁它还卡着时，在这两台主机之间再建一条新连接也可以。",
    },
    stateLost: {
      title:
        "链路不再放行这条连接，而同样两台主机之间的新连接能建立：{from:word}的 {bytes:bytes} 在 {waitedMs:ms}内重传 {repeats} 次，始终没有确认",
      detail:
        "其间 {client} 已经连上，此后这条连接的数据又重传了 {repeatsAfter} 次，仍无回音。可见两台主机都在、彼此可达，丢的是途中设备（或某一端本机防火墙）对这条连接的记录。它不声不响地丢弃数据包，所以两端程序都不知情。",
    },
    acknowledgmentsLost: {
      title:
        "{from:word}收不到{to:word}发的数据包：同一段数据早已到达并得到确认，它却在 {waitedMs:ms}内重传了 {repeats} 次",
      detail: "只有一个方向能通。在{from:word}看来就像{to:word}消失了，最后会由它放弃。",
    },
    healed: {
      title:
        "链路中断了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]：{from:word}的 {bytes:bytes} 重传了 {repeats} 次，其间{closer:word}放弃了连接",
      detail: "{from:word}重传期间，{to:word}没有任何数据包到达；后来又有数据包到了，链路已经恢复，但连接已经没了。",
    },
    restarted: {
      title: "{to:word}消失了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]，回来后已不认识这条连接：多半是重启了",
      detail:
        "其间{from:word}的 {bytes:bytes} 重传了 {repeats} 次。第一个到达的数据包换来了不带确认的 RST：系统对它没有的连接才这样回答。它的心跳还来不及放弃，或者根本没有心跳。",
    },
    forgotten: {
      title:
        "{to:word}消失了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]，回来后已不认识这条连接：其间它放弃了连接，或者重启了",
      detail:
        "其间{from:word}的 {bytes:bytes} 重传了 {repeats} 次。第一个到达的数据包换来了不带确认的 RST：系统对它没有（或已经没有）的连接才这样回答。{from:word}的 ping 缺席的时间，超过了守着 ping 的{to:word}通常等待的时间；重启过的主机也会这样回答。",
    },
    oneWay: {
      title:
        "{from:word}发的数据始终没有确认，而{to:word}还活着、还在发：{bytes:bytes} 在 {waitedMs:ms}内重传 {repeats} 次",
      detail:
        "只有一个方向能通。防火墙规则（也可能就在{to:word}本机、抓包点之后）、失效的 NAT 表项，或者单向中断的路由、无线链路都会这样。",
    },
    bothSilent: {
      title:
        "{waitedMs:ms}里两端都没有任何数据包，而{from:word}一直在发：有 {bytes:bytes} 始终没有到达；之后{to:word}断开了连接",
      detail:
        "{to:word}也什么都没发，也没有收到任何会让它的系统回应的数据。要么{to:word}休眠了（合上笔记本、设备挂起），要么它的网络断了：从这里看两者一样。它的程序在恢复之前什么也察觉不到。",
    },
    hole: {
      title:
        "{from:word}的 {bytes:bytes} 始终没有到达，后面的数据包却到了：{waitedMs:ms}里{to:word}的程序再没收到任何数据",
      detail:
        "缺口之后的数据全都堵着，包括 pong 和 Close 帧，两端程序都以为对方没了声音。大数据包丢、小数据包通，就是路径 MTU 的问题。",
    },
    unreachable: {
      title: "连接进行中，{sender} 再也无法送达{from:word}的数据包：ICMP {meaning:word}",
      detail:
        "{bytes:bytes} 在 {waitedMs:ms}内重传 {repeats} 次，始终没有确认。TCP 把这种消息当作暂时故障，会继续重试（RFC 5461），应用程序得不到通知。",
    },
    rejected: {
      title: "连接进行中，{sender} 拒绝转发{from:word}的数据包：ICMP {meaning:word}",
      detail:
        "{bytes:bytes} 在 {waitedMs:ms}内重传 {repeats} 次，始终没有确认。TCP 把这种消息当作暂时故障，会继续重试（RFC 5461），应用程序得不到通知。",
    },
    afterIdle: {
      title: "静默 {idleMs:ms}后，{from:word}的数据包再也到不了：重传 {repeats} 次，始终没有确认",
      detail: "很可能是 NAT 或负载均衡清掉了这条空闲连接，之后的数据包全部被丢弃。",
    },
    fullSize: {
      title: "{from:word}的大数据包过不去：{segmentBytes:bytes} 的数据包重传 {repeats} 次，始终没有确认",
      detail:
        "这条路径似乎只能通过更小的数据包[[（路由器称上限为 {mtu} 字节）]]，排在后面的数据全都堵住，包括 pong。VPN 和移动网络上常见。",
    },
  },
} as const satisfies SomeFindings;
