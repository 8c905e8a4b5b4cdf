import type { ConnectionFacts } from "../../store/types.ts";
import { endOf, serverOf } from "../reading/reading.ts";
import { within } from "../reading/time-index.ts";
import type { Context } from "./context.ts";

/** The host of a container answers in its place when its port is not passed on any more: one hop nearer. */
const NEXT_HOP = 1;

/**
 * The server's own system refused it: nothing listens there. Who answers a SYN by ICMP, or by an RST that comes from elsewhere
 * than the server's packets, is a firewall (RFC 9293 §3.10.7.1 knows RST only), and tells nothing of the program.
 */
export function isRefusedByHost({ kind, tcp, server }: ConnectionFacts, { hopLimitOf }: Context): boolean {
  if (kind !== "tcp-refused") return false;
  const reset = tcp.resets.find(({ from }) => from === "server");
  const usual = hopLimitOf.get(server.address);
  if (reset === undefined) return false;
  return usual === undefined || reset.hopLimit === usual || reset.hopLimit === usual + NEXT_HOP;
}

/** A port that refuses so soon after an end without a word: its process is gone. */
export const GONE_WITHIN_NS = 10e9;

/** Its port refuses soon after it. */
export function refusesAfter(connection: ConnectionFacts, context: Context): boolean {
  const after = context.others().failed.get(serverOf(connection));
  const end = endOf(connection).timestampNs;
  return after !== undefined && within(after, end, end + GONE_WITHIN_NS).some((one) => isRefusedByHost(one, context));
}
