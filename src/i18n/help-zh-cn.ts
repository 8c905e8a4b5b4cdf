import type { HelpWords } from "./help-types.ts";

export const helpZhCn: HelpWords = {
  program: "从数据包中找出 WebSocket 失败的原因。",
  commands: {
    report: {
      summary: "分析抓包：哪里出了问题、证据是什么、该怎么改",
      more: "支持 pcap 和 pcapng（以及 gzip、zstd 压缩），按内容识别。多个文件按时间顺序合并为一次抓包；- 表示标准输入。",
      examples: [
        ["wscap report capture.pcapng", "哪里出了问题，该怎么改"],
        ["wscap report -p 8080 car.pcap.gz", "只看这个端口，没抓到握手也能解析"],
        ["wscap report --format json -o report.json capture.pcap", "供脚本使用（格式见 wscap schema report）"],
        ["wscap report --fail-on error capture.pcap", "有错误时退出码为 1"],
        ["ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -", "分析另一台机器上的流量"],
      ],
    },
    frames: {
      summary: "逐条列出 WebSocket 帧",
      more: "边读边输出，每帧一行，抓包多大都可以。",
      examples: [
        ["wscap frames capture.pcapng | less", "逐帧查看"],
        ["wscap frames --format ndjson capture.pcap | jq -r 'select(.opcode==\"close\")'", "只看 Close 帧"],
      ],
    },
    explain: {
      summary: "列出所有规则，或说明其中一条",
      more: "含义、判断依据、可能的原因和处理办法。",
      examples: [
        ["wscap explain", "所有规则，每条一行"],
        ["wscap explain ws.pong.missing", "详细说明其中一条"],
      ],
    },
    schema: {
      summary: "输出供脚本使用的 JSON Schema",
      more: "JSON Schema，draft 2020-12。",
      examples: [["wscap schema report > report.schema.json", "report --format json 的格式"]],
    },
  },
  options: {
    port: "只看这个 TCP 端口的连接，没抓到握手也按 WebSocket 解析；可重复",
    reportFormat: "text 或 json",
    framesFormat: "table 或 ndjson",
    output: "写入文件，而不是标准输出",
    failOn: "有达到该级别的结论时退出码为 1：error、warning、note 或 never",
    noRedact: "显示令牌和密码（默认隐藏）",
    language: "en 或 zh-CN（默认取自 LC_ALL、LC_MESSAGES、LANG）",
    color: "输出不是终端时也使用颜色",
    noColor: "不使用颜色（等同于 NO_COLOR）",
    logFile: "把 wscap 的运行日志写入文件，每行一个 JSON",
    logLevel: "error、warn、info 或 debug；没有 --log-file 时写到标准错误",
    version: "显示版本",
    help: "显示帮助",
  },
  arguments: {
    captures: "抓包文件，或用 - 表示标准输入",
    rule: "规则 id，例如 ws.pong.missing",
    schema: "report 或 frame",
  },
  headings: {
    "Usage:": "用法：",
    "Arguments:": "参数：",
    "Options:": "选项：",
    "Global Options:": "通用选项：",
    "Commands:": "命令：",
  },
  examples: "示例：",
  default: "默认",
  exitCodes: "退出码：",
  exitCodeWords: [
    [0, "完成"],
    [1, "有达到 --fail-on 级别的结论"],
    [2, "用法错误"],
    [3, "输入无法读取，或不是抓包"],
    [4, "没有抓包权限，或缺少抓包工具"],
    [70, "wscap 自身的缺陷"],
    [130, "尚无结果就被中断"],
  ],
};
