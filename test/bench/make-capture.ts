import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";

/** What a benchmark capture holds: a recipe, so that every run measures the same bytes. */
export interface Recipe {
  readonly connections: number;
  /** Messages over all connections, client and server alternating. */
  readonly messages: number;
  readonly messageBytes: number;
  /** Payload bytes a TCP segment holds; a message may span several. */
  readonly segmentBytes: number;
  readonly compressed: boolean;
  /** A ping and its pong instead of every n-th message pair. */
  readonly pingEvery: number;
}

const FLUSH_BYTES = 4 << 20;
const EPOCH_SECONDS = 1_790_000_000;

interface End {
  readonly address: number;
  readonly port: number;
  sequence: number;
  /** What a permessage-deflate sender has in its window. */
  window: Buffer;
}

class CaptureFile {
  packets = 0;
  bytes = 24;
  private readonly file: number;
  private readonly buffer = Buffer.alloc(FLUSH_BYTES + (1 << 17));
  private used = 0;

  constructor(path: string) {
    this.file = openSync(path, "w");
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262144, 16);
    header.writeUInt32LE(1, 20);
    writeSync(this.file, header);
  }

  packet(from: End, to: End, flags: number, payload: Buffer): void {
    const { buffer } = this;
    const length = 54 + payload.length;
    const micros = this.packets * 7;
    let at = this.used;
    buffer.writeUInt32LE(EPOCH_SECONDS + Math.floor(micros / 1e6), at);
    buffer.writeUInt32LE(micros % 1e6, at + 4);
    buffer.writeUInt32LE(length, at + 8);
    buffer.writeUInt32LE(length, at + 12);
    at += 16;
    buffer.fill(2, at, at + 12);
    buffer.writeUInt16BE(0x0800, at + 12);
    at += 14;
    buffer.writeUInt16BE(0x4500, at);
    buffer.writeUInt16BE(40 + payload.length, at + 2);
    buffer.writeUInt16BE(this.packets & 0xffff, at + 4);
    buffer.writeUInt16BE(0x4000, at + 6);
    buffer.writeUInt32BE(0x40060000, at + 8);
    buffer.writeUInt32BE(from.address, at + 12);
    buffer.writeUInt32BE(to.address, at + 16);
    at += 20;
    buffer.writeUInt16BE(from.port, at);
    buffer.writeUInt16BE(to.port, at + 2);
    buffer.writeUInt32BE(from.sequence >>> 0, at + 4);
    buffer.writeUInt32BE(flags === 2 ? 0 : to.sequence >>> 0, at + 8);
    buffer.writeUInt16BE((5 << 12) | flags, at + 12);
    buffer.writeUInt32BE(0xffff0000, at + 14);
    buffer.writeUInt16BE(0, at + 18);
    payload.copy(buffer, at + 20);
    this.used = at + 20 + payload.length;
    this.packets++;
    this.bytes += 16 + length;
    from.sequence = (from.sequence + payload.length + (flags & 3 ? 1 : 0)) | 0;
    if (this.used >= FLUSH_BYTES) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    writeSync(this.file, this.buffer, 0, this.used);
    this.used = 0;
  }
}

function frame(opcode: number, payload: Buffer, mask: boolean, compressed: boolean): Buffer {
  const lengthBytes = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
  const head = Buffer.alloc(2 + lengthBytes + (mask ? 4 : 0));
  head[0] = 0x80 | (compressed ? 0x40 : 0) | opcode;
  head[1] = (mask ? 0x80 : 0) | (lengthBytes === 0 ? payload.length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(payload.length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(payload.length), 2);
  if (!mask) return Buffer.concat([head, payload]);
  const key = randomBytes(4);
  key.copy(head, 2 + lengthBytes);
  const masked = Buffer.from(payload);
  for (let at = 0; at < masked.length; at++) masked[at] = (masked[at] as number) ^ (key[at & 3] as number);
  return Buffer.concat([head, masked]);
}

function messageText(number: number, bytes: number): Buffer {
  const head = `{"type":"telemetry","topic":"realtime/overview","sequence":${number},"speedKmh":${(number * 7) % 180},"values":[`;
  let text = head;
  for (let value = number; text.length < bytes - 2; value = (value * 1103515245 + 12345) & 0x7fffffff)
    text += `${value % 1000},`;
  return Buffer.from(`${text.slice(0, bytes - 2)}]}`);
}

/** RFC 7692 §7.2.1 with context takeover: a sync flush over the sender's window, without its last four bytes. */
function deflateMessage(sender: End, payload: Buffer): Buffer {
  const packed = deflateRawSync(payload, { dictionary: sender.window, finishFlush: constants.Z_SYNC_FLUSH });
  sender.window = Buffer.concat([sender.window, payload]).subarray(-32768);
  return packed.subarray(0, -4);
}

function openWebSocket(file: CaptureFile, client: End, server: End, compressed: boolean): void {
  const key = randomBytes(16).toString("base64");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const extension = compressed ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
  file.packet(client, server, 2, Buffer.alloc(0));
  file.packet(server, client, 18, Buffer.alloc(0));
  file.packet(client, server, 16, Buffer.alloc(0));
  const ask = `GET /telemetry HTTP/1.1\r\nHost: device:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n${extension}\r\n`;
  file.packet(client, server, 24, Buffer.from(ask));
  const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extension}\r\n`;
  file.packet(server, client, 24, Buffer.from(answer));
}

/** Writes the capture and tells its size. */
export function makeCapture(path: string, recipe: Recipe): { packets: number; bytes: number } {
  const file = new CaptureFile(path);
  const ends = Array.from({ length: recipe.connections }, (_, number) => ({
    client: {
      address: 0x0a010000 + number,
      port: 40000 + number,
      sequence: number * 1e6,
      window: Buffer.alloc(0),
    } as End,
    server: { address: 0x0a0000fe, port: 8080, sequence: number * 2e6, window: Buffer.alloc(0) } as End,
  }));
  for (const { client, server } of ends) openWebSocket(file, client, server, recipe.compressed);
  for (let number = 0; number < recipe.messages; number++) {
    const { client, server } = ends[number % ends.length] as (typeof ends)[number];
    const [from, to] = (number / ends.length) & 1 ? [server, client] : [client, server];
    const round = Math.floor(number / ends.length);
    const beat = recipe.pingEvery > 0 ? round % recipe.pingEvery : -1;
    // Even rounds go client → server: the server's ping in round 1 finds its pong in round 2.
    if (beat === 1 || beat === 2) {
      const opcode = beat === 1 ? 9 : 10;
      file.packet(
        from,
        to,
        24,
        frame(opcode, Buffer.from(`b${Math.floor(round / recipe.pingEvery)}`), from === client, false),
      );
      continue;
    }
    const text = messageText(number, recipe.messageBytes);
    const bytes = frame(1, recipe.compressed ? deflateMessage(from, text) : text, from === client, recipe.compressed);
    for (let at = 0; at < bytes.length; at += recipe.segmentBytes) {
      file.packet(from, to, 24, bytes.subarray(at, at + recipe.segmentBytes));
    }
  }
  for (const { client, server } of ends) {
    file.packet(client, server, 24, frame(8, Buffer.from([3, 232]), true, false));
    file.packet(server, client, 24, frame(8, Buffer.from([3, 232]), false, false));
    file.packet(server, client, 17, Buffer.alloc(0));
    file.packet(client, server, 17, Buffer.alloc(0));
    file.packet(server, client, 16, Buffer.alloc(0));
  }
  file.close();
  return { packets: file.packets, bytes: file.bytes };
}
