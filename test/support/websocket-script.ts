import type { Direction } from "../../src/base/brand.ts";
import { packetNumber, relativeNs } from "../../src/base/brand.ts";
import type { Position } from "../../src/base/packet-view.ts";
import { FrameDecoder } from "../../src/websocket/frame-decoder.ts";
import type { DecoderOptions } from "../../src/websocket/frame-reader.ts";
import { DecoderMemory } from "../../src/websocket/memory.ts";
import type {
  CountedTexts,
  DeflateAgreement,
  DeflateParameters,
  FrameView,
  MessageView,
  WebSocketEvent,
  WebSocketSink,
} from "../../src/websocket/types.ts";

export const position = (packet = 1): Position => ({
  packetNumber: packetNumber(packet),
  timestampNs: relativeNs(packet * 1000),
});

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/[^0-9a-f]/gi, ""), "hex"));

export type SeenFrame = Omit<FrameView, "payload"> & { payload: string };
export type SeenMessage = Omit<MessageView, "bytes"> & { bytes: Buffer };

/** Copies what a sink is shown, since the views are reused. */
export class Recorder implements WebSocketSink {
  readonly frames: SeenFrame[] = [];
  readonly messages: SeenMessage[] = [];
  readonly events: WebSocketEvent[] = [];

  onFrame(frame: FrameView): void {
    const payload = Buffer.from(frame.payload.subarray(0, frame.payloadLength)).toString("hex");
    this.frames.push({ ...frame, payload });
  }

  readonly skippedKey: number = 0;
  readonly largestMessageBytes: number = Number.POSITIVE_INFINITY;
  /** The texts that were not read, and their bytes. */
  readonly unread = { texts: 0, bytes: 0 };

  onUnread(_wireLength: number, length: number): void {
    this.unread.texts++;
    this.unread.bytes += length;
  }

  onSkimmed({ texts, payloadBytes }: CountedTexts): void {
    this.unread.texts += texts;
    this.unread.bytes += payloadBytes;
  }

  onMessage(message: MessageView): void {
    this.messages.push({ ...message, bytes: Buffer.from(message.bytes.subarray(0, message.keptLength)) });
  }

  onEvent(event: WebSocketEvent): void {
    this.events.push(event);
  }

  get codes(): string[] {
    return this.events.map((event) => event.code);
  }

  get texts(): string[] {
    return this.messages.map((message) => message.bytes.toString());
  }
}

export interface Setup extends Partial<DecoderOptions> {
  direction?: Direction;
  deflate?: DeflateAgreement;
}

export const decoder = (setup: Setup = {}): { seen: Recorder; reader: FrameDecoder } => {
  const seen = new Recorder();
  const { direction = 0, deflate = "none", memory = new DecoderMemory(), ...options } = setup;
  return { seen, reader: new FrameDecoder(direction, seen, deflate, { memory, ...options }) };
};

/** Feeds the stream cut at `cuts` (offsets), each piece as a packet of its own unless `packet` is given. */
export function play(bytes: Uint8Array, setup: Setup = {}, cuts: readonly number[] = [], packet?: number): Recorder {
  const { seen, reader } = decoder(setup);
  let start = 0;
  let count = 0;
  for (const cut of [...cuts, bytes.length]) {
    const end = Math.min(cut, bytes.length);
    if (end > start) reader.feed(bytes, start, end, position(packet ?? ++count));
    start = end;
  }
  reader.end(position(packet ?? count));
  return seen;
}

export const everyByte = (bytes: Uint8Array): number[] => Array.from({ length: bytes.length }, (_, i) => i);

export const agreed: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

export interface FrameShape {
  opcode: number;
  payload?: Uint8Array | string;
  fin?: boolean;
  rsv?: number;
  /** Masking key; null: unmasked. */
  mask?: number | null;
}

/** A frame as RFC 6455 §5.2 draws it, written without looking at the reader. */
export function frame({ opcode, payload = "", fin = true, rsv = 0, mask = 0x37fa213d }: FrameShape): Buffer {
  const body = Buffer.from(payload);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const bit = mask === null ? 0 : 0x80;
  if (body.length < 126) head.push(bit | body.length);
  else if (body.length < 65_536) head.push(bit | 126, body.length >> 8, body.length & 255);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(body.length));
    head.push(bit | 127, ...length);
  }
  if (mask === null) return Buffer.concat([Buffer.from(head), body]);
  const key = Buffer.alloc(4);
  key.writeInt32BE(mask | 0);
  return Buffer.concat([Buffer.from(head), key, body.map((byte, i) => byte ^ (key[i & 3] as number))]);
}
