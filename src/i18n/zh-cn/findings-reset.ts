import type { SomeFindings } from "../texts.ts";

/** RSTs, and addresses that changed under a connection. */
export const findingsReset = {
  "tcp.rst": {
    established: {
      title:
        "{from:word}在连接建立[[{atLeast:word}]] {openMs:ms}后用 RST 掐断了 WebSocket，没有 Close 帧[[，此前静默 {idleMs:ms}]]",
      detail: "途中的数据全部丢失，两端都报 1006。RST 要么是有意发出，要么来自一个不认识（或已忘记）这条连接的系统。",
    },
    nearer: {
      title:
        "WebSocket 建立[[{atLeast:word}]] {openMs:ms}后被一个以{from:word}名义发出的 RST 掐断：是途中设备发的，不是{from:word}",
      detail:
        "它回应的是{to:word}的一个数据包，不带确认。到达时 TTL 为 {hops}，而{from:word}其他数据包的 TTL 为 {usualHops}：它来自更近的地方。",
    },
    afterOutage: {
      title:
        "链路中断了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]；其间{from:word}放弃了这条 WebSocket 或程序已退出，下一个数据包到达时它的系统用 RST 重置了它",
      detail:
        "数据包重传了 {repeats} 次都没有回应。等它们通了，{from:word}的系统已不认识这条连接，于是回了 RST；它自己的 Close 或 FIN 一直没能发出去。两端都报 1006。",
    },
    afterAbsence: {
      title:
        "链路中断了至少 {leastMs:ms}[[、最多 {mostMs:ms}]]；其间{from:word}放弃了这条 WebSocket 或重启过，下一个数据包到达时用 RST 重置了它",
      detail:
        "数据包重传了 {repeats} 次都没有回应。等它们通了，{from:word}的系统已不认识这条连接，于是回了 RST。中断的时间比盯着 ping 的客户端愿意等的更长；重启过的主机也会这样回答。两端都报 1006。",
    },
    afterSilence: {
      title:
        "{outageMs:ms}没有任何数据到达，其间{from:word}放弃了这条 WebSocket 或程序已退出，恢复后一收到应答，它的系统就重置了它",
      detail:
        "静默之后{from:word}的第一个数据包是它早先发出、重传过来的：{to:word}应答它时，{from:word}的系统已不认识这条连接。它自己的收尾（Close 或 FIN）没能送出来。两端都报 1006。",
    },
    halfOpen: {
      title:
        "{from:word}已经不认识这条连接：距它最后一个数据包 {outageMs:ms}，它从同一个端口重新连接，旧连接这才被结束（RST）",
      detail:
        "{to:word}仍保持着旧连接，用旧的序号确认了这个 SYN；{from:word}的系统对此回了 RST（RFC 9293 §3.5.1）。在那之前{to:word}毫无察觉，其间发出的数据都丢了。",
    },
    afterStandstill: {
      title: "{from:word}停顿了 {outageMs:ms}，恢复后立即重置了这条 WebSocket（RST）",
      detail:
        "{from:word}此前一直规律地发数据，之后程序不再发任何数据，它的系统却照常确认{to:word}发来的数据：链路是通的，停住的是程序。恢复后它自己的计时器（多半是心跳）判定连接超时。还有数据没读时，系统发的是 RST 而不是 FIN。两端都报 1006。",
    },
    whileStill: {
      title: "{from:word}停顿了 {outageMs:ms}，随后它的系统重置了这条 WebSocket（RST）",
      detail:
        "{from:word}此前一直规律地发数据，之后程序不再发任何数据，它的系统却照常确认{to:word}发来的数据：链路是通的，停住的是程序。之后要么进程被结束（看门狗或人工），要么程序恢复后首先由自己的计时器（多半是心跳）放弃了连接。还有数据没读时，系统发的是 RST 而不是 FIN。两端都报 1006。",
    },
    afterRestart: {
      title: "{from:word}有 {outageMs:ms}没有任何数据包，回来后重置了它不认识的 WebSocket：多半是重启了",
      detail:
        "它对{to:word}的下一个数据包回了不带确认的 RST：系统对从没有过的连接才这样回答。它的心跳还来不及放弃，或者根本没有心跳。",
    },
    afterGap: {
      title: "约 {outageMs:ms}没有收到{from:word}的任何数据，随后它的系统重置了 WebSocket：其间它已放弃这条连接",
      detail:
        "它的 ping 原来每 {intervalMs:ms}一个，之后这么久一个都没到。{to:word}对下一个 ping 的应答换来了不带确认的 RST：{from:word}的系统已不认识这条连接。",
    },
    afterBreak: {
      title:
        "{of:word}本来约每 {intervalMs:ms}发一次，却有 {outageMs:ms}双向都没有任何数据；之后{to:word}的第一个数据包就被 RST 回绝",
      detail:
        "这条连接并不空闲，是通信中断了：多半是链路中断，或者某台主机休眠了（合上的笔记本、口袋里的手机）。RST 说明{from:word}的系统已不认识这条连接：它其间放弃了这条 WebSocket（多半是心跳超时），它的 Close 或 FIN 没能送到。两端都报 1006。",
    },
    endMissing: {
      title: "{from:word}在连接建立 {openMs:ms}后发出 RST，但抓包缺了紧接在它之前的数据",
      detail: "最后一个能读出的帧之后有字节缺失，其中可能有 Close 帧：那样 WebSocket 是正常关闭的，RST 只是后果。",
    },
    afterFin: {
      title: "{finFrom:word} FIN 之后 {afterMs:ms}，{from:word}发出 RST：只是后果",
      detail: "{finFrom:word}早已关闭，之后到达的数据被 RST 拒收。要查的是那个 FIN。",
    },
    afterClose: {
      title: "Close 帧之后{from:word}发出 RST：只是后果",
      detail: "WebSocket 已在关闭过程中，套接字没等关闭完成就被丢弃了。",
    },
    handshake: { title: "握手期间{from:word}用 RST 断开了连接", detail: "此时 WebSocket 还没有打开。" },
    sealed: {
      title:
        "{from:word}用 RST 掐断了一条 TLS 连接（很可能是 WebSocket），已存活 {openMs:ms}[[，此前静默 {idleMs:ms}]][[；链路此前中断了 {outageMs:ms}]]",
      detail:
        "途中的数据全部丢失；如果是 WebSocket，两端都报 1006。没有密钥读不到内容：客户端发了 {clientRecords} 条记录，服务器发了 {serverRecords} 条，双方都没有发 close_notify。",
    },
  },
  "tcp.rst.injected": {
    plain: {
      title: "以{from:word}名义发出的 RST 很可能不是它发的，可疑之处：{oddities:words}",
      detail:
        "到达时 TTL 为 {hops}[[，而{from:word}其他数据包的 TTL 为 {usualHops}]]。是别的东西发的：途中设备（防火墙、IPS、NAT、运营商、审查设备），或占用了这个地址的主机。",
    },
    onHello: {
      title:
        "TLS ClientHello（域名 {name}）刚发出，连接就被一个以{from:word}名义发出的 RST 掐断，而它很可能不是{from:word}发的",
      detail:
        "可疑之处：{oddities:words}。到达时 TTL 为 {hops}[[，而{from:word}其他数据包的 TTL 为 {usualHops}]]：是途中设备发的，紧跟在 ClientHello 之后，而 ClientHello 里可以读到域名 {name}。",
    },
    rejectedBetween: {
      title: "途中的防火墙拒绝了这条已建立的连接：它以{from:word}的名义回了{to:word}一个 RST",
      detail:
        "RST 紧跟着它所回应的那个数据包，不带确认，和 reject with tcp reset 规则的做法一样。到达时 TTL 为 {hops}，而{from:word}其他数据包的 TTL 为 {usualHops}：是途中设备发的[[，而{wentOn:word}自己还在继续发送，对此一无所知]]。",
    },
    rejectedAtHost: {
      title: "防火墙拒绝了这条已建立的连接：{to:word}收到以{from:word}名义发出的 RST，而{from:word}自己还在继续发送",
      detail:
        "RST 紧跟着它所回应的那个数据包，不带确认，和 reject with tcp reset 规则的做法一样，{from:word}的程序并不知情。到达时 TTL 为 {hops}，与{from:word}的其他数据包相同：防火墙就在{from:word}本机，或紧挨在它前面。",
    },
    provedAnswer: {
      title: "途中的设备以{from:word}的名义回了{to:word}一个 RST，{from:word}自己没有发过",
      detail:
        "在{from:word}那一端抓的包里没有它。它紧跟着所回应的那个数据包，不带确认：会拒绝的防火墙、以及已经不认得这条连接的路由器，都是这样做的。到达时 TTL 为 {hops}[[，而{from:word}其他数据包的 TTL 为 {usualHops}]]。",
    },
    proved: {
      title: "以{from:word}名义发出的 RST，{from:word}根本没发过",
      detail:
        "在{from:word}那一端抓的包里没有它，是途中的防火墙、IPS、运营商或审查设备插进来的。到达时 TTL 为 {hops}[[，而{from:word}其他数据包的 TTL 为 {usualHops}]]。",
    },
  },
  "tcp.nat.rebound": {
    plain: {
      title: "途中的 NAT 在连接中途换了映射：{before} 变成了 {after}，{server} 不认识它",
      detail:
        "TCP 的序列号正好接着旧连接，所以是同一条连接换了名字。服务端回 RST；它发往旧地址的数据再也没人收，直到心跳放弃。",
    },
    unanswered: {
      title: "途中的 NAT 在连接中途换了映射：{before} 变成了 {after}，在那里没有任何回应",
      detail:
        "TCP 的序列号正好接着旧连接，所以是同一条连接换了名字。对不属于任何连接的数据包，服务端本该回 RST；这里多半是防火墙（服务器自己的或它前面的）一声不响地丢掉了。因此两端都不知情：客户端白白重传了 {repeats} 次，服务端发往旧地址的数据也没人收，直到心跳放弃。",
    },
  },
  "tcp.rst.ignored": {
    plain: {
      title: "有 {count} 个游离的 RST 被忽略：连接继续正常",
      detail: "序列号不是接收方期待的那个，因此没有关闭任何东西（RFC 5961 §3.2）。",
    },
  },
  "tcp.rst.after-idle": {
    plain: {
      title: "静默 {idleMs:ms}后，{to:word}的下一个数据包被 RST：途中有人忘了这条连接",
      detail:
        "NAT、负载均衡或防火墙会清掉空闲连接的表项，之后的数据包一律 RST；重启过的主机也是如此。两端都还以为连接是通的。",
    },
  },
} as const satisfies SomeFindings;
