// Real `ws` peers that log what their API tells them.

import { createServer, type Server as HttpServer, type RequestListener } from "node:http";
import { Agent, createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { makeCertificate } from "../certificate.ts";
import type { Peer } from "../peer-context.ts";

/** The TCP socket under a `ws` WebSocket, which has no public name for it. */
export function socketOf(ws: WebSocket): Socket {
  return (ws as unknown as { _socket: Socket })._socket;
}

/** Sends until so much waits in the sender itself that no socket buffer will take it. */
export function flood(ws: WebSocket, waitingBytes: number, messageBytes: number): void {
  const timer = setInterval(() => {
    if (ws.bufferedAmount > waitingBytes) clearInterval(timer);
    else ws.send("w".repeat(messageBytes));
  }, 5);
  ws.on("close", () => clearInterval(timer));
}

/** Logs open, ping, pong, error and close of a WebSocket as its API reports them, with message counts at the close. */
function logWebSocket(peer: Peer, ws: WebSocket, connection: string): void {
  const counts = { received: 0, pingsReceived: 0, pongsReceived: 0 };
  ws.on("message", () => {
    counts.received += 1;
  });
  ws.on("ping", (data: Buffer) => {
    counts.pingsReceived += 1;
    peer.log("ping", { connection, data: data.toString("latin1") });
  });
  ws.on("pong", (data: Buffer) => {
    counts.pongsReceived += 1;
    peer.log("pong", { connection, data: data.toString("latin1") });
  });
  ws.on("error", (error: NodeJS.ErrnoException) =>
    peer.log("error", { connection, code: error.code, message: error.message }),
  );
  ws.addEventListener("close", ({ code, reason, wasClean }) =>
    peer.log("close", { connection, code, reason, wasClean, ...counts }),
  );
}

export interface ListenOptions extends ServerOptions {
  readonly port?: number;
  readonly host?: string;
  /** wss:// with a certificate of its own, of this version or of what both speak; the keys go into the log. */
  readonly secure?: boolean | "TLSv1.2" | "TLSv1.3";
}

export interface Listening {
  readonly http: HttpServer;
  readonly server: WebSocketServer;
}

const refuse: RequestListener = (_request, response) => {
  response.writeHead(426, { "Content-Type": "text/plain" });
  response.end("Upgrade Required");
};

/** A `ws` server on an HTTP server; `onOpen` gets each WebSocket. Port 8080 unless said. */
export function listen(peer: Peer, options: ListenOptions, onOpen: (ws: WebSocket) => void): Promise<Listening> {
  const { port = 8080, host = "0.0.0.0", secure = false, ...rest } = options;
  const version = typeof secure === "string" ? { minVersion: secure, maxVersion: secure } : {};
  const http = secure ? createTlsServer({ ...makeCertificate(), ...version }, refuse) : createServer(refuse);
  http.on("keylog", (line: Buffer) => peer.log("keylog", { line: line.toString("latin1") }));
  const server = new WebSocketServer({ ...rest, server: http });
  server.on("connection", (ws, request) => {
    const { remoteAddress, remotePort } = request.socket;
    const connection = `${remoteAddress}:${remotePort}`;
    peer.log("open", { connection, path: request.url, origin: request.headers.origin });
    logWebSocket(peer, ws, connection);
    onOpen(ws);
  });
  return new Promise((resolve) => {
    http.listen(port, host, () => {
      peer.log("listening", { port });
      resolve({ http, server });
    });
  });
}

/**
 * ws README's way to find broken connections: ping each interval, terminate who was silent for the timeout. A pong comes a
 * moment after its ping, so a timeout of 3 intervals is found exceeded at the fourth tick; the tolerance keeps that so when
 * timers drift by a millisecond.
 */
export function heartbeat(peer: Peer, server: WebSocketServer, intervalMs: number, timeoutMs: number): void {
  const lastPong = new WeakMap<WebSocket, number>();
  const alive = (ws: WebSocket) => lastPong.set(ws, Date.now());
  server.on("connection", (ws) => {
    alive(ws);
    ws.on("pong", () => alive(ws));
  });
  setInterval(() => {
    for (const ws of server.clients) {
      const silentMs = Date.now() - (lastPong.get(ws) ?? 0);
      if (silentMs > timeoutMs + intervalMs / 10) {
        peer.log("terminate", { silentMs });
        ws.terminate();
      } else ws.ping();
    }
  }, intervalMs);
}

export interface DialOptions extends ClientOptions {
  /** One of the client's addresses, and one port for all attempts. */
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly protocols?: readonly string[];
  /** wss://: the keys go into the log, for a server that writes none. */
  readonly logsKeys?: boolean;
}

/** TLS as `https` makes it, which tells its keys. */
function tellingKeys(peer: Peer): Agent {
  const agent = new Agent();
  agent.on("keylog", (line: Buffer) => peer.log("keylog", { line: line.toString("latin1") }));
  return agent;
}

/** Dials, logs, and resolves when the WebSocket is open; rejects never: `null` after a refusal, which is in the log. */
export function dial(peer: Peer, url: string, options: DialOptions = {}): Promise<WebSocket | null> {
  const { protocols = [], logsKeys = false, ...rest } = options;
  const agent = logsKeys ? { agent: tellingKeys(peer) } : {};
  const ws = new WebSocket(url, [...protocols], { origin: "http://192.168.50.10:5173", ...agent, ...rest });
  return new Promise((resolve) => {
    let connection = "";
    ws.on("upgrade", ({ socket }) => {
      connection = `${socket.localAddress}:${socket.localPort}`;
    });
    ws.on("unexpected-response", (request, response) => {
      connection = `${request.socket?.localAddress}:${request.socket?.localPort}`;
      peer.log("refused", { connection, status: response.statusCode, contentType: response.headers["content-type"] });
      response.resume();
      response.on("end", () => ws.terminate());
    });
    let wasOpen = false;
    ws.on("open", () => {
      wasOpen = true;
      peer.log("open", { connection, protocol: ws.protocol, extensions: ws.extensions });
      logWebSocket(peer, ws, connection);
      resolve(ws);
    });
    ws.on("error", (error: NodeJS.ErrnoException) => {
      if (wasOpen) return;
      peer.log("error", { connection, code: error.code, message: error.message });
    });
    ws.on("close", () => resolve(null));
  });
}

export function closed(ws: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (ws.readyState === WebSocket.CLOSED) resolve();
    else ws.once("close", () => resolve());
  });
}
