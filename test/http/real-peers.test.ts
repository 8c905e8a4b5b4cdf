import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
} from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { latin1 } from "../../src/base/bytes.ts";
import type { HttpExchange } from "../../src/http/types.ts";
import { readUpgradeRequest, readUpgradeResponse } from "../../src/http/upgrade.ts";
import { CHUNKINGS, play, type Recorder, type Step } from "./http-events.ts";

/** Node's own HTTP peers on loopback, with a proxy between them that writes down the bytes of each connection. */
let server: Server;
let proxy: TcpServer;
let connections: Step[][];
let proxyPort: number;
const listening = async (on: Server | TcpServer): Promise<number> => {
  on.listen(0, "127.0.0.1");
  await once(on, "listening");
  return (on.address() as AddressInfo).port;
};

beforeEach(async () => {
  connections = [];
  server = createServer();
  const serverPort = await listening(server);
  proxy = createTcpServer((down) => {
    const steps: Step[] = [];
    connections.push(steps);
    const up = connect(serverPort, "127.0.0.1");
    down.on("data", (data) => {
      steps.push({ c: data.toString("latin1") });
      up.write(data);
    });
    up.on("data", (data) => {
      steps.push({ s: data.toString("latin1") });
      down.write(data);
    });
    down.on("end", () => {
      steps.push({ end: "c" });
      up.end();
    });
    up.on("end", () => {
      steps.push({ end: "s" });
      down.end();
    });
    for (const socket of [up, down]) socket.on("error", () => socket.destroy());
  });
  proxyPort = await listening(proxy);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  proxy.close();
});

async function bodyOf(message: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of message) body += String(part);
  return body;
}

async function ask(options: RequestOptions, body: string[] = []): Promise<{ status: number; body: string }> {
  const request = httpRequest({ host: "127.0.0.1", port: proxyPort, ...options });
  const answered = once(request, "response");
  for (const part of body) {
    request.write(part);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  request.end();
  const [response] = (await answered) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await bodyOf(response) };
}

const said = ({ request, response, requestBody, responseBody }: HttpExchange): unknown => [
  request?.method,
  request?.target,
  latin1(requestBody.preview, 0, requestBody.preview.length),
  response?.status,
  latin1(responseBody.preview, 0, responseBody.preview.length),
];

/** All chunkings must agree; the first is returned. */
function decoded(connection: number): Recorder {
  const ends: Step[] = [{ end: "c" }, { end: "s" }];
  const [first, ...others] = CHUNKINGS.map(([, chunking]) =>
    play([...(connections[connection] ?? []), ...ends], chunking),
  );
  for (const other of others) expect(other.lines).toEqual(first?.lines);
  return first as Recorder;
}

it("keep-alive exchanges are what client and server saw", async () => {
  const served: unknown[] = [];
  server.on("checkContinue", (request, response) => {
    response.writeContinue();
    server.emit("request", request, response);
  });
  server.on("request", async (request: IncomingMessage, response) => {
    const body = await bodyOf(request);
    const answer = request.url === "/empty" ? "" : `saw ${body}`;
    served.push([
      request.method,
      request.url,
      body,
      request.url === "/empty" ? 204 : 200,
      request.method === "HEAD" ? "" : answer,
    ]);
    if (request.url === "/empty") response.writeHead(204).end();
    else if (request.url === "/chunks") {
      response.write("saw ");
      setTimeout(() => response.end(body), 2);
    } else response.end(answer);
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await ask({ agent, path: "/a" });
  await ask({ agent, path: "/b", method: "POST", headers: { "content-length": 4 } }, ["bo", "dy"]);
  await ask({ agent, path: "/chunks", method: "PUT" }, ["chunked ", "up"]);
  await ask({ agent, path: "/a", method: "HEAD" });
  await ask({ agent, path: "/empty" });
  await ask({ agent, path: "/c", method: "POST", headers: { expect: "100-continue", "content-length": 2 } }, ["ok"]);
  const last = await ask({ agent, path: "/last" });
  agent.destroy();
  expect(last).toEqual({ status: 200, body: "saw " });
  // Node's client does not use a connection again after 100-continue.
  const recorders = connections.map((_, index) => decoded(index));
  const exchanges = recorders.flatMap((recorder) => recorder.exchanges);
  const lines = recorders.flatMap((recorder) => recorder.lines);
  expect(exchanges.map(said)).toEqual(served);
  expect(lines.filter((line) => line.startsWith("interim"))).toEqual(["interim 100"]);
  expect(lines.filter((line) => line.startsWith("malformed"))).toEqual([]);
  expect(exchanges.every(({ requestBody, responseBody }) => requestBody.complete && responseBody.complete)).toBe(true);
});

it("an upgrade by ws: switched at the right byte, accept and compression as the peers agreed", async () => {
  const sockets = new WebSocketServer({ server, perMessageDeflate: { serverMaxWindowBits: 10 } });
  sockets.on("connection", (socket) => {
    socket.send("hello at once");
    socket.on("message", () => socket.close(1000));
  });
  const client = new WebSocket(`ws://127.0.0.1:${proxyPort}/chat`, ["a", "b"]);
  client.on("message", () => client.send("x"));
  await once(client, "close");
  const { exchanges, lines } = decoded(0);
  const [exchange] = exchanges;
  if (exchange?.request == null || exchange.response === null) throw new Error("no exchange");
  expect(readUpgradeRequest(exchange.request)).toMatchObject({
    kind: "websocket",
    deviations: [],
    protocolsOffered: ["a", "b"],
  });
  expect(readUpgradeResponse(exchange.request, exchange.response)).toMatchObject({
    isWebSocket: true,
    deviations: [],
    acceptValid: true,
    protocol: "a",
    deflate: { serverMaxWindowBits: 10, clientMaxWindowBits: 15 },
  });
  // RFC 6455 §5.2: the first byte after each head is FIN and text, compressed; the client's second has the mask bit.
  expect(lines.find((line) => line.startsWith("switched server"))).toMatch(/^switched server \xc1[\x01-\x7d]/);
  expect(lines.find((line) => line.startsWith("switched client"))).toMatch(/^switched client \xc1[\x81-\xfd]/);
});

it("a refusal by ws: status and body", async () => {
  const sockets = new WebSocketServer({ server, path: "/right" });
  const client = new WebSocket(`ws://127.0.0.1:${proxyPort}/wrong`);
  const [error] = await once(client, "error");
  sockets.close();
  expect(String(error)).toContain("400");
  const { exchanges, lines } = decoded(0);
  expect(exchanges.map((exchange) => exchange.response?.status)).toEqual([400]);
  expect(said(exchanges[0] as HttpExchange)).toEqual(["GET", "/wrong", "", 400, "Bad Request"]);
  expect(lines.some((line) => line.startsWith("switch"))).toBe(false);
});

it("a CONNECT tunnel: what is inside is handed over", async () => {
  server.on("connect", (_request, socket) => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\nwelcome");
    socket.on("data", () => socket.end());
  });
  const request = httpRequest({ host: "127.0.0.1", port: proxyPort, method: "CONNECT", path: "inner:80" });
  request.end();
  const [, socket] = await once(request, "connect");
  socket.write("GET /inner HTTP/1.1\r\n\r\n");
  await once(socket, "close");
  expect(decoded(0).lines).toEqual([
    "request CONNECT inner:80 1.1",
    "response 200 to inner:80",
    'end inner:80 up 0 "" down 0 ""',
    "switch 200",
    "switched server welcome",
    "switched client GET /inner HTTP/1.1\r\n\r\n",
  ]);
});
