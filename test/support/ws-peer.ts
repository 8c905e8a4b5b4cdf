// Real bytes and a second opinion: the sender and the receiver of npm `ws`.
import { Writable } from "node:stream";
import * as ws from "ws";
import type { Direction } from "../../src/base/brand.ts";
import type { DeflateAgreement } from "../../src/websocket/types.ts";

interface Peer {
  send(data: Buffer, options: object, done: (error?: Error) => void): void;
  ping(data: Buffer, mask: boolean): void;
  close(code: number, reason: string, mask: boolean): void;
}
interface Extension {
  accept(offers: Record<string, (string | number | boolean)[]>[]): void;
  cleanup(): void;
}
// Exported by ws 8.23, but not part of its types.
const { Sender, Receiver, PerMessageDeflate } = ws as unknown as {
  Sender: new (socket: Writable, extensions: object) => Peer;
  Receiver: new (options: object) => Writable;
  PerMessageDeflate: new (options: object) => Extension;
};

export interface Sent {
  readonly binary: boolean;
  readonly compress: boolean;
  readonly fragments: readonly Buffer[];
  readonly pingBetween: boolean;
}

export interface Received {
  readonly data: string;
  readonly binary: boolean;
}

function extensions(deflate: DeflateAgreement, isServer: boolean, windowBits: number): Record<string, Extension> {
  if (typeof deflate === "string") return {};
  const extension = new PerMessageDeflate({
    isServer,
    threshold: 0,
    clientMaxWindowBits: deflate.clientMaxWindowBits,
    serverMaxWindowBits: deflate.serverMaxWindowBits,
    zlibDeflateOptions: { windowBits },
  });
  extension.accept([
    {
      ...(deflate.serverNoContextTakeover ? { server_no_context_takeover: [true] } : {}),
      ...(deflate.clientNoContextTakeover ? { client_no_context_takeover: [true] } : {}),
      server_max_window_bits: [String(deflate.serverMaxWindowBits)],
      client_max_window_bits: [String(deflate.clientMaxWindowBits)],
    },
  ]);
  return { "permessage-deflate": extension };
}

/** The stream that `ws` writes for these messages in this direction, with a Close at its end. */
export async function sendByWs(
  messages: readonly Sent[],
  direction: Direction,
  deflate: DeflateAgreement,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const socket = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const extension = extensions(deflate, direction === 1, 15);
  const sender = new Sender(socket, extension);
  const mask = direction === 0;
  for (const { fragments, binary, compress, pingBetween } of messages) {
    for (const [i, fragment] of fragments.entries()) {
      const fin = i === fragments.length - 1;
      await new Promise<void>((resolve) => {
        sender.send(Buffer.from(fragment), { binary, compress, fin, mask }, () => resolve());
      });
      if (pingBetween) sender.ping(Buffer.from("between"), mask);
    }
  }
  sender.close(1000, "done", mask);
  for (const one of Object.values(extension)) one.cleanup();
  return Buffer.concat(chunks);
}

/** What `ws` reads from a stream. Rejects where it fails the connection. */
export function receiveByWs(bytes: Buffer, direction: Direction, deflate: DeflateAgreement): Promise<Received[]> {
  const extension = extensions(deflate, direction === 0, 15);
  const receiver = new Receiver({ isServer: direction === 0, extensions: extension });
  const received: Received[] = [];
  return new Promise((resolve, reject) => {
    receiver.on("message", (data: Buffer, binary: boolean) => received.push({ data: data.toString("base64"), binary }));
    receiver.on("conclude", () => resolve(received));
    receiver.on("error", reject);
    receiver.write(Buffer.from(bytes));
  });
}
