import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTls } from "../support/tls-analysis.ts";
import { captureOf, certificateOf, echoServer, relay } from "../support/tls-conversation.ts";
import { frame } from "../support/websocket-script.ts";

const directory = mkdtempSync(join(tmpdir(), "wscap-openssl-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string): string => join(directory, name);

const REQUEST =
  "GET /im HTTP/1.1\r\nHost: orin\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const ANSWER =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const openssl = (...args: string[]): ChildProcess => spawn("openssl", args, { stdio: ["pipe", "pipe", "pipe"] });

/** Resolves when the program has said this. */
const says = (child: ChildProcess, words: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = "";
    const hear = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      if (words.test(text)) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", () => reject(new Error(text)));
  });

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once("exit", () => resolve()));

test("a KeyUpdate of either side changes the keys, not what is read", async () => {
  const server = await echoServer({ ...certificateOf("ec"), minVersion: "TLSv1.3" });
  const between = await relay(server.port);
  const client = openssl("s_client", "-connect", `127.0.0.1:${between.port}`, "-tls1_3");
  await says(client, /Verify return code/);
  for (const input of [
    REQUEST,
    frame({ opcode: 1, payload: "before" }),
    "K\n",
    frame({ opcode: 1, payload: "after" }),
  ]) {
    client.stdin?.write(input);
    await pause(150);
  }
  client.stdin?.write(frame({ opcode: 8, payload: new Uint8Array([3, 232]) }));
  await ended(client);
  between.close();
  server.close();
  const read = readTls(captureOf(between.pieces), server.keyLog());
  const said = read.messages.map(({ from, text }) => `${from} ${text}`);
  expect(said).toEqual(["client before", "server before", "client after", "server after"]);
  expect(server.messages.map(({ text }) => text)).toEqual(["before", "after"]);
  expect(read.connections[0]?.close.verdict).toBe("clean");
  // With the client's KeyUpdate itself missing, the next keys are tried.
  const update = between.pieces.findIndex(({ bytes }) => bytes[0] === 23 && bytes.length === 5 + 5 + 1 + 16);
  expect(update).toBeGreaterThan(0);
  const whole = (piece: Uint8Array): Uint8Array[] => [piece];
  const lost = captureOf(between.pieces, whole, (index) => index !== update);
  const behind = readTls(lost, server.keyLog()).messages.map(({ from, text }) => `${from} ${text}`);
  // The hole is given up only after the answer has come by.
  expect(behind.sort()).toEqual(said.sort());
});

test.each(["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305"])(
  "TLS 1.2 renegotiated twice, %s: each handshake brings keys of its own",
  async (ciphers) => {
    const server = await echoServer({
      ...certificateOf("ec"),
      maxVersion: "TLSv1.2",
      ciphers: `${ciphers}:@SECLEVEL=0`,
    });
    const between = await relay(server.port);
    const client = openssl(
      "s_client",
      "-connect",
      `127.0.0.1:${between.port}`,
      "-tls1_2",
      "-cipher",
      `${ciphers}:@SECLEVEL=0`,
    );
    await says(client, /Verify return code/);
    const words = ["before", "after", "at last"];
    client.stdin?.write(REQUEST);
    await pause(200);
    for (const payload of words) {
      client.stdin?.write(frame({ opcode: 1, payload }));
      await pause(200);
      if (payload === "at last") break;
      const renegotiated = says(client, /RENEGOTIATING[\s\S]*verify return:1/);
      client.stdin?.write("R\n");
      await renegotiated;
      await pause(100);
    }
    client.stdin?.write(frame({ opcode: 8, payload: new Uint8Array([3, 232]) }));
    await ended(client);
    between.close();
    server.close();
    expect(server.keyLog().match(/CLIENT_RANDOM/g)).toHaveLength(3);
    const read = readTls(captureOf(between.pieces), server.keyLog());
    expect(read.messages.map(({ from, text }) => `${from} ${text}`)).toEqual(
      words.flatMap((word) => [`client ${word}`, `server ${word}`]),
    );
    expect(read.connections[0]?.close.verdict).toBe("clean");
    // The first handshake's secret alone opens what comes before the second.
    const first = `${server.keyLog().split("\n", 1)[0]}\n`;
    expect(readTls(captureOf(between.pieces), first).messages).toEqual(read.messages.slice(0, 2));
  },
);

