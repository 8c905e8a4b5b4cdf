/** Why reading a capture stopped before its end. */
export const captureEnds = {
  "cut-in-record": "数据包不完整",
  "absurd-length": "长度不合理",
  zeros: "此后全是零",
  "broken-block": "数据块损坏",
  "compression-cut": "压缩数据不完整",
  "compression-damaged": "压缩数据损坏",
  "compression-window": "压缩窗口过大",
  interrupted: "读取被中断",
  "interface-gone": "网卡消失了或被停用",
  "capture-stopped": "抓包程序退出了",
} as const;
