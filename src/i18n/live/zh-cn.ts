import type { LiveWords } from "./words.ts";

export const liveZhCn: LiveWords = {
  capturing: (interfaceName, filter, backend) => `正在用 ${backend} 抓取 ${interfaceName}：${filter}`,
  userspaceStamps: "时间戳不是内核打的，可能有几毫秒误差。",
  dropsUnknown: "这种抓包方式不报告丢包数。",
  writingTo: (path) => `正在写入 ${path}；即使 wscap 没有正常结束，wscap report 也能读取它。`,
  nameTaken: (path, instead) => `${path} 已存在，不会被覆盖：本次抓包将命名为 ${instead}。`,
  keyLogAwaited: (path) => `密钥日志 ${path} 还不存在：写出后会立即读取。`,
  howToEnd: "按 Ctrl-C 结束并输出报告；按两次立即退出。",
  connecting: "正在连接",
  connected: "已连接",
  open: (target) => `WebSocket 已打开 ${target}`,
  withdrawn: (title) => `不再成立：${title}`,
  status: (packets, connections, frames, dropped) =>
    `${packets} 个数据包，${connections} 个连接，${frames} 帧${dropped ? `，丢包 ${dropped} 个` : ""}`,
  nothingYet: (interfaceName, seconds) =>
    `${seconds} 秒内 ${interfaceName} 上没有数据包。端口（-p）${interfaceName === "any" ? "" : "或网卡（-i）"}是否有误？wscap doctor 可查看监听的端口。`,
  ownAddress: (address, interfaceName) =>
    `${address} 是本机地址：本机访问自己时走 lo，不经过 ${interfaceName}。不加 -i 则两者都能看到。`,
  interfaceDown: (name) => `网卡 ${name} 已停用，恢复之前不会有数据包。`,
  interfaceGone: (name) => `网卡 ${name} 已消失。`,
  interfaceUp: (name) => `网卡 ${name} 已恢复。`,
  dropping: (packets) => `内核丢包 ${packets} 个，结论的把握因此降低。可用 --high-rate 或加大 --buffer。`,
  writingStopped: (reason) => `无法再写入磁盘（${reason}）：已写入的部分仍可读取，分析继续进行。`,
  forgotten: (connections) => `为限制内存，下面略去最早结束的 ${connections} 个连接。`,
  kept: (path) => `已保存：${path}`,
  keptPart: (path, first, last, firstInFile) =>
    `已保存：${path}：本次抓包的第 ${first} 至 ${last} 个数据包，在该文件中从 ${firstInFile} 开始编号`,
  leftBehind: (megabytes, when, folder) =>
    `上次中断的抓包还在（${megabytes} MB，截至 ${when}）。读取：wscap report ${folder}/* · 删除：rm -r ${folder}`,
  notPiped: (megabytes) => `标准输出的读取方太慢，略去了 ${megabytes} MB。`,
  nothingTriggered: (rule) => `没有保存：${rule} 未发生。`,
};
