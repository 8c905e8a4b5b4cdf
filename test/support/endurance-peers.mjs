// Real peers for the endurance bench, one process on each end of a wire. Arguments: "server" or "client"; a client also
// takes the server's address, connections a second in the first minute, and after it. Connections come and go as in the
// field: most close well, some are reset, some vanish, some never answer a ping, some are refused, some speak Socket.IO.
import { createServer } from "node:http";
import { connect } from "node:net";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { WebSocket, WebSocketServer } from "ws";

const PORT = 8080;
const SOCKET_IO_PORT = 8081;
const REFUSED_PORT = 8082;
const FILL_MS = 60_000;
const [role, host = "", fillRate = "1", rate = "1"] = process.argv.slice(2);

function serve() {
  const server = new WebSocketServer({ port: PORT, perMessageDeflate: { threshold: 0 } });
  server.on("connection", (socket, request) => {
    socket.on("error", () => undefined);
    socket.on("message", (data) => socket.send(`answer to ${data}`));
    if (request.url === "/mute") {
      const beat = setInterval(() => socket.ping(), 1000);
      socket.on("close", () => clearInterval(beat));
    }
  });
  const http = createServer().listen(SOCKET_IO_PORT);
  new Server(http).on("connection", (socket) => {
    socket.on("ask", (value, answer) => answer({ value, at: Date.now() }));
  });
  server.once("listening", () => process.stdout.write("listening\n"));
}

const opened = (path, options) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${host}:${PORT}${path}`, options);
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });

/** A few questions, each answered, with text that never repeats. */
async function talk(questions) {
  const socket = await opened("/talk?token=abcdefghijklmnop", {});
  for (let number = 0; number < questions; number++) {
    socket.send(JSON.stringify({ number, at: process.hrtime.bigint().toString(), filler: "x".repeat(100) }));
    await new Promise((resolve) => socket.once("message", resolve));
  }
  return socket;
}

const endings = {
  clean: async () => (await talk(4)).close(1000, "done"),
  goingAway: async () => (await talk(2)).close(1001),
  terminated: async () => (await talk(2)).terminate(),
  reset: async () => (await talk(2))._socket.resetAndDestroy(),
  mute: async () => {
    const socket = await opened("/mute", { autoPong: false });
    setTimeout(() => socket.terminate(), 20_000);
  },
  refused: () =>
    new Promise((resolve) => {
      connect(REFUSED_PORT, host).once("error", resolve);
    }),
  socketIo: () =>
    new Promise((resolve) => {
      const socket = io(`http://${host}:${SOCKET_IO_PORT}`, { forceNew: true, reconnection: false });
      socket.once("connect", () => {
        socket.emit("ask", Math.random(), () => {
          socket.disconnect();
          resolve();
        });
      });
      socket.once("connect_error", resolve);
    }),
};

const MIX = ["clean", "clean", "clean", "terminated", "clean", "reset", "clean", "goingAway", "refused", "clean"];
const RARE = ["socketIo", "mute"];
const RARE_EVERY = 10;

function come() {
  const began = Date.now();
  let number = 0;
  let due = 0;
  const STEP_MS = 100;
  setInterval(() => {
    const perSecond = Number(Date.now() - began < FILL_MS ? fillRate : rate);
    due += (perSecond * STEP_MS) / 1000;
    for (; due >= 1; due--) {
      number++;
      const name = number % RARE_EVERY === 0 ? RARE[(number / RARE_EVERY) % RARE.length] : MIX[number % MIX.length];
      endings[name]().catch(() => undefined);
    }
  }, STEP_MS);
}

if (role === "server") serve();
else come();
