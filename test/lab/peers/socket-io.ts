// Real Socket.IO peers that log what their API tells them.

import { createServer } from "node:http";
import { Server, type ServerOptions, type Socket } from "socket.io";
import { type Socket as ClientSocket, io, type ManagerOptions, type SocketOptions } from "socket.io-client";
import { type Peer, sleep } from "../peer-context.ts";
import type { PeerRow } from "../types.ts";
import { client } from "./rows.ts";

/** A Socket.IO server on port 7002 (the second guide's backend) with the namespace /im. */
export function serveSocketIo(
  peer: Peer,
  options: Partial<ServerOptions> = {},
  onConnection: (socket: Socket, server: Server) => void = () => {},
  port = 7002,
): Promise<Server> {
  const http = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end('{"ok":true}');
  });
  const server = new Server(http, { cors: { origin: true, credentials: true }, ...options });
  server.engine.on("connection_error", (error: { code: number; message: string; req?: { url?: string } }) =>
    peer.log("connection-error", { code: error.code, message: error.message, target: error.req?.url }),
  );
  server.engine.on(
    "connection",
    (engine: { id: string; transport: { name: string }; on: (e: string, f: (arg: never) => void) => void }) => {
      peer.log("engine-open", { sid: engine.id, transport: engine.transport.name });
      engine.on("upgrade", () => peer.log("engine-upgraded", { sid: engine.id }));
      engine.on("close", (reason: never) => peer.log("engine-close", { sid: engine.id, reason }));
    },
  );
  for (const name of ["/", "/im"]) {
    server.of(name).on("connection", (socket) => {
      peer.log("connection", { namespace: name, transport: socket.conn.transport.name });
      socket.on("message", (text: string, done?: (reply: string) => void) => done?.(`received ${text.length}`));
      socket.on("disconnect", (reason) => peer.log("disconnect", { namespace: name, reason }));
      onConnection(socket, server);
    });
  }
  return new Promise((resolve) => {
    http.listen(port, "0.0.0.0", () => {
      peer.log("listening", { port });
      resolve(server);
    });
  });
}

/** A Socket.IO client that logs; it does not reconnect unless told so. */
export function dialSocketIo(
  peer: Peer,
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): ClientSocket {
  const socket = io(url, { reconnection: false, timeout: 5000, ...options });
  socket.on("connect", () => peer.log("connect", { id: socket.id, transport: socket.io.engine.transport.name }));
  socket.on("connect_error", (error: Error & { description?: unknown }) =>
    peer.log("connect-error", { message: error.message, description: String(error.description ?? "") }),
  );
  socket.on("disconnect", (reason) => peer.log("disconnect", { reason }));
  socket.io.on("open", () => {
    const { engine } = socket.io;
    peer.log("engine-open", { transport: engine.transport.name });
    engine.on("upgrade", () => peer.log("engine-upgraded"));
    engine.on("upgradeError", (error: string | Error) => peer.log("engine-upgrade-error", { message: String(error) }));
    engine.on("close", (reason) => peer.log("engine-close", { reason }));
  });
  return socket;
}

/** Resolves when the client is connected and false when it was refused. */
export function connected(socket: ClientSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("connect_error", () => resolve(false));
  });
}

/** Resolves when a connected client has lost its connection. */
export const disconnected = (socket: ClientSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.once("disconnect", () => resolve());
  });

/** A chat client: connects, says some things, leaves. */
export function chat(target: string, options: Partial<ManagerOptions & SocketOptions> = {}, stayMs = 1500): PeerRow {
  return client(async (peer) => {
    const socket = dialSocketIo(peer, target, options);
    if (await connected(socket)) {
      const timer = setInterval(() => socket.emit("message", "你好", () => {}), 300);
      const gone = disconnected(socket);
      await Promise.race([sleep(stayMs), gone]);
      clearInterval(timer);
    }
    socket.disconnect();
    await sleep(200);
  });
}
