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

test("early data that the server took is read in its place", async () => {
  const { key, cert } = certificateOf("ec");
  writeFileSync(file("key.pem"), key);
  writeFileSync(file("cert.pem"), cert);
  writeFileSync(file("early.txt"), REQUEST);
  const port = String(20_000 + (process.pid % 20_000));
  const files = ["-key", file("key.pem"), "-cert", file("cert.pem"), "-keylogfile", file("keys.log")];
  const server = openssl("s_server", "-accept", port, "-tls1_3", ...files, "-early_data", "-no_anti_replay");
  // It keeps what it says to itself when nobody looks on.
  await pause(700);
  const connect = (to: number, ...more: string[]) =>
    openssl("s_client", "-connect", `127.0.0.1:${to}`, "-tls1_3", ...more);
  const first = connect(Number(port), "-sess_out", file("session.pem"));
  await pause(700);
  const over = ended(first);
  first.stdin?.end("Q\n");
  await over;
  const between = await relay(Number(port));
  const second = connect(between.port, "-sess_in", file("session.pem"), "-early_data", file("early.txt"));
  await pause(700);
  server.stdin?.write(ANSWER);
  await pause(200);
  second.stdin?.write(frame({ opcode: 1, payload: "hello" }));
  await pause(200);
  second.stdin?.end();
  await pause(100);
  for (const child of [second, server]) child.kill();
  between.close();
  const read = readTls(captureOf(between.pieces), readFileSync(file("keys.log"), "latin1"));
  const [facts] = read.connections;
  expect(facts?.upgrade?.exchange.request?.target).toBe("/im");
  expect(facts?.upgrade?.acceptValid).toBe(true);
  expect(read.messages).toEqual([{ from: "client", text: "hello" }]);
  // Before the server had said anything.
  expect(facts?.upgrade?.exchange.request?.first.packet).toBeLessThan(facts?.tls?.serverHello?.packet ?? 0);
});
