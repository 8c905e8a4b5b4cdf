import type { Message, MessageId } from "./types.ts";

export const messagesZhCn: Readonly<Record<MessageId, Message>> = {
  "input.replaced": {
    sentence: "{name} 已被换成另一份抓包。",
    next: "请重新打开：wscap load {name}",
  },
  "input.not-found": {
    sentence: "文件 {name} 不存在。",
    next: "请检查路径；可以这样抓包：sudo tcpdump -i any -w capture.pcap port 8080",
  },
  "input.is-directory": { sentence: "{name} 是目录。", next: "请指定其中的抓包文件：{name}/*.pcap" },
  "input.empty": {
    sentence: "{name} 是空文件。",
    next: "tcpdump 按块写文件：请先用 Ctrl-C 停止它（或启动时加 -U），再读取文件。",
  },
  "input.empty-stdin": {
    sentence: "标准输入中没有任何数据。",
    next: "请看管道前的命令报了什么；那里的 tcpdump 要加 -U：ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -",
  },
  "input.stdin-name": { sentence: "标准输入", next: "" },
  "input.unreadable": {
    sentence: "无法读取 {name}（{reason}）。",
    next: "用 sudo 运行的 tcpdump 写出的文件属于 root：sudo chown $USER {name}",
  },
  "input.unreadable-stdin": {
    sentence: "无法读取标准输入（{reason}）。",
    next: "请通过打开的管道或重定向提供抓包：wscap report - < capture.pcap",
  },
  "keylog.not-found": {
    sentence: "没有密钥日志 {name}。",
    next: "建立第一条 TLS 连接时才会写出：SSLKEYLOGFILE={name} chromium，或 node --tls-keylog={name}",
  },
  "keylog.is-directory": { sentence: "{name} 是一个目录。", next: "请指定其中的密钥日志：--keylog {name}/keys.log" },
  "keylog.unreadable": {
    sentence: "无法读取密钥日志 {name}（{reason}）。",
    next: "请取得它的读取权限，或指定一份副本：--keylog keys.log",
  },
  "keylog.none": {
    sentence: "{name} 里没有 TLS 密钥。",
    next: "密钥日志的每一行形如 CLIENT_RANDOM <64 位十六进制> <96 位十六进制>：SSLKEYLOGFILE=keys.log chromium，或 node --tls-keylog=keys.log",
  },
  "keylog.too-long": {
    sentence: "{name} 超过 {bytes} 字节，不像是密钥日志。",
    next: "只给出抓包期间写入的部分：tail -n 100000 keys.log > newest.log",
  },
  "input.not-a-capture": {
    sentence: "{name} 不是抓包文件：既不是 pcap 也不是 pcapng。",
    next: "抓包文件可由 tcpdump -w、dumpcap 或 Wireshark 的“另存为”生成（gzip、zstd 压缩的也可以）。",
  },
  "input.cut-in-header": {
    sentence: "{name} 在文件头处就中断了，没有任何数据包。",
    next: "抓包在写出第一块之前就停止了：请用 tcpdump -U 重新抓包。",
  },
  "input.compression-cut": {
    sentence: "{name}（{compression}）不完整，还没解压出任何抓包数据就中断了。",
    next: "请重新复制文件，并与原文件比较大小。",
  },
  "input.compression-damaged": {
    sentence: "{name}（{compression}）已损坏，无法解压。",
    next: "请重新复制文件（若用 FTP 请选二进制模式），并与原文件比较校验和。",
  },
  "input.compression-window": {
    sentence: "{name}（{compression}）压缩时的窗口过大，无法在此解压。",
    next: "请先解压：zstd -d --long=31 {name}",
  },
  "input.terminal": {
    sentence: "标准输入是终端，不是抓包数据。",
    next: "请用管道传入：ssh device sudo tcpdump -i any -U -w - port 8080 | wscap report -",
  },
  "input.twice": {
    sentence: "{other} 和 {name} 是同一份抓包：读两遍的话，每个数据包都会重复计算。",
    next: "请只写一次。在连接两端分别抓的包应是两个内容不同的文件。",
  },
  "input.stdin-twice": { sentence: "标准输入（-）只能读取一次。", next: "请只写一个 -。" },
  "usage.no-command": { sentence: "请指定命令。", next: "最常用的是：wscap report CAPTURE" },
  "usage.unknown-command": { sentence: "没有“{name}”这个命令。", next: "wscap --help 列出所有命令。" },
  "usage.unknown-command-similar": {
    sentence: "没有“{name}”这个命令。",
    next: "是否想输入：wscap {similar}",
  },
  "usage.unknown-option": { sentence: "没有 {name} 这个选项。", next: "wscap {command} --help 列出所有选项。" },
  "usage.unknown-option-similar": { sentence: "没有 {name} 这个选项。", next: "是否想输入 {similar}？" },
  "usage.missing-argument": { sentence: "缺少参数 {name}。", next: "wscap {command} --help 有示例。" },
  "usage.option-without-value": { sentence: "{name} 需要一个值。", next: "wscap {command} --help 说明可用的值。" },
  "usage.too-many-arguments": {
    sentence: "“{command}”的参数太多。",
    next: "wscap {command} --help 有示例。",
  },
  "usage.invalid-value": { sentence: "{option} 不能是“{value}”。", next: "可用的值：{allowed}" },
  "usage.other": { sentence: "{text}", next: "wscap {command} --help 有示例。" },
  "usage.unknown-rule": { sentence: "没有“{name}”这条规则。", next: "wscap explain 列出所有规则。" },
  "usage.unknown-rule-similar": {
    sentence: "没有“{name}”这条规则。",
    next: "是否想输入：wscap explain {similar}",
  },
  "notes.unreadable": {
    sentence: "无法读取 {name} 中的备注（{reason}）。",
    next: "用 --notes FILE 指定另一个文件，或让这个文件可读。",
  },
  "notes.damaged": {
    sentence: "{name} 已损坏，不是 wscap 写出的格式；文件保持原样。",
    next: "修复或移走它，或用 --notes FILE 把备注存到别处。",
  },
  "notes.newer": {
    sentence: "{name} 由更新版本的 wscap 写成；文件保持原样。",
    next: "请更新 wscap，或用 --notes FILE 把备注存到别处。",
  },
  "notes.locked": {
    sentence: "另一个 wscap 正在写备注：{name} 一直存在。",
    next: "请重试；如果没有 wscap 在运行，删除该文件即可。",
  },
  "notes.unwritable": {
    sentence: "无法把备注写到 {name}（{reason}）。",
    next: "用 --notes FILE 把备注存到别处。",
  },
  "notes.where": { sentence: "标准输入的备注需要一个存放的位置。", next: "指定一个文件：--notes FILE" },
  "notes.no-text": { sentence: "备注写什么？", next: 'wscap annotate CAPTURE --packet 161 "内容"' },
  "notes.no-place": {
    sentence: "备注针对什么？",
    next: "在 --connection N、--packet N、--capture 中选一个。",
  },
  "notes.list-or-remove": {
    sentence: "--list 和 --remove 不能同时使用。",
    next: "先运行 wscap annotate CAPTURE --list，再运行 wscap annotate CAPTURE --remove ID",
  },
  "notes.one-capture": {
    sentence: "annotate 只接受一个抓包文件和一段文字。",
    next: '备注属于某一个抓包文件；同时读取多个抓包的报告也会显示它。文字请加引号：wscap annotate CAPTURE --packet 161 "文字"',
  },
  "notes.unknown": { sentence: "没有备注 {name}。", next: "wscap annotate CAPTURE --list 会列出所有 id。" },
  "output.is-file": { sentence: "{name} 是一个文件。", next: "请指定文件夹，或以 .zip 结尾的文件。" },
  "report.nothing-to-draw": { sentence: "没有可画的连接。", next: "不加 --format svg，报告会说明抓包中有什么。" },
  "usage.needs-svg": {
    sentence: "--connection 用来选择 --format svg 画哪条连接；其他格式的报告包含所有连接。",
    next: "只要它的数据包：wscap export --connection {n} CAPTURE -o part.pcapng",
  },
  "compare.two": { sentence: "--compare 需要两个抓包。", next: "wscap report works.pcap fails.pcap --compare" },
  "compare.nothing": { sentence: "{name} 中没有可以比较的连接。", next: "wscap report {name} 会列出其中的内容。" },
  "output.is-input": {
    sentence: "-o {name} 会覆盖正在读取的文件（抓包、备注或密钥）。",
    next: "请换一个输出文件名；wscap 绝不改写抓包文件。",
  },
  "output.is-capture": {
    sentence: "{name} 已经存在，而且是一份抓包，写入会毁掉它。",
    next: "请换一个输出文件名；wscap 绝不改写抓包文件。",
  },
  "output.is-directory": { sentence: "{name} 是目录。", next: "请指定文件：-o {name}/report.txt" },
  "output.unwritable": {
    sentence: "无法写入 {name}（{reason}）。",
    next: "请确认目录存在、属于当前用户，并且磁盘有空间。",
  },
  "temporary.unwritable": {
    sentence: "无法把临时文件写入 {name}（{reason}）。",
    next: "请指定一个有空间的目录：TMPDIR=目录 wscap …",
  },
  "output.cut-short": {
    sentence: "{name} 不完整：{packets} 个数据包（{bytes} 字节）未能写入（{reason}）。",
    next: "已写入的部分可以读取。请腾出磁盘空间，或只保留最新的：--ring 10x100M",
  },
  "output.zip-too-large": {
    sentence: "{name} 的内容将超过 4 GiB，zip 文件容纳不下。",
    next: "请改用目录（-o 后的名称不带 .zip），或截取抓包：editcap -A START -B STOP big.pcap part.pcap",
  },
  "log.unwritable": {
    sentence: "无法写入日志文件 {name}（{reason}）。",
    next: "请用 --log-file 指定其他文件。",
  },
  "log.not-a-log": {
    sentence: "{name} 已存在且不是日志，不会往里写。",
    next: "请用 --log-file 指定其他文件。",
  },
  "capture.no-tool": {
    sentence: "没有可用的抓包工具：tcpdump、dumpcap 和 npm 的 cap 都没有。",
    next: "sudo apt install tcpdump",
  },
  "capture.tool-missing": { sentence: "没有安装 {name}。", next: "sudo apt install {package}" },
  "capture.no-permission-tcpdump": {
    sentence: "没有权限抓取 {name}（{reason}）。",
    next: "请使用 sudo，或者一次性授权 tcpdump：sudo setcap cap_net_raw+ep $(readlink -f $(command -v tcpdump))",
  },
  "capture.no-permission-dumpcap": {
    sentence: "没有权限抓取 {name}（{reason}）。",
    next: "请使用 sudo，或者加入有权限的组：sudo dpkg-reconfigure wireshark-common && sudo usermod -aG wireshark $USER",
  },
  "capture.no-permission-cap": {
    sentence: "没有权限抓取 {name}（{reason}）。",
    next: "请使用 sudo，或者用可以单独授权的 --backend tcpdump（方法见 wscap doctor）。",
  },
  "capture.no-permission-remote": {
    sentence: "在对方机器上没有抓包权限（{reason}）。",
    next: "请以 root 登录，或使用可免密 sudo 的用户。",
  },
  "capture.remote-unreachable": {
    sentence: "ssh 无法连接（{reason}）。",
    next: "先确认不需要任何输入就能登录：ssh -o BatchMode=yes {host} true",
  },
  "capture.remote-tool-missing": {
    sentence: "对方机器上没有 tcpdump（{reason}）。",
    next: "请在那里安装：sudo apt install tcpdump",
  },
  "capture.no-such-interface": {
    sentence: "没有 {name} 这个网卡。",
    next: "wscap interfaces 列出所有网卡；不加 -i 则全部抓取。",
  },
  "capture.no-such-address": {
    sentence: "本机没有网卡使用地址 {name}。",
    next: "wscap interfaces 列出所有网卡；不加 -i 则全部抓取。",
  },
  "capture.bad-filter": {
    sentence: "过滤表达式有误（{reason}）。",
    next: "语法见 pcap-filter(7)，例如：-f 'host 10.0.0.5 and not port 22'",
  },
  "capture.interface-gone": {
    sentence: "抓包过程中网卡 {name} 消失了。",
    next: "此前的数据已保留并在上面分析。wscap interfaces 显示现有的网卡。",
  },
  "capture.backend-killed": {
    sentence: "{backend} 被外部终止（{signal}）。",
    next: "此前的数据已保留并在上面分析。dmesg 可查看是否内存不足。",
  },
  "capture.backend-ended": {
    sentence: "{backend} 自行退出，退出码 {code}（{reason}）。",
    next: "此前的数据已保留。wscap doctor 显示还有哪些 --backend 可用。",
  },
  "capture.cap-missing": {
    sentence: "没有 npm 的 cap：安装 wscap 时未能编译它。",
    next: "sudo apt install libpcap-dev build-essential python3 后重新安装 wscap；--backend tcpdump 不需要这些。",
  },
  "capture.cap-not-built": {
    sentence: "npm 的 cap 没有编译：npm 没有运行它的安装脚本。",
    next: "npm install -g --allow-scripts=cap wscap（源码目录中：npm rebuild cap）；--backend tcpdump 不需要这些。",
  },
  "capture.remote-broke": {
    sentence: "到 {host} 的 ssh 连接中断了。",
    next: "此前的数据已保留，对端的 tcpdump 会随会话结束。",
  },
  "usage.needs-write": { sentence: "{option} 需要同时指定 -w 文件。", next: "生成的文件以它命名：-w night.pcapng" },
  "usage.needs-trigger": {
    sentence: "{option} 需要同时指定 --trigger 规则。",
    next: "它决定在触发前后保留多久：wscap live -w night.pcapng --trigger error {option} 60",
  },
  "usage.write-pipe-options": {
    sentence: "{option} 需要文件，而 -w - 写到标准输出。",
    next: "请指定文件：-w night.pcapng",
  },
  "usage.write-pipe-format": {
    sentence: "使用 -w - 时标准输出就是抓包数据，不能同时使用 {option}。",
    next: "请去掉 {option}：结果会在结束时输出到标准错误。",
  },
  "usage.write-terminal": {
    sentence: "-w - 把抓包数据写到标准输出，而这里的标准输出是终端。",
    next: "wscap live -w - | wireshark -k -i -",
  },
  "usage.write-directory": { sentence: "{name} 是目录。", next: "请指定文件：-w {name}/night.pcapng" },
  "usage.write-not-file": {
    sentence: "{name} 不是普通文件。",
    next: "写入管道：wscap live -w - > {name}",
  },
  "probe.no-token": {
    sentence: "没有设置环境变量 {name}。",
    next: "可只为本次命令设置：read -rs {name} && export {name}",
  },
  "run.interrupted": { sentence: "尚无结果就被中断。", next: "" },
  bug: { sentence: "这是 wscap 自身的缺陷，与您的操作无关。请附上以上内容报告给开发者。", next: "" },
};
