import { Agent } from "node:https";
import { WebSocket } from "ws";

/** What a probe says and hears. Engine.IO 4 and Socket.IO 5 are a few characters before each text. */
export interface ProbePlan {
  readonly url: string;
  readonly topics: readonly string[];
  /** Text that subscribes; {topics} stands for the topics as a JSON array. */
  readonly subscribe: string;
  /** null: a plain WebSocket; else the namespace, "/" being the main one. */
  readonly namespace: string | null;
  readonly token: string | null;
  readonly messages: number;
}

export interface ProbeEars {
  /** wss://: a line of a key log, for its own connection. */
  onSecret(line: Uint8Array): void;
  /** The connection's own port, once there is a response. */
  onLocalPort(port: number): void;
  onOpen(): void;
  onMessage(text: string, number: number): void;
  onRefused(status: number): void;
  onError(message: string): void;
  onClose(code: number, reason: string): void;
}

const CLOSE_MS = 2000;
const NORMAL = 1000;

/** The URL that is dialled: http(s) means ws(s), and Socket.IO has a path and a query of its own. */
export function dialledUrl(url: string, namespace: string | null): string {
  const dialled = new URL(url.replace(/^http/, "ws"));
  if (namespace === null) return dialled.href;
  if (!dialled.pathname.includes("socket.io")) dialled.pathname = "/socket.io/";
  dialled.searchParams.set("EIO", "4");
  dialled.searchParams.set("transport", "websocket");
  return dialled.href;
}

/** Connects, subscribes and listens until `signal`, enough messages or the other end says stop; then closes. */
export function converse(plan: ProbePlan, ears: ProbeEars, signal: AbortSignal): Promise<void> {
  const { namespace, token } = plan;
  const headers = token !== null && namespace === null ? { authorization: `Bearer ${token}` } : {};
  const url = dialledUrl(plan.url, namespace);
  const agent = url.startsWith("wss:") ? { agent: tellingSecrets(ears) } : {};
  const socket = new WebSocket(url, { headers, handshakeTimeout: 30_000, ...agent });
  let heard = 0;
  const hear = (text: string): void => {
    ears.onMessage(text, ++heard);
    if (heard >= plan.messages) leave(socket);
  };
  return new Promise((resolve) => {
    const stop = (): void => leave(socket);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("upgrade", (response) => ears.onLocalPort(response.socket.localPort ?? 0));
    socket.on("open", () => {
      ears.onOpen();
      if (namespace === null && plan.topics.length > 0) socket.send(subscription(plan));
    });
    socket.on("message", (data, isBinary) => {
      const text = isBinary ? `<${(data as Buffer).length} bytes>` : String(data);
      if (namespace === null) hear(text);
      else onSocketIo(socket, text, plan, hear);
    });
    socket.on("unexpected-response", (request, response) => {
      ears.onLocalPort(response.socket.localPort ?? 0);
      ears.onRefused(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on("error", (error) => ears.onError(error.message));
    socket.on("close", (code, reason) => {
      signal.removeEventListener("abort", stop);
      ears.onClose(code, reason.toString());
      resolve();
    });
  });
}

/** The probe is an end of its TLS connection: what it captured of it needs no other's keys. */
function tellingSecrets(ears: ProbeEars): Agent {
  const agent = new Agent();
  agent.on("keylog", (line: Buffer) => ears.onSecret(line));
  return agent;
}

function leave(socket: WebSocket): void {
  socket.close(NORMAL);
  setTimeout(() => socket.terminate(), CLOSE_MS).unref();
}

const subscription = ({ subscribe, topics }: ProbePlan): string =>
  subscribe.replace("{topics}", JSON.stringify(topics)).replace("{topic}", topics[0] ?? "");

/** Engine.IO: 0 open, 2 ping, 3 pong, 4 message; in a message Socket.IO: 0 connect, 2 event, 4 refused. */
function onSocketIo(socket: WebSocket, text: string, plan: ProbePlan, hear: (text: string) => void): void {
  const prefix = plan.namespace === "/" || plan.namespace === null ? "" : `${plan.namespace},`;
  if (text.startsWith("0")) {
    socket.send(`40${prefix}${plan.token === null ? "" : JSON.stringify({ token: plan.token })}`);
  } else if (text.startsWith("2")) socket.send(`3${text.slice(1)}`);
  else if (text.startsWith("40")) {
    for (const topic of plan.topics) socket.send(`42${prefix}${JSON.stringify(["subscribe", topic])}`);
  } else if (text.startsWith("4")) hear(text.slice(1));
}
