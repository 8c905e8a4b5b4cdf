// Real WebSocket traffic for live tests. Arguments: what to do, the port, and for a server of TLS the directory of its
// cert.pem and key.pem. Prints "listening" when the server is up, then goes on until its standard input ends.
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

const [what = "talk", port = "8080", directory] = process.argv.slice(2);
const url = `ws://127.0.0.1:${port}/live?token=s3cr3t-value-of-a-token`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `say` for so many messages, answered each, then ends with `end`. */
async function talk(messages, end) {
  const client = new WebSocket(url);
  await new Promise((resolve) => client.once("open", resolve));
  for (let number = 0; number < messages; number++) {
    client.send(`message ${number}`);
    await new Promise((resolve) => client.once("message", resolve));
  }
  await end(client);
  await pause(200);
}

const scenarios = {
  /** For clients that others bring. */
  wait: () => undefined,
  talk: () => talk(20, (client) => client.close(1000, "done")),
  /** 1006 on both sides. */
  drop: () => talk(3, (client) => client.terminate()),
  reset: () => talk(3, (client) => client._socket.resetAndDestroy()),
  /** The server pings every 300 ms; the client's application hangs and answers the first two only. */
  "no-pong": async (server) => {
    server.on("connection", (socket) => setInterval(() => socket.ping("beat"), 300).unref());
    const client = new WebSocket(url, { autoPong: false });
    let answered = 0;
    client.on("ping", (data) => {
      if (++answered <= 2) client.pong(data);
    });
  },
  refused: () => new Promise((resolve) => connect(Number(port) + 1, "127.0.0.1").on("error", resolve)),
  /** Three times thousands of messages at once, then a calm while; each is answered. */
  bursts: () =>
    talk(3, async (client) => {
      let [asked, answers] = [0, 0];
      client.on("message", () => answers++);
      const ask = () => client.send(`message ${asked++}`);
      for (let burst = 0; burst < 3; burst++) {
        for (let number = 0; number < 4000; number++) {
          ask();
          // A packet each, or nearly.
          await new Promise((resolve) => setImmediate(resolve));
        }
        while (answers < asked) await pause(10);
        for (let number = 0; number < 35; number++) {
          ask();
          await pause(100);
        }
      }
      while (answers < asked) await pause(10);
      client.close(1000, "done");
    }),
  /** Connections that come and go until the input ends. */
  churn: async () => {
    for (;;) await talk(5, (client) => client.close(1000));
  },
};

const pem = (name) => readFileSync(`${directory}/${name}.pem`);
const http = directory === undefined ? createPlainServer() : createTlsServer({ key: pem("key"), cert: pem("cert") });
const server = new WebSocketServer({ server: http });
server.on("connection", (socket) => {
  socket.on("message", (data) => socket.send(`answer to ${data}`));
  socket.on("error", () => undefined);
});
await new Promise((resolve) => http.listen(Number(port), "127.0.0.1", resolve));
process.stdin.on("end", () => process.exit(0)).resume();
// `createServer` keeps a port taken that must be free in "refused": proves that nothing listens there.
await new Promise((resolve, reject) => {
  const probe = createServer().on("error", reject);
  probe.listen(Number(port) + 1, "127.0.0.1", () => probe.close(resolve));
});
process.stdout.write("listening\n");
await scenarios[what](server);
process.stdout.write("done\n");