/** A server that keeps what it says to itself while nobody looks on. */
async function serve(port: string, ...more: string[]): Promise<ChildProcess> {
  const { key, cert } = certificateOf("ec");
  writeFileSync(file("key.pem"), key);
  writeFileSync(file("cert.pem"), cert);
  const files = ["-key", file("key.pem"), "-cert", file("cert.pem"), "-keylogfile", file("keys.log")];
  const server = openssl("s_server", "-accept", port, ...files, ...more);
  await pause(700);
  return server;
}

/** Connects once, leaves, and keeps the session for the next time. */
async function keepSession(port: string, version: string): Promise<void> {
  const client = openssl("s_client", "-connect", `127.0.0.1:${port}`, version, "-sess_out", file("session.pem"));
  await pause(700);
  const over = ended(client);
  client.stdin?.end("Q\n");
  await over;
}

/** What `s_server` is made to say, and the client after it. */
async function speak(client: ChildProcess, server: ChildProcess, request: string | null): Promise<void> {
  await pause(700);
  if (request !== null) client.stdin?.write(request);
  await pause(200);
  server.stdin?.write(ANSWER);
  await pause(200);
  client.stdin?.write(frame({ opcode: 1, payload: "hello" }));
  await pause(200);
  client.stdin?.end();
  await pause(100);
  for (const child of [client, server]) child.kill();
}

const freePort = (() => {
  let next = 20_000 + (process.pid % 20_000);
  return (): string => String(next++);
})();

const early = REQUEST.replace("/im", "/early");

test.each([
  ["by another process, which cannot read the ticket", ["-early_data", "-no_anti_replay"]],
  ["with a HelloRetryRequest", ["-groups", "P-384"]],
])("early data that a server refuses %s is nothing that was said", async (_, options) => {
  const port = freePort();
  writeFileSync(file("refused.txt"), early);
  const before = await serve(port, "-tls1_3", "-early_data", "-no_anti_replay");
  await keepSession(port, "-tls1_3");
  before.kill();
  await pause(100);
  const server = await serve(port, "-tls1_3", ...options);
  const between = await relay(Number(port));
  const client = openssl(
    ...["s_client", "-connect", `127.0.0.1:${between.port}`, "-tls1_3"],
    ...["-sess_in", file("session.pem"), "-early_data", file("refused.txt")],
  );
  const refused = says(client, /Early data was rejected/);
  await speak(client, server, REQUEST);
  between.close();
  await refused;
  const read = readTls(captureOf(between.pieces), readFileSync(file("keys.log"), "latin1"));
  const [facts] = read.connections;
  expect(facts?.exchanges.map(({ request }) => request?.target)).toEqual(["/im"]);
  expect(facts?.upgrade?.acceptValid).toBe(true);
  expect(read.messages).toEqual([{ from: "client", text: "hello" }]);
});

test.each(["-tls1_2", "-tls1_3"])("a resumed session, %s, is read as any other", async (version) => {
  const port = freePort();
  const server = await serve(port, version);
  await keepSession(port, version);
  const between = await relay(Number(port));
  const client = openssl("s_client", "-connect", `127.0.0.1:${between.port}`, version, "-sess_in", file("session.pem"));
  const reused = says(client, /Reused, TLSv1/);
  await speak(client, server, REQUEST);
  between.close();
  await reused;
  const read = readTls(captureOf(between.pieces), readFileSync(file("keys.log"), "latin1"));
  expect(read.connections[0]?.upgrade?.acceptValid).toBe(true);
  expect(read.messages).toEqual([{ from: "client", text: "hello" }]);
});

test("early data that the server took is read in its place", async () => {
  const port = freePort();
  writeFileSync(file("early.txt"), REQUEST);
  const server = await serve(port, "-tls1_3", "-early_data", "-no_anti_replay");
  await keepSession(port, "-tls1_3");
  const between = await relay(Number(port));
  const client = openssl(
    ...["s_client", "-connect", `127.0.0.1:${between.port}`, "-tls1_3"],
    ...["-sess_in", file("session.pem"), "-early_data", file("early.txt")],
  );
  await speak(client, server, null);
  between.close();
  const read = readTls(captureOf(between.pieces), readFileSync(file("keys.log"), "latin1"));
  const [facts] = read.connections;
  expect(facts?.upgrade?.exchange.request?.target).toBe("/im");
  expect(facts?.upgrade?.acceptValid).toBe(true);
  expect(read.messages).toEqual([{ from: "client", text: "hello" }]);
  // Before the server had said anything.
  expect(facts?.upgrade?.exchange.request?.first.packet).toBeLessThan(facts?.tls?.serverHello?.packet ?? 0);
});
