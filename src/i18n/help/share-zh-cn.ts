import type { ShareArgument, ShareOption } from "./share-types.ts";
import type { CommandHelp } from "./types.ts";

export const shareCommandsZhCn = {
  export: {
    summary: "把关键数据包写成 pcapng，诊断和备注写成注释",
    more: "字节、时间和丢包计数保持原样，只抹去机密（--no-redact 可保留）。经典 pcap 会转换为 pcapng；多个抓包按时间顺序合成一个。输入文件不会被改动。",
    examples: [
      ["wscap export capture.pcap -o evidence.pcapng", "全部数据包，带注释"],
      ["wscap export client.pcap server.pcap -o both.pcapng", "两端的抓包合成一个文件"],
      ["wscap export capture.pcap -o evidence.pcapng --connection 3", "只要一个连接"],
      ["wscap export big.pcapng -o end.pcapng --trim 30", "只要问题前后 30 秒"],
    ],
  },
  annotate: {
    summary: "为抓包添加、列出、删除备注",
    more: "备注保存在抓包旁边的 CAPTURE.wscap.json，会出现在所有报告和导出文件里。抓包文件本身不会被改动。",
    examples: [
      ['wscap annotate capture.pcap --connection 3 "车辆在这里断开 4G"', "关于一个连接"],
      ['wscap annotate capture.pcap --packet 161 "15:53 发版" --author 李雷 --tag red', "关于一个数据包"],
      ["wscap annotate capture.pcap --list", "列出所有备注及其 id"],
    ],
  },
  share: {
    summary: "把同事需要的一切写进一个文件夹或 zip，机密已隐藏",
    more: "summary.md 用来贴进 issue，report.html 用来看，evidence.pcapng 给 Wireshark，report.json 给脚本。结束时说明隐藏了什么。",
    examples: [
      ["wscap share capture.pcapng", "写到抓包旁边的 capture-share/ 文件夹"],
      ["wscap share capture.pcapng -o fault.zip", "打成一个文件，方便作为附件"],
    ],
  },
} satisfies Readonly<Record<"export" | "annotate" | "share", CommandHelp>>;

export const shareOptionsZhCn: Readonly<Record<ShareOption, string>> = {
  redactKey: "同时隐藏这个键的值（头字段、查询参数、JSON 成员）；可重复",
  redactAddresses: "把地址和主机名换成代号，子网、域名关系和客户端、服务器角色仍看得出来",
  payloads: "输出中包含多少消息内容：none、preview 或 full",
  notes: "备注读写到这个文件，而不是抓包旁边",
  exportConnection: "只要这个连接（报告中的编号）的数据包；可重复",
  exportOutput: "要写入的 pcapng 文件",
  trim: "只保留第一个问题前 SECONDS 秒到最后一个问题后 SECONDS 秒（前后不同时写 前,后）",
  svgConnection: "与 --format svg 合用：画这个连接",
  compare: "同一件事的两次抓包，一次正常一次失败：最早在哪里不同",
  connectionNote: "备注针对这个连接（报告中的编号）",
  packetNote: "备注针对这个数据包（Wireshark 的帧号）",
  captureNote: "备注针对整个抓包",
  author: "备注作者（默认是当前用户名）",
  tag: "颜色标记：none、red、yellow、green 或 blue",
  list: "列出备注",
  remove: "删除这个 id 的备注",
  shareOutput: "文件夹，或以 .zip 结尾的文件",
};

export const shareArgumentsZhCn: Readonly<Record<ShareArgument, string>> = {
  capture: "抓包文件",
  noteText: "备注内容",
};
