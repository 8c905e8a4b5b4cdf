// Real TLS peers of this machine, their bytes passed on by a relay that keeps them: captures of wss:// without root.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { pcapFile } from "./capture-builder.ts";
import { tcpPacket } from "./packet-builder.ts";

/** What one side wrote, in the order in which the relay got it; no bytes: its FIN. */
export interface Piece {
  readonly direction: 0 | 1;
  readonly bytes: Uint8Array;
}

export interface Spoken {
  readonly from: "client" | "server";
  readonly text: string;
}

export interface Conversation {
  readonly pieces: readonly Piece[];
  readonly keyLog: string;
  /** What the peers' own programs heard, by sender. */
  readonly messages: readonly Spoken[];
}

function certificate(kind: "ec" | "rsa"): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), "wscap-tls-"));
  try {
    const key = kind === "ec" ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] : ["-newkey", "rsa:2048"];
    const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "cert.pem")];
    execFileSync("openssl", ["req", "-x509", ...key, "-nodes", "-days", "2", "-subj", "/CN=orin.example", ...files], {
      stdio: "ignore",
    });
    return { key: readFileSync(join(directory, "key.pem")), cert: readFileSync(join(directory, "cert.pem")) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const made = new Map<string, { key: Buffer; cert: Buffer }>();
export function certificateOf(kind: "ec" | "rsa"): { key: Buffer; cert: Buffer } {
  const known = made.get(kind) ?? certificate(kind);
  made.set(kind, known);
  return known;
}

const listening = (server: net.Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

/** Passes everything on to a port, and keeps it. */
export async function relay(port: number): Promise<{ port: number; pieces: Piece[]; close(): void }> {
  const pieces: Piece[] = [];
  const server = net.createServer((client) => {
    const upstream = net.connect(port, "127.0.0.1");
    client.on("data", (bytes) => {
      pieces.push({ direction: 0, bytes: new Uint8Array(bytes) });
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      pieces.push({ direction: 1, bytes: new Uint8Array(bytes) });
      client.write(bytes);
    });
    const fin = (direction: 0 | 1) => void pieces.push({ direction, bytes: new Uint8Array(0) });
    client.on("end", () => {
      fin(0);
      upstream.end();
    });
    upstream.on("end", () => {
      fin(1);
      client.end();
    });
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
  });
  return { port: await listening(server), pieces, close: () => void server.close() };
}

/** A WebSocket server over TLS that sends back what it gets. */
export async function echoServer(options: TlsOptions) {
  const server = https.createServer(options);
  let keyLog = "";
  server.on("keylog", (line: Buffer) => {
    keyLog += line.toString("latin1");
  });
  const messages: Spoken[] = [];
  const sockets = new WebSocketServer({ server, perMessageDeflate: true });
  sockets.on("connection", (socket) =>
    socket.on("message", (data, isBinary) => {
      messages.push({ from: "client", text: String(data) });
      socket.send(data as Buffer, { binary: isBinary });
    }),
  );
  const port = await listening(server);
  const close = (): void => {
    sockets.close();
    server.close();
    server.closeAllConnections();
  };
  return { port, messages, keyLog: () => keyLog, close };
}

export const SENT = [
  "hello",
  "x".repeat(200),
  // Not one letter over and over: behind a hole its masked pattern may pass for one header after the other.
  "yz7".repeat(13_334).slice(0, 40_000),
  JSON.stringify({ type: "tick" }),
  "žluťoučký 温度 🚗",
];

/** A client says these texts, hears them again, and closes with 1000. */
export async function converse(
  options: TlsOptions,
  client: WebSocket.ClientOptions = {},
  sent: readonly string[] = SENT,
): Promise<Conversation> {
  const server = await echoServer(options);
  const between = await relay(server.port);
  const heard: Spoken[] = [];
  const socket = new WebSocket(`wss://127.0.0.1:${between.port}/im`, { rejectUnauthorized: false, ...client });
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      for (const text of sent) socket.send(text);
      socket.ping("are you there?");
    });
    socket.on("message", (data) => {
      heard.push({ from: "server", text: String(data) });
      if (heard.length === sent.length) socket.close(1000, "bye");
    });
    socket.on("close", () => setTimeout(resolve, 50));
  });
  between.close();
  server.close();
  return { pieces: between.pieces, keyLog: server.keyLog(), messages: [...server.messages, ...heard] };
}

const [CLIENT, SERVER] = ["192.0.2.10:40000", "192.0.2.20:443"] as const;
export const MSS = 1460;

/** The pieces as a TCP connection: handshake, segments as `cut` says, FIN both ways where they came. */
export function captureOf(
  pieces: readonly Piece[],
  cut: (piece: Uint8Array) => readonly Uint8Array[] = segmentsOf(MSS),
  isCaptured: (index: number, direction: 0 | 1) => boolean = () => true,
): Uint8Array {
  const packets: Uint8Array[] = [];
  const next = [1000, 5000];
  const add = (direction: 0 | 1, flags: string, payload: Uint8Array | string = ""): void => {
    const [from, to] = direction === 0 ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const [seq = 0, ack = 0] = direction === 0 ? next : [next[1], next[0]];
    const packet = tcpPacket({ from, to, flags, seq, ack: flags === "S" ? 0 : ack, payload });
    next[direction] = seq + payload.length + (/[SF]/.test(flags) ? 1 : 0);
    packets.push(packet);
  };
  add(0, "S");
  add(1, "SA");
  add(0, "A");
  const captured: boolean[] = packets.map(() => true);
  let data = 0;
  const open = new Set<0 | 1>([0, 1]);
  const end = (direction: 0 | 1): void => {
    if (!open.delete(direction)) return;
    add(direction, "FA");
    add(direction === 0 ? 1 : 0, "A");
    captured.push(true, true);
  };
  for (const { direction, bytes } of pieces) {
    if (bytes.length === 0) end(direction);
    for (const segment of open.has(direction) ? cut(bytes) : []) {
      add(direction, "PA", segment);
      captured.push(isCaptured(data++, direction));
      add(direction === 0 ? 1 : 0, "A");
      captured.push(true);
    }
  }
  end(0);
  end(1);
  const records = packets.flatMap((packet, index) =>
    captured[index] === false ? [] : [{ seconds: 1_700_000_000, fraction: index * 1000, data: packet }],
  );
  return pcapFile(records);
}

export const segmentsOf =
  (bytes: number) =>
  (piece: Uint8Array): Uint8Array[] => {
    const segments: Uint8Array[] = [];
    for (let at = 0; at < piece.length; at += bytes) segments.push(piece.subarray(at, at + bytes));
    return segments;
  };
