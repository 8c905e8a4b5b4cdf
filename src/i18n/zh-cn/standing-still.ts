/** A server that stood still, in whichever finding tells it of all its clients. */
export const standingStill = {
  woke: {
    title: "服务器的程序停住了 {silentMs:ms}，之后又继续运行",
    detail:
      "它在同一时刻对所有连接沉默，又在同一时刻对所有连接恢复，而它的系统一直在确认客户端发来的数据：问题不在网络路径，也不在哪一个客户端。[[其间有 {left} 个客户端按各自的耐心放弃了。]][[有 {waiting} 个请求在等。]][[它恢复运行时自己断开了 {hungUp} 个客户端。]]",
  },
  still: {
    title: "服务器的程序停住了：至少 {silentMs:ms}没有再发来任何数据",
    detail:
      "它在同一时刻对所有连接沉默，而它的系统一直在确认客户端发来的数据：问题不在网络路径，也不在哪一个客户端。没有看到它恢复运行。[[有 {left} 个客户端按各自的耐心放弃了。]][[有 {waiting} 个请求在等。]]",
  },
} as const;
