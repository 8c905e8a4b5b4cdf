// What a peer process has at hand: its log, the lab's words to it, and its name.

import { createInterface } from "node:readline";

export interface Peer {
  readonly name: string;
  /** Appends one line to the log that becomes the scenario's truth. */
  log(event: string, details?: Record<string, unknown>): void;
  /** Resolves when the lab has said this word (`stage.tell`), also when it said it before. */
  told(word: string): Promise<void>;
}

export function makePeer(name: string): Peer {
  const heard = new Set<string>();
  const waiting = new Map<string, () => void>();
  const input = createInterface({ input: process.stdin });
  input.on("line", (word) => {
    heard.add(word);
    waiting.get(word)?.();
  });
  // The lab has gone: nothing that this process does would be seen.
  input.on("close", () => process.exit(0));
  return {
    name,
    log: (event, details) => {
      process.stdout.write(`${JSON.stringify({ time: Date.now(), peer: name, event, ...details })}\n`);
    },
    told: (word) =>
      new Promise((resolve) => {
        if (heard.has(word)) resolve();
        else waiting.set(word, resolve);
      }),
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
