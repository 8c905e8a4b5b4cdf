import type { CauseText } from "../texts.ts";

/** What a capture lacks, and why. */
export const causesCapture = {
  captureFromStart: { cause: "抓包在握手之后才开始，或中途丢了数据包。", fix: "先开始抓包，再连接（或刷新页面）。" },
  readerLimit: { cause: "wscap 解压消息有上限。", fix: "不用处理。" },
  damagingPath: {
    cause: "数据在途中被损坏：网线或端口不良、网卡故障，或路由器、调制解调器内存有问题。",
    fix: "在路径上的每台机器运行 ethtool -S eth0 | grep -i -E 'err|crc'；先换网线和端口，再换设备。",
  },
  lossyPath: { cause: "Wi-Fi、移动网络、拥塞或网线质量差。", fix: "ping -i 0.2 对端一分钟，即可看到丢包率。" },
  wrongInterface: { cause: "流量走的是另一块网卡（localhost 走 lo）。", fix: "抓所有网卡：sudo tcpdump -i any …" },
  pollingOnly: {
    cause: "客户端设成了只用轮询（transports: ['polling'] 或 upgrade: false），或者服务端只提供轮询。",
    fix: "要用 WebSocket：两端都不写 transports，Socket.IO 会自动升级；或写 io(url, { transports: ['websocket'] })。",
  },
  wrongFilter: {
    cause: "抓包过滤条件的端口或主机不对。",
    fix: "先不加过滤抓一会儿，报告会列出实际用到的端口；或改成服务真正监听的端口，在服务器上运行 ss -ltn 可以看到。",
  },
  wrongPortAsked: {
    cause: "指定的端口（-p）不是抓包里的那个。",
    fix: "去掉 -p：wscap 会读取所有端口，并列出各条连接。",
  },
  keyLogNeeded: {
    cause: "客户端是浏览器或 curl：启动前设好环境变量，它就会写出密钥。",
    fix: "先关闭所有窗口，运行 SSLKEYLOGFILE=$PWD/keys.log chromium（firefox、curl 同理），抓包、复现，再运行 wscap report --keylog keys.log capture.pcapng。",
  },
  keyLogOfProgram: {
    cause: "客户端或服务器是自己的程序：任一端的密钥都行。",
    fix: "Node：node --tls-keylog=keys.log app.js。Python 3.8 以上：程序用 ssl.create_default_context() 时设 SSLKEYLOGFILE=keys.log，否则设 context.keylog_filename。Go：tls.Config.KeyLogWriter。Java 自身不支持，可用 extract-tls-secrets 这个 javaagent。",
  },
  keyLogOfProxy: {
    cause: "TLS 由 nginx、HAProxy 之类的代理终结。",
    fix: "在客户端取密钥，或在代理之后（明文处）抓包：sudo tcpdump -i lo port <后端端口>。HAProxy 设 tune.ssl.keylog on，并按手册把 %[ssl_fc_…] 写进 log-format，就能给出密钥；nginx 只有 NGINX Plus 能写（ssl_key_log）。",
  },
  keysWouldTell: {
    cause: "其余的都被 TLS 挡住了：是不是 WebSocket、关闭码、ping 和 pong 都看不到。",
    fix: "取得任一端的密钥再复现一次：SSLKEYLOGFILE=$PWD/keys.log chromium（firefox、curl、Python 同理），或 node --tls-keylog=keys.log app.js；然后运行 wscap report --keylog keys.log capture.pcapng。如果 TLS 由代理终结，在代理机上把后面那段一起抓下来：sudo tcpdump -i any。",
  },
  keyLogOfOther: {
    cause: "密钥日志属于别的程序，或在连接建立之后才开始写，或不完整。",
    fix: "先启动会写密钥日志的程序，再抓包，最后连接。浏览器要在没有任何窗口时启动才会写。",
  },
  keyLogCut: {
    cause: "密钥日志是在程序还在写时复制的，或被截断，或编辑时丢了行。",
    fix: "等连接结束后重新取完整的文件：随机数相同的行属于同一条连接，缺一不可。",
  },
  captureBehindProxy: {
    cause: "代理在服务之前终结了 TLS。",
    fix: "在代理主机上执行 sudo tcpdump -i lo port <后端端口>。",
  },
  http2Unread: { cause: "协商了 HTTP/2。", fix: "在代理与后端之间抓包（那里是 HTTP/1.1），或临时关闭 HTTP/2 验证。" },
  captureBuffer: { cause: "抓包程序太慢，或缓冲区太小。", fix: "tcpdump -B 16384，按端口过滤，或换更快的磁盘。" },
  otherPath: { cause: "部分数据包走了别的路（多链路、网卡卸载、单向镜像口）。", fix: "直接在两端的主机上抓所有网卡。" },
  snapLength: { cause: "抓包长度设得太小。", fix: "tcpdump -s 0" },
  anyInterface: { cause: "数据包经过多个网卡（回环、网桥、veth），每处都抓到一次。", fix: "不用处理。" },
  mirrorCopies: {
    cause: "镜像口复制了两个方向，或经过网桥，抓包的网卡每个数据包都看到两次。",
    fix: "不用处理。",
  },
  pathDoubles: {
    cause: "途中有设备把数据包发了两遍（环路、聚合或无线链路），或主机立即重发了一次。",
    fix: "对 TCP 无害。若数量很多，检查交换机之间是否有环路。",
  },
  captureCut: {
    cause: "抓包程序被杀、磁盘写满，或文件没有复制完。",
    fix: "用 Ctrl-C 结束 tcpdump 之后再复制文件；-U 会让每个数据包立即写入。",
  },
  tooManyConnections: {
    cause: "抓包里的连接多于 wscap 在内存中保留的数量。",
    fix: "只读 WebSocket 的端口（-p {port}），或者截取一段：editcap -A 起始时间 -B 结束时间 big.pcap part.pcap。",
  },
} as const satisfies Record<string, CauseText>;
