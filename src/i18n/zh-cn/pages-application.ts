import type { RulePage } from "../texts.ts";

/** `wscap explain`: names, proxies, Engine.IO, Socket.IO, tokens. */
export const pagesApplication = {
  "dns.failed": {
    name: "域名解析失败",
    meaning: "连接之前要先把域名变成地址。这一步失败了，后面的都无从谈起。",
    seen: "查询 IPv4 或 IPv6 地址得到错误，或没有回应。如果同一名字最终查到了（搜索域、另一台服务器），不算；如果客户端照样连上了，或抓包里另有 WebSocket 尝试而这个名字与它们（Host、Origin、TLS 服务器名）都无关，只作提示。",
  },
  "arp.unanswered": {
    name: "地址没有主机",
    meaning: "同一网段内，主机用 ARP 询问谁在用某个地址。没有人应答，说明没有设备使用它。",
    seen: "对同一地址至少两个 ARP 请求没有应答。如果抓包里有正常的连接，只作提示，因为可能与此无关。",
  },
  "http.cors.refused": {
    name: "跨域被拒",
    meaning:
      "Socket.IO 先用 HTTP 轮询，浏览器只有在服务器允许页面来源时才让页面读取应答。浏览器自己的决定抓包看不到，但缺少许可是看得到的。",
    seen: "跨域轮询的应答缺少 Access-Control-Allow-Origin，或写的是别的来源；或者预检（OPTIONS）被拒绝。在代理后面，Host 说明不了什么；GET 带 Origin 才算数，因为页面访问自己的来源时不带它。",
  },
  "http.proxy.connect-refused": {
    name: "CONNECT 被拒绝",
    meaning: "经正向代理使用 wss:// 需要隧道，而代理没有打开。",
    seen: "CONNECT 得到 3xx、4xx 或 5xx。407 之后登录成功的，只作提示。",
  },
  "eio.pong.missing": {
    name: "Socket.IO 心跳",
    meaning:
      "Socket.IO 有自己的心跳（Engine.IO 的 2 和 3 号包），需要页面或程序的代码在运行。标签页休眠或事件循环阻塞时它会失败，哪怕网络和 WebSocket 的 ping 都正常。",
    seen: "按会话打开时服务器公布的定时器，Engine.IO 的 ping 没有 pong，直到一方放弃。第 4 版起由服务器发 ping，之前由客户端发。只靠轮询的会话：客户端在轮询等待时放弃，或回来得太晚，会话已不被承认。",
  },
  "eio.upgrade.failed": {
    name: "停留在轮询",
    meaning: "Socket.IO 以轮询开始，却没能切到 WebSocket。能用，但慢。",
    seen: "带会话 sid 的 WebSocket 请求没有被接受，或探测没有回应。",
  },
  "sio.connect.refused": {
    name: "Socket.IO 拒绝连接",
    meaning:
      "传输正常，Socket.IO 的 CONNECT 得到的是 CONNECT_ERROR，其中的消息就是服务端给的理由。token 是否在数据库里被撤销，抓包看不出来。",
    seen: "某个命名空间的 4 号包。",
  },
  "sio.connect.missing": {
    name: "不是 Socket.IO 客户端",
    meaning: "服务器是 Socket.IO，客户端打开 WebSocket 后一直没发 CONNECT。超过 connectTimeout（45 秒）服务器会断开。",
    seen: "WebSocket 上的 Engine.IO 会话没有 CONNECT，最后由服务器结束。",
  },
  "sio.connect.unanswered": {
    name: "CONNECT 无回应",
    meaning: "Socket.IO 客户端请求了一个命名空间，服务端既没答应也没拒绝。WebSocket 是通的，页面却一直等不到 connect。",
    seen: "客户端发出 0 号包之后 5 秒以上，服务端没有对该命名空间发出 0 号或 4 号包；或者 Socket.IO 的 WebSocket（URL 里有 EIO）上，服务端没有以 Engine.IO 的 0 号包开头。",
  },
  "sio.exception": {
    name: "Socket.IO 错误事件",
    meaning: "服务端报告某个请求失败了，但保留了客户端。这是应用自己的事；没有监听它的页面看起来像卡住。",
    seen: "服务端发出名字表示出错的事件（error、exception 等），而服务端没有发 DISCONNECT。事件或确认（ack）拒绝的是请求者本身，且此后再没有别的东西时，为警告。",
  },
  "sio.disconnected": {
    name: "Socket.IO 断开",
    meaning:
      "服务端代码把这个客户端断开了。刚接受就断开，或断开前发了 error 之类的事件，就是拒绝；事件里的消息就是理由。",
    seen: "服务器发出的 1 号包。此前 5 秒内有名字表示出错的事件（error、exception、unauthorized 等），或距 CONNECT 不到 1 秒时，算错误。还有：在这 1 秒之内，服务器不说理由、也不发这个包就结束了 Engine.IO；再次出现时算错误。",
  },
  "app.heartbeat.missing": {
    name: "应用心跳",
    meaning: "应用自己定期收发消息来确认对端还活着，现在没有回应了。",
    seen: "一种定期消息原先每次都有回应，后来至少两次没有，或一次没有而发送方随即断开；或者不再发送，直到对方结束连接。按名字（ping、heartbeat）识别，或按规律识别：回应重复提问里的数字，或两者每次都一样。",
  },
  "app.standstill": {
    name: "服务器停住",
    meaning:
      "服务器的程序有一段时间什么都不做：事件循环阻塞、垃圾回收、断点调试、SIGSTOP。它的系统还在运行，所以连接还在，新连接也能建立。客户端按各自的定时器放弃，请求在等；有的服务器恢复运行后把自己停住的时间当成客户端的沉默，于是断开它们。",
    seen: "同一服务器的几条连接在同一时刻沉默：一直有规律地发数据的、一直回应 ping 的、一个在等的请求。它欠着什么（回应、ping），它的 TCP 其间确认了客户端发来的数据，并且没有别的连接收到它的任何数据。有连接因此结束时算错误。如果有客户端的 ping 无人回应，就由 ws.pong.missing 或 eio.pong.missing 来说。",
  },
  "app.silent": {
    name: "服务器没有发过消息",
    meaning:
      "连接是通的，客户端也发了请求，服务器却没有发过任何消息；或者 Socket.IO 客户端带回调的事件没有收到确认（ack）。",
    seen: "客户端至少发了一条消息，服务器半分钟内一条都没有。或者 Socket.IO 客户端带回调的事件（42<编号>[…]）至少 5 秒没有收到确认（43<编号>[…]），而会话一直在：一个确认都没有时为警告；另有确认，或只缺一个且不到 10 秒时，为提示。",
  },
  "app.vite-hmr": {
    name: "Vite 热更新",
    meaning: "Vite 开发服务器与页面之间有自己的 WebSocket，不属于应用；它出了问题也只作提示。",
    seen: "子协议为 vite-hmr。",
  },
  "jwt.expired": {
    name: "token 过期",
    meaning: "JWT 自带有效期，这个 token 发送时不在有效期内，或在连接期间到期。token 内容绝不显示。",
    seen: "exp 或 nbf 与数据包时间比较，允许几秒误差。服务器因此拒绝，或恰好在到期时断开会话时为错误，否则为提示。",
  },
  "clock.skew": {
    name: "时钟不一致",
    meaning: "服务器的时钟与抓包机器不一致，短有效期的 token 会因此失败。",
    seen: "响应的 Date 字段与数据包时间相差 30 秒以上。涉及 token 或拒绝时为警告，否则为提示。",
  },
} as const satisfies Record<string, RulePage>;
