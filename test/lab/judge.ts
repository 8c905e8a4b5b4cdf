// Holds wscap's report against a scenario's truth: what the endpoints logged, and the rules that the fault calls for.

import type { ConnectionTruth, Expectation, LogEntry } from "./types.ts";
import { connectionsOf } from "./verify.ts";

type Side = "client" | "server";
interface CloseFrame {
  readonly code: number | null;
  readonly packet: number;
}
interface FrameCounts {
  readonly ping: number;
  readonly pong: number;
}

/** The part of `wscap-report/1` that is judged here. */
export interface Report {
  readonly connections: readonly {
    readonly id: number;
    readonly client: { readonly address: string; readonly port: number };
    readonly kind: string;
    readonly tcp: { readonly ending: string; readonly firstCloser: Side | null };
    readonly upgrade: null | { readonly status: number | null };
    readonly frames: Readonly<Record<Side, FrameCounts>>;
    readonly messages: Readonly<Record<Side, { readonly text: number; readonly binary: number }>>;
    readonly close: {
      readonly frames: Readonly<Record<Side, CloseFrame | null>>;
      readonly clientSees: null | { readonly code: number };
      readonly serverSees: null | { readonly code: number };
    };
  }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly title: string;
    readonly causes: readonly { readonly cause: string }[];
  }[];
}
type Connection = Report["connections"][number];

/** Where the report and the truth (expectation and endpoint logs) differ, as sentences; empty when wscap is right. */
export function mistakes(report: Report, log: readonly LogEntry[], expect: Expectation): string[] {
  return [
    ...ruleMistakes(report, expect),
    ...expect.connections.flatMap((row) => connectionMistakes(report, log, expect, row)),
    ...(expect.partial
      ? []
      : report.connections.filter(isDecoded).flatMap((connection) => countMistakes(connection, log))),
  ];
}

function ruleMistakes({ findings }: Report, expect: Expectation): string[] {
  const reported = new Set(findings.map(({ rule }) => rule));
  const oneOf = expect.mustOneOf ?? [];
  const warns = expect.warns ?? [];
  const allowed = new Set([...expect.must, ...oneOf, ...(expect.may ?? [])]);
  const isOneThere = oneOf.length === 0 || findings.some((one) => one.severity === "error" && oneOf.includes(one.rule));
  const unexpected = findings.filter(
    ({ rule, severity }) =>
      severity !== "note" && !allowed.has(rule) && !(severity === "warning" && warns.includes(rule)),
  );
  const unique = new Map(unexpected.map((finding) => [finding.rule, finding]));
  const blames = expect.blames ?? "";
  const blamed = findings
    .filter(({ severity }) => severity === "error")
    .map(({ causes }) => causes[0]?.cause ?? "nothing");
  return [
    ...blamed.filter((cause) => !cause.includes(blames)).map((cause) => `blames: ${cause}`),
    ...(isOneThere ? [] : [`missing an error of ${oneOf.join(", ")}`]),
    ...[...expect.must, ...warns].filter((rule) => !reported.has(rule)).map((rule) => `missing ${rule}`),
    ...(expect.mustNot ?? [])
      .filter((rule) => reported.has(rule) && !unique.has(rule))
      .map((rule) => `wrongly ${rule}`),
    ...[...unique.values()].map(({ rule, severity, title }) => `unexpected ${severity} ${rule}: ${title}`),
  ];
}

const isDecoded = ({ kind }: Connection) => kind === "websocket";
const keyOf = ({ client }: Connection) => `${client.address}:${client.port}`;

function connectionMistakes(
  { connections }: Report,
  log: readonly LogEntry[],
  expect: Expectation,
  row: ConnectionTruth,
): string[] {
  const dialled = new Set(connectionsOf(log, row.dialledBy));
  const claimed = new Set(expect.connections.flatMap((other) => connectionsOf(log, other.dialledBy)));
  const mine = connections.filter((one) => (dialled.size > 0 ? dialled.has(keyOf(one)) : !claimed.has(keyOf(one))));
  if (mine.length === 0) return [`${row.dialledBy}: no such connection reported`];
  return mine.flatMap((one) => {
    const found: string[] = [];
    const check = (what: string, wanted: unknown, got: unknown) => {
      if (wanted !== undefined && wanted !== got) found.push(`connection ${one.id}: ${what} is ${got}, not ${wanted}`);
    };
    check("kind", row.kind, one.kind);
    if (one.kind !== "http") check("status", row.status, one.upgrade?.status);
    check("clientSees", row.clientSees, one.close.clientSees?.code ?? null);
    check("serverSees", row.serverSees, one.close.serverSees?.code ?? null);
    check("firstCloser", row.firstCloser, one.tcp.firstCloser);
    check("ending", row.ending, one.tcp.ending);
    check("first Close from", row.closedBy, firstClose(one));
    return found;
  });
}

function firstClose({ close }: Connection): Side | undefined {
  const { client, server } = close.frames;
  if (!client || !server) return client ? "client" : server ? "server" : undefined;
  return client.packet < server.packet ? "client" : "server";
}

/** Of a WebSocket that was closed cleanly each end has read all that was sent: its counts are the wire's. */
function countMistakes(connection: Connection, log: readonly LogEntry[]): string[] {
  const closes = log.filter(
    (entry) => entry.event === "close" && entry["wasClean"] === true && entry.connection === keyOf(connection),
  );
  return closes.flatMap((entry) => {
    const reader: Side = isDialler(log, entry) ? "client" : "server";
    const sender: Side = reader === "client" ? "server" : "client";
    const { text, binary } = connection.messages[sender];
    const pairs: [string, unknown, number][] = [
      ["messages", entry["received"], text + binary],
      ["pings", entry["pingsReceived"], connection.frames[sender].ping],
      ["pongs", entry["pongsReceived"], connection.frames[sender].pong],
    ];
    return pairs
      .filter(([, logged, reported]) => logged !== reported)
      .map(
        ([what, logged, reported]) =>
          `connection ${connection.id}: ${reported} ${what} of the ${sender}, ${reader} read ${logged}`,
      );
  });
}

/** A server's "open" entry names the path it was asked for; a dialler's does not. */
const isDialler = (log: readonly LogEntry[], { peer, connection }: LogEntry): boolean =>
  log.some(
    (entry) => entry.event === "open" && entry.peer === peer && entry.connection === connection && !("path" in entry),
  );
