// HTTP servers that answer an upgrade request with something else than 101.

import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Peer } from "../peer-context.ts";

/** An HTTP server whose `upgrade` listener is `onUpgrade`; with null there is none, and upgrades arrive as plain GETs. */
export function serveHttp(
  peer: Peer,
  onUpgrade: ((request: IncomingMessage, socket: Duplex) => void) | null,
  port = 8080,
): Promise<void> {
  const http = createServer((request, response) => {
    peer.log("request", { method: request.method, target: request.url, upgrade: request.headers.upgrade ?? null });
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    response.end(page);
  });
  if (onUpgrade) {
    http.on("upgrade", (request, socket) => {
      peer.log("upgrade-request", { target: request.url, httpVersion: request.httpVersion });
      socket.on("error", (error: NodeJS.ErrnoException) =>
        peer.log("error", { code: error.code, message: error.message }),
      );
      onUpgrade(request, socket);
    });
  }
  return new Promise((resolve) => {
    http.listen(port, "0.0.0.0", () => {
      peer.log("listening", { port });
      resolve();
    });
  });
}

/** Answers an upgrade with a status and a short body, as gateways and middleware do. */
export const refuseWith =
  (status: string, body: string, fields: readonly string[] = []) =>
  (_request: IncomingMessage, socket: Duplex): void => {
    const head = [`HTTP/1.1 ${status}`, "Connection: close", `Content-Length: ${Buffer.byteLength(body)}`, ...fields];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  };

export const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Telemetry</title></head>
<body><div id="root"></div><script type="module" src="/assets/index.js"></script></body>
</html>
`;
