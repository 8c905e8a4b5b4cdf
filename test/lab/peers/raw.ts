// Peers that do by hand what no library agrees to do: bare TCP, handshakes written out, frames with chosen bits.

import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { frontAddress } from "../addresses.ts";
import type { Peer } from "../peer-context.ts";

export interface FrameBits {
  readonly fin?: boolean;
  /** RSV1–RSV3 as a number 0…7. */
  readonly rsv?: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload?: string | Buffer;
  /** Writes this length instead of the payload's own. */
  readonly claimedLength?: number;
  /** Bytes of extended length whatever the length needs. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** One frame (RFC 6455 §5.2) exactly as asked for, right or wrong. */
export function frame(bits: FrameBits): Buffer {
  const payload = Buffer.from(bits.payload ?? "");
  const length = bits.claimedLength ?? payload.length;
  const lengthBytes = bits.lengthBytes ?? (length < 126 ? 0 : length < 65536 ? 2 : 8);
  const short = lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (bits.fin === false ? 0 : 0x80) | ((bits.rsv ?? 0) << 4) | bits.opcode;
  head[1] = (bits.masked ? 0x80 : 0) | short;
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!bits.masked) return Buffer.concat([head, payload]);
  const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  return Buffer.concat([head, key, payload.map((byte, at) => byte ^ (key[at & 3] ?? 0))]);
}

export const closePayload = (code: number, reason = ""): Buffer => {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
};

export const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

/** Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2). */
export const acceptFor = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

export const upgradeRequest = (fields: readonly string[] = [], target = "/"): string =>
  [
    `GET ${target} HTTP/1.1`,
    `Host: ${frontAddress}:8080`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${sampleKey}`,
    "Sec-WebSocket-Version: 13",
    ...fields,
    "\r\n",
  ].join("\r\n");

export const switchingProtocols = (key: string, fields: readonly string[] = []): string =>
  [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptFor(key)}`,
    ...fields,
    "\r\n",
  ].join("\r\n");

/** A bare TCP connection that logs how it ended. Resolves when connected, with null when it could not be. */
export function rawDial(peer: Peer, port = 8080, host: string = frontAddress, localPort = 0): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localPort === 0 ? {} : { localPort }) });
    let connection = "";
    socket.on("connect", () => {
      connection = `${socket.localAddress}:${socket.localPort}`;
      peer.log("connected", { connection });
      resolve(socket);
    });
    logEnding(peer, socket, () => connection);
    socket.on("close", () => resolve(null));
  });
}

/** A bare TCP server that logs how each connection ended. */
export function rawListen(peer: Peer, onSocket: (socket: Socket) => void, port = 8080): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = `${socket.remoteAddress}:${socket.remotePort}`;
    peer.log("connected", { connection });
    logEnding(peer, socket, () => connection);
    onSocket(socket);
  });
  return new Promise((resolve) => {
    server.listen(port, "0.0.0.0", () => {
      peer.log("listening", { port });
      resolve(server);
    });
  });
}

function logEnding(peer: Peer, socket: Socket, connection: () => string): void {
  socket.on("end", () => peer.log("fin-received", { connection: connection() }));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    peer.log("error", { connection: connection(), code: error.code, message: error.message });
  });
  socket.on("close", () => peer.log("socket-closed", { connection: connection(), bytesRead: socket.bytesRead }));
}

/** Resolves with everything received once it ends with a blank line: an HTTP head. */
export function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let head = "";
    const onData = (chunk: Buffer) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      resolve(head);
    };
    socket.on("data", onData);
  });
}

export const keyOf = (head: string): string => /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";

export const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once("close", () => resolve());
  });
