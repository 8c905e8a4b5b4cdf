import { connectionId, relativeNs } from "../../base/brand.ts";
import { capturedNs } from "../../base/captured-time.ts";
import * as limits from "../../base/limits.ts";
import type { HttpRequest } from "../../http/types.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import type { FrameTap } from "../../pipeline/websocket/frame-tap.ts";
import type { FrameRow, FrameWriter } from "../../report/frame-writer.ts";
import { CONTINUATION, type FrameView, type MessageView, TEXT } from "../../websocket/types.ts";
import type { BatchWriter } from "./batch-writer.ts";

/**
 * Writes each frame as it is decoded. The last frame of a message waits for the message, which comes right after it,
 * since the text stands on that line.
 */
export class FramePrinter implements FrameTap {
  readonly keptMessageBytes = limits.printedMessageBytes;
  private readonly writer: FrameWriter;
  private readonly out: BatchWriter;
  private readonly origin: CaptureOrigin;
  private readonly clock: readonly CaptureOrigin[];
  /** Frames so far. */
  frames = 0;
  private waiting = false;
  private readonly row: FrameRow = {
    connection: connectionId(0),
    direction: 0,
    packet: 0,
    lastPacket: 0,
    timestampNs: relativeNs(0),
    opcode: 0,
    fin: false,
    rsv: 0,
    masked: false,
    length: 0,
    compressed: false,
    closeCode: null,
    closeReason: null,
    text: null,
  };

  constructor(writer: FrameWriter, out: BatchWriter, origin: CaptureOrigin) {
    this.writer = writer;
    this.out = out;
    this.origin = origin;
    this.clock = [origin];
  }

  onHandshake(request: HttpRequest): void {
    this.writer.opened(request);
  }

  onFrame(connection: number, frame: FrameView): void {
    this.frames++;
    if (this.waiting) this.print();
    const { row } = this;
    row.connection = connectionId(connection);
    row.direction = frame.direction;
    row.packet = frame.firstPacketNumber;
    row.lastPacket = frame.lastPacketNumber;
    const { firstPacketNumber: packet, firstTimestampNs: timestampNs } = frame;
    row.timestampNs = capturedNs(this.clock, { packet, timestampNs });
    row.opcode = frame.opcode;
    row.fin = frame.fin;
    row.rsv = frame.rsv;
    row.masked = frame.masked;
    row.length = frame.length;
    row.compressed = frame.compressed;
    row.closeCode = frame.closeCode;
    row.closeReason = frame.closeReason;
    row.text = null;
    if (frame.fin && (frame.opcode === TEXT || frame.opcode === CONTINUATION)) this.waiting = true;
    else this.print();
  }

  onMessage(_connection: number, message: MessageView): void {
    const whole = message.problem === null && message.keptLength === message.length;
    if (message.opcode === TEXT && whole) this.row.text = textOf(message);
    if (this.waiting) this.print();
  }

  /** Nothing more will come. */
  finish(): void {
    if (this.waiting) this.print();
  }

  private print(): void {
    this.waiting = false;
    this.out.add(this.writer.line(this.row, this.origin.ns ?? 0n));
  }
}

const textOf = ({ bytes, keptLength }: MessageView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, keptLength).toString("utf8");
