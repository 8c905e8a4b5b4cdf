// A real Chromium in a namespace, driven over its own debugging pipe, whose page logs what `WebSocket` tells it.

import type { Readable, Writable } from "node:stream";
import type { Stage } from "./stage.ts";

/** Prepended to every page: `watch(url)` opens a WebSocket and logs what its events say, one JSON line to the console each. */
const pageHelpers = `
  const say = (event, details) => console.log(JSON.stringify({ event, ...details }));
  globalThis.watch = (url, protocols) => {
    const ws = new WebSocket(url, protocols ?? []);
    let received = 0;
    ws.onopen = () => { say("open", { protocol: ws.protocol }); ws.send('{"type":"subscribe","topics":["realtime/overview"]}'); };
    ws.onmessage = () => { received += 1; if (received === 3) say("received", {}); };
    ws.onerror = () => say("error", {});
    ws.onclose = ({ code, reason, wasClean }) => say("close", { code, reason, wasClean, received });
    globalThis.ws = ws;
  };
`;

export interface Browser {
  /** Opens a page; resolves when it is loaded. */
  open(url: string): Promise<void>;
  /** Runs an expression in the page without waiting for what it starts. */
  run(expression: string): void;
  /** Closes the page as a person closes a tab. */
  closeTab(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly args?: readonly { readonly value?: unknown }[] };
  readonly result?: { readonly targetId?: string; readonly sessionId?: string };
}

/** Starts Chromium in the client's namespace; what its pages log becomes entries of the peer "browser". */
export async function startBrowser(stage: Stage): Promise<Browser> {
  const profile = stage.temporaryDirectory();
  const quiet = ["--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
  const options = ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", `--user-data-dir=${profile}`, ...quiet];
  const child = stage.spawnPiped("client", "chromium", ...options, "about:blank");
  const pipe = new DebuggingPipe(child.stdio[3] as Writable, child.stdio[4] as Readable, (message) => {
    if (message.method !== "Runtime.consoleAPICalled") return;
    const text = message.params?.args?.[0]?.value;
    if (typeof text === "string" && text.startsWith("{")) stage.heard({ peer: "browser", ...JSON.parse(text) });
  });
  const { targetId } = await pipe.ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await pipe.ask("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method: string, params: object = {}) => pipe.ask(method, params, sessionId);
  await ask("Runtime.enable");
  await ask("Page.enable");
  await ask("Page.addScriptToEvaluateOnNewDocument", { source: pageHelpers });
  return {
    open: async (url) => {
      const loaded = pipe.next("Page.loadEventFired");
      await ask("Page.navigate", { url });
      await loaded;
    },
    run: (expression) => void ask("Runtime.evaluate", { expression }),
    closeTab: () => void pipe.ask("Target.closeTarget", { targetId }),
  };
}

/** Chromium's `--remote-debugging-pipe`: JSON messages, each ended by a zero byte. */
class DebuggingPipe {
  readonly #out: Writable;
  readonly #answers = new Map<number, (result: NonNullable<Message["result"]>) => void>();
  readonly #events = new Map<string, () => void>();
  #asked = 0;
  #rest = "";

  constructor(out: Writable, input: Readable, onEvent: (message: Message) => void) {
    this.#out = out;
    out.on("error", () => {});
    input.on("error", () => {});
    input.on("data", (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString("utf8")).split("\0");
      this.#rest = parts.pop() ?? "";
      for (const part of parts) {
        const message = JSON.parse(part) as Message;
        this.#answers.get(message.id ?? 0)?.(message.result ?? {});
        this.#events.get(message.method ?? "")?.();
        onEvent(message);
      }
    });
  }

  ask(method: string, params: object, sessionId?: string): Promise<NonNullable<Message["result"]>> {
    this.#asked += 1;
    const id = this.#asked;
    this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  next(method: string): Promise<void> {
    return new Promise((resolve) => this.#events.set(method, resolve));
  }
}
