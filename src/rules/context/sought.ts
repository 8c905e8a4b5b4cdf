import type { Mark } from "../../base/packet-view.ts";
import type { ArpFacts } from "../../store/across-types.ts";
import type { Analysis, ConnectionFacts } from "../../store/types.ts";

/** The server's host looked in vain for the client on the link meanwhile: it wants to answer, and its link does not reach it. */
export const soughtByServer = (
  { client, server, first }: ConnectionFacts,
  last: Mark,
  { arp }: Analysis,
): ArpFacts | null =>
  arp.find(
    (search) =>
      search.answered === null &&
      search.sender === server.address &&
      search.target === client.address &&
      search.first.timestampNs <= last.timestampNs &&
      search.last.timestampNs >= first.timestampNs,
  ) ?? null;
