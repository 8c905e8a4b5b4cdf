import type { CauseArgument } from "../../rules/types.ts";

/** For pages without a capture: names and addresses are those reserved for examples (RFC 5737, RFC 2606). */
export const general: Readonly<Record<CauseArgument, string>> = {
  port: "8080",
  other: "another address",
  server: "192.0.2.10",
  client: "192.0.2.20",
  name: "device.example",
  path: "/ws",
  origin: "https://app.example",
  from: "sender",
  to: "peer",
  timer: "that timer",
  seconds: "60",
  setting: "its setting",
  pingSeconds: "30",
  idleMs: "some time",
  before: "the client's value",
  behind: "its own",
  hops: "1 to 255",
  bytes: "some bytes",
  code: "4000",
  target: "the target",
  namespace: "/im",
  backend: "127.0.0.1:3000",
  patienceMs: "some time",
  resolver: "192.0.2.53",
};
