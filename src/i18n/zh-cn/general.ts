import type { CauseArgument } from "../../rules/types.ts";

/** For pages without a capture: names and addresses are those reserved for examples (RFC 5737, RFC 2606). */
export const general: Readonly<Record<CauseArgument, string>> = {
  port: "8080",
  other: "另一个地址",
  server: "192.0.2.10",
  client: "192.0.2.20",
  name: "device.example",
  path: "/ws",
  origin: "https://app.example",
  from: "发送方",
  to: "对端",
  timer: "某个定时器",
  seconds: "60",
  setting: "相应的设置",
  pingSeconds: "30",
  idleMs: "一段时间",
  before: "客户端的值",
  behind: "它自己的值",
  hops: "某个值",
  bytes: "一部分数据",
  code: "4000",
  target: "目标地址",
  namespace: "/im",
  backend: "127.0.0.1:3000",
  patienceMs: "一段时间",
  resolver: "192.0.2.53",
};
