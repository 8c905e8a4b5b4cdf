import { captureEnds } from "../zh-cn/capture-ends.ts";
import type { Chrome, Failed } from "./words.ts";

const sides = { client: "客户端", server: "服务器" } as const;
const howMany = ({ connections, requestsOn }: Failed, all: number): string =>
  `${all} 个连接中有 ${connections} 个失败${requestsOn > 0 ? `，另有 ${requestsOn} 个上的请求失败` : ""}`;
const by = (from: "client" | "server" | null, what: string): string =>
  from === null ? what : `${sides[from]} ${what}`;

export const chromeZhCn: Chrome = {
  comma: "，",
  colon: "：",
  remark: (text) => `（${text}）`,
  severity: { error: "错误", warning: "警告", note: "提示" },
  confidence: { certain: "确定", likely: "很可能", possible: "可能" },
  side: sides,
  failed: (failed, all, why) => (all === 1 ? `连接失败：${why}` : `${howMany(failed, all)}：${why}`),
  failedInWays: (failed, all, ways) =>
    all === 1
      ? `连接失败，共有 ${ways} 个问题：`
      : `${howMany(failed, all)}，共${ways > failed.connections + failed.requestsOn ? `有 ${ways} 个问题` : ` ${ways} 种情况`}：`,
  troubled: (troubled, all, why) => (all === 1 ? why : `${all} 个连接中有 ${troubled} 个有错误：${why}`),
  troubledInWays: (troubled, all, ways) =>
    all === 1 ? `共有 ${ways} 个问题：` : `${all} 个连接中有 ${troubled} 个有错误，共 ${ways} 种：`,
  wrong: (what) => what,
  wrongInWays: (ways) => `发现 ${ways} 个问题：`,
  warned: (warned, all, why, failed) => {
    if (all === 1) return why;
    return `${failed ? "" : "没有连接失败，"}${all} 个连接中有 ${warned} 个出现警告：${why}`;
  },
  warnedInWays: (warned, all, failed) => {
    if (all === 1) return "有几处需要注意：";
    return `${failed ? "" : "没有连接失败，"}${all} 个连接中有 ${warned} 个出现警告：`;
  },
  counts: (webSockets, closedCleanly, stillOpen, endedOtherwise) =>
    [
      `${webSockets} 个 WebSocket`,
      ...(closedCleanly > 0 ? [`${closedCleanly} 个正常关闭`] : []),
      ...(stillOpen > 0 ? [`${stillOpen} 个仍未关闭`] : []),
      ...(endedOtherwise > 0 ? [`${endedOtherwise} 个没有完整的关闭握手`] : []),
    ].join("，"),
  allWell: (counts) => `一切正常：${counts}`,
  healthySoFar: (counts) => `抓包中途断了，断之前一切正常：${counts}`,
  pingsAnswered: (answered, pings) => `；${pings} 个 ping 中有 ${answered} 个得到应答`,
  noWebSocket: "抓包中没有 WebSocket，也没有失败的连接。",
  moreBelow: (n) => `另有 ${n} 个，见下文`,
  endedEarly: (name, why, offset) => `${name} 在第 ${offset} 字节处中断（${why}），之后的内容无从得知。`,
  endedEarlyWhy: captureEnds,
  captureStopped: (name, why) => `${name} 上的抓包提前结束了（${why}），之后的情况无从得知。`,
  interrupted: (name) => `读取 ${name} 时被中断，以下是中断前已读取的内容。`,
  dropped: (n) => `抓包主机丢失了 ${n} 个数据包：缺失的数据可能由此造成，不一定是网络问题。`,
  connection: "连接",
  followsFrom: (rule) => `由 ${rule} 引起`,
  moreFindings: (n) => `…… 另有 ${n} 条诊断（用 --format json 查看全部）`,
  alsoOn: (n, ids) => `另有 ${n} 个连接情况相同：${ids}`,
  packet: "包号",
  time: "时间",
  what: "说明",
  clockOf: (offset, clock) => `（${offset} 即 UTC ${clock}）`,
  causes: "原因与处理办法",
  wireshark: "Wireshark 过滤器",
  meaning: "含义",
  seen: "判断依据",
  sources: "参考资料",
  connections: "连接列表",
  columns: {
    id: "#",
    start: "开始",
    peers: "客户端 → 服务器",
    target: "路径",
    frames: "帧数",
    lasted: "时长",
    ended: "如何结束",
    from: "发送方",
    frame: "帧",
    length: "字节",
    text: "文本",
  },
  legs: (front, back, proxy) => `#${front} 和 #${back} 是同一个 WebSocket：代理 ${proxy} 的前后两段`,
  bothEnds: (nearClient, nearServer) =>
    `#${nearClient} 和 #${nearServer} 是同一条连接：分别在靠近客户端和靠近服务器处抓到`,
  moreJoins: (n) => `…… 这样的还有 ${n} 对（用 --format json 查看全部）`,
  moreConnections: (n) => `…… 另有 ${n} 个连接（用 --format json 查看全部）`,
  kind: { http: "（HTTP）", tls: "（TLS）", tcp: "（非 HTTP）" },
  closedCleanly: (code) => `正常关闭，${code}`,
  clientLeft: (code) => `${code}，客户端离开`,
  closedSaying: (code, protocol, text) => `${code}，${protocol}：${text}`,
  closedWith: (code, from) => `${sides[from]}以 ${code} 关闭`,
  closing: (code, from) => `${sides[from]}以 ${code} 关闭，尚无回应`,
  endedWithout: (code, how) => `${code}，${how}`,
  how: {
    fin: (from) => by(from, "FIN"),
    rst: (from) => by(from, "RST"),
    icmp: () => "ICMP 错误",
    silent: () => "无响应",
    open: () => "仍未关闭",
  },
  refusedHttp: (status) => (status >= 400 ? `被拒绝：HTTP ${status}` : `HTTP ${status}，不是 101`),
  refusedTcp: "被拒绝（RST）",
  unansweredTcp: "SYN 无应答",
  unansweredHttp: "升级请求无应答",
  stillOpen: "仍未关闭",
  capture: "抓包文件",
  packets: (n) => `${n} 个数据包`,
  droppedCount: (n) => (n === null ? "未记录丢包数" : n === 0 ? "无丢包" : `丢包 ${n} 个`),
  truncated: (n) => `${n} 个被截短`,
  malformed: (n) => `${n} 个格式异常`,
  notDecoded: (what) => `未分析的数据包：${what}`,
  redacted: (n) =>
    n === 0
      ? "没有发现需要隐藏的 token 或密码。"
      : `已隐藏 ${n} 处机密，显示为 [redacted:N]；用 --no-redact 可显示原文。`,
  framesSealed: (n, noKeys) =>
    noKeys
      ? `有 ${n} 条 TLS 连接仍是密文：要看其中的 WebSocket 帧，需要 --keylog <文件>（取法见 wscap report）。`
      : `有 ${n} 条 TLS 连接仍是密文：所给的密钥解不开（原因见 wscap report）。`,
  textCut: "……（完整文本见 --format ndjson）",
  noFrames: "所读的抓包里没有 WebSocket 帧：里面有什么，请看 wscap report。",
  notRedacted: "token 和密码没有隐藏（--no-redact），分享前请留意。",
  duration: (seconds) => {
    if (seconds < 1) return `${Math.round(seconds * 1000)} 毫秒`;
    if (seconds < 120) return `${seconds.toFixed(1)} 秒`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 120) return `${minutes} 分 ${Math.round(seconds % 60)} 秒`;
    return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
  },
  findingsTotal: (errors, warnings, notes) => `${errors} 个错误，${warnings} 个警告，${notes} 条提示`,
  progress: (percent, megabytes) => `正在读取：${percent === null ? megabytes : `${percent} %`}`,
};
