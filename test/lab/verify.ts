// Holds a scenario's expectation against what the endpoints logged and what tshark sees in the capture: before anybody judges
// wscap by an expectation, the expectation itself has to be true.

import { runSlow } from "../support/namespace.ts";
import { wssPort } from "./addresses.ts";
import type { ConnectionTruth, Expectation, LogEntry } from "./types.ts";

/** A TCP connection as tshark splits them. */
export interface ObservedConnection {
  readonly client: string;
  readonly server: string;
  readonly status: number | null;
  /** Who sent the first Close frame that tshark decodes. */
  readonly closedBy: "client" | "server" | null;
  /** The first FIN or RST, or the first ICMP error about the connection. */
  readonly end: { readonly by: "client" | "server" | null; readonly how: "fin" | "rst" | "icmp" } | null;
}

const fields = [
  "tcp.stream",
  "ip.src",
  "ipv6.src",
  "tcp.srcport",
  "ip.dst",
  "ipv6.dst",
  "tcp.dstport",
  "tcp.flags",
  "icmp.type",
];

/** What tshark has to decode as HTTP, and as HTTP inside TLS. */
const PORTS = [8080, 7002, 80, 8081];

/** Every TCP connection of a capture, in order of its first packet; what is inside TLS with the keys of a file. */
export async function observe(capture: string, keys?: string): Promise<ObservedConnection[]> {
  const ports = [...PORTS, wssPort];
  const decodeAs = [
    ...PORTS.flatMap((port) => ["-d", `tcp.port==${port},http`]),
    ...["-d", `tcp.port==${wssPort},tls`, "-d", `tls.port==${wssPort},http`],
    ...(keys === undefined ? [] : ["-o", `tls.keylog_file:${keys}`]),
  ];
  const columns = [...fields, "http.response.code", "websocket.opcode"].flatMap((field) => ["-e", field]);
  const options = [
    "-n",
    "-r",
    capture,
    ...decodeAs,
    "-Y",
    "tcp",
    "-T",
    "fields",
    "-E",
    "occurrence=a",
    "-E",
    "separator=\t",
  ];
  const streams = new Map<string, { -readonly [K in keyof ObservedConnection]: ObservedConnection[K] }>();
  for (const line of (await runSlow("tshark", ...options, ...columns)).split("\n")) {
    const [stream = "", source4, source6, sourcePort, target4, target6, targetPort, flags, icmp, status, opcodes] =
      line.split("\t");
    if (stream === "") continue;
    // An ICMP error quotes the packet it is about: then every address field holds two values, the quoted one last.
    const last = (value: string | undefined) => value?.split(",").at(-1) ?? "";
    const source = `${last(source4) || source6}:${last(sourcePort)}`;
    const target = `${last(target4) || target6}:${last(targetPort)}`;
    const bits = Number(last(flags));
    // A SYN-ACK comes from the server, and so does what comes from a server's port when no SYN was captured.
    const fromServer = (bits & 0x12) === 0x12 || ((bits & 0x02) === 0 && ports.includes(Number(last(sourcePort))));
    const seen = streams.get(stream) ?? {
      client: fromServer ? target : source,
      server: fromServer ? source : target,
      status: null,
      closedBy: null,
      end: null,
    };
    streams.set(stream, seen);
    if (status) seen.status ??= Number(last(status));
    const by = source === seen.client ? "client" : "server";
    if (opcodes?.split(",").includes("8")) seen.closedBy ??= by;
    if (seen.end) continue;
    if (icmp) seen.end = { by: null, how: "icmp" };
    else if (bits & 0x04) seen.end = { by, how: "rst" };
    else if (bits & 0x01) seen.end = { by, how: "fin" };
  }
  return [...streams.values()];
}

/** What of the expectation is not so, as sentences; empty when everything fits. */
export function disagreements(
  log: readonly LogEntry[],
  expect: Expectation,
  observed: readonly ObservedConnection[],
): string[] {
  const claimed = new Set(expect.connections.flatMap((row) => connectionsOf(log, row.dialledBy)));
  return expect.connections.flatMap((row) => {
    const dialled = new Set(connectionsOf(log, row.dialledBy));
    const mine = observed.filter(({ client }) => (dialled.size > 0 ? dialled.has(client) : !claimed.has(client)));
    const inCapture = mine.length === 0 ? [`${row.dialledBy}: no such connection in the capture`] : [];
    return [
      ...inCapture,
      ...mine.flatMap((connection) => wireDisagreements(row, connection)),
      ...logDisagreements(log, row),
    ];
  });
}

function wireDisagreements(row: ConnectionTruth, { client, status, closedBy, end }: ObservedConnection): string[] {
  const found: string[] = [];
  const check = (what: string, wanted: unknown, got: unknown) => {
    if (wanted !== undefined && wanted !== got)
      found.push(`${row.dialledBy} ${client}: ${what} ${got}, expected ${wanted}`);
  };
  check("status", row.status, status);
  check("Close first sent by", row.closedBy, closedBy);
  if (row.injected) return found;
  const ending = row.ending === "silent" || row.ending === "open" ? "none" : row.ending;
  check("ending", ending, end?.how ?? "none");
  check("first closer", row.firstCloser, end?.by ?? null);
  return found;
}

function logDisagreements(log: readonly LogEntry[], row: ConnectionTruth): string[] {
  const found: string[] = [];
  const dialled = new Set(connectionsOf(log, row.dialledBy));
  const check = (side: "client" | "server", wanted: number | null | undefined) => {
    if (wanted === undefined || row.apiDiffers) return;
    const closes = log.filter(
      (entry) =>
        entry.event === "close" &&
        // A browser's page does not know its own port: it has one WebSocket.
        (dialled.has(entry.connection ?? "") || (entry.peer === row.dialledBy && entry.connection === undefined)) &&
        (entry.peer === row.dialledBy) === (side === "client"),
    );
    for (const { peer, code } of closes.map((entry) => ({ peer: entry.peer, code: entry["code"] }))) {
      if (code !== wanted) found.push(`${peer} reports ${code}, expected ${wanted}`);
    }
  };
  check("client", row.clientSees);
  check("server", row.serverSees);
  return found;
}

/** Every connection that a peer logged, as address:port of the client. */
export const connectionsOf = (log: readonly LogEntry[], peer: string): string[] =>
  log.filter((entry) => entry.peer === peer && entry.connection).map((entry) => entry.connection ?? "");
