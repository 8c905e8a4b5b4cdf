import { isUtf8 } from "node:buffer";
import { type Direction, ZERO_TIME } from "../base/brand.ts";
import * as limits from "../base/limits.ts";
import { BEGINNING_BYTES, beginningAt, isMaskedAscii, isSkipped } from "../base/masked-text.ts";
import type { Position } from "../base/packet-view.ts";
import { readCompressed } from "./deflate/compressed-message.ts";
import { DeflateContext } from "./deflate/deflate-context.ts";
import { INFLATED, INPUT_SLACK } from "./deflate/inflate.ts";
import { tell } from "./events.ts";
import { type DecoderMemory, SCRATCH_BYTES } from "./memory.ts";
import { type DeflateAgreement, type MessageView, TEXT, UNDECODABLE, type WebSocketSink } from "./types.ts";
import { type ByteStore, maskAt, unmask } from "./unmask.ts";
import { Utf8Check } from "./utf8-check.ts";

type Problem = MessageView["problem"];
const noBytes = new Uint8Array(0);

/**
 * The messages of one direction (RFC 6455 §5.4): joins fragments, checks UTF-8 (§8.1) as bytes arrive, inflates
 * (RFC 7692), and keeps the first `keepBytes` of the payload. What is not kept is checked in scratch space and counted.
 */
export class MessageAssembler {
  /** A message has begun and its last frame has not come. */
  open = false;
  compressed = false;
  private readonly direction: Direction;
  private readonly sink: WebSocketSink;
  private readonly memory: DecoderMemory;
  private readonly deflate: DeflateContext | null;
  private readonly keepBytes: number;
  private opcode = 0;
  private frames = 0;
  private wireLength = 0;
  private problem: Problem = null;
  private store: ByteStore | null = null;
  private kept = 0;
  private readonly utf8 = new Utf8Check();
  private valid = true;
  private firstPacketNumber = 0;
  private firstTimestampNs: number = ZERO_TIME;

  constructor(
    direction: Direction,
    sink: WebSocketSink,
    agreement: DeflateAgreement,
    memory: DecoderMemory,
    keepBytes: number,
  ) {
    this.direction = direction;
    this.sink = sink;
    this.memory = memory;
    this.keepBytes = keepBytes;
    this.deflate = agreement === "none" ? null : new DeflateContext(direction, agreement, memory);
  }

  begin(opcode: number, compressed: boolean, problem: Problem, packetNumber: number, timestampNs: number): void {
    this.open = true;
    this.opcode = opcode;
    this.compressed = compressed;
    this.problem = problem;
    this.frames = 0;
    this.wireLength = 0;
    this.kept = 0;
    this.valid = true;
    this.utf8.reset();
    this.firstPacketNumber = packetNumber;
    this.firstTimestampNs = timestampNs;
  }

  /** The next payload bytes of the message; `frameRest` more than these are still to come in this frame. */
  payload(
    bytes: Uint8Array,
    start: number,
    length: number,
    key: number,
    phase: number,
    frameRest: number,
    at: Position,
  ): void {
    this.wireLength += length;
    if (this.problem !== null) return;
    const room = this.compressed ? limits.compressedMessageBytes : this.keepBytes;
    const take = Math.min(length, room - this.kept);
    // A frame's length is only a claim: room for what it announces is made up to 64 KiB at once, then by doubling.
    const announced = Math.min(frameRest, SCRATCH_BYTES, room - this.kept - take);
    if (take > 0 && !this.keep(bytes, start, take, announced, key, phase, at)) return;
    if (take === length) return;
    if (this.compressed) this.overLimit(at);
    else if (this.opcode === TEXT && this.valid)
      this.checkUnkept(bytes, start + take, length - take, key, phase + take, at);
  }

  /** Payload bytes that the capture does not hold. */
  missing(length: number): void {
    this.wireLength += length;
    if (this.problem === null || this.problem === "limit") this.problem = "gap";
    if (this.compressed) this.deflate?.lose(UNDECODABLE.bytesMissing);
  }

  /** After each frame of the message has been passed on. */
  endFrame(fin: boolean, at: Position): void {
    this.frames++;
    if (!fin) return;
    const message = this.memory.message;
    message.frames = this.frames;
    message.firstPacketNumber = this.firstPacketNumber;
    message.firstTimestampNs = this.firstTimestampNs;
    const store = this.store;
    if (this.compressed && this.problem === null) {
      message.direction = this.direction;
      message.opcode = this.opcode;
      if (this.kept > 0) this.deflate?.inflate(store ?? this.memory.scratch, this.kept);
      this.readInflated(this.kept, at);
    } else {
      if (this.opcode === TEXT && this.problem === null && this.valid && !this.utf8.isBetweenCharacters)
        this.invalid(at);
      message.problem = this.problem;
      message.validUtf8 = this.opcode === TEXT && this.problem === null ? this.valid : null;
      message.length = this.compressed ? 0 : this.wireLength;
      message.bytes = store === null ? noBytes : store.bytes;
      message.keptLength = this.compressed ? 0 : this.kept;
    }
    this.deliver(at);
    this.drop();
  }

  /**
   * A message of one uncompressed frame that is all there: `scratch[0 … length)` is its unmasked payload. The short way
   * for most traffic.
   */
  whole(opcode: number, length: number, nonAscii: number, at: Position): void {
    const { message, scratch } = this.memory;
    this.wholeFrame(message, opcode, false, length, at);
    message.problem = null;
    message.validUtf8 = opcode === TEXT ? true : null;
    if (nonAscii !== 0 && opcode === TEXT && !isUtf8(scratch.bytes.subarray(0, length))) {
      message.validUtf8 = false;
      tell(this.sink, "invalid-utf8", this.direction, at, opcode);
    }
    message.length = length;
    message.bytes = scratch.bytes;
    message.keptLength = Math.min(length, this.keepBytes);
    this.sink.onMessage(message);
  }

  /**
   * A compressed message of one frame that is all there, `length` bytes in `scratch` with INPUT_SLACK bytes of room after
   * them. True: it is a text that nobody wants to read, and was counted. Otherwise `wholeCompressed` must follow.
   */
  skims(opcode: number, length: number, at: Position): boolean {
    if (length === 0) return false;
    const { inflated, inflater, scratch } = this.memory;
    (this.deflate as DeflateContext).inflate(scratch, length);
    if (opcode !== TEXT || !inflated.ascii || inflated.status !== INFLATED) return false;
    const { skippedKey } = this.sink;
    if (skippedKey === 0 || inflated.length < BEGINNING_BYTES) return false;
    if (!isSkipped(skippedKey, beginningAt(inflater.store.view, inflated.begin), inflated.length)) return false;
    this.sink.onUnread(length, inflated.length, at);
    return true;
  }

  wholeCompressed(opcode: number, length: number, at: Position): void {
    const { message } = this.memory;
    this.wholeFrame(message, opcode, true, length, at);
    this.readInflated(length, at);
    this.sink.onMessage(message);
  }

  private wholeFrame(message: MessageView, opcode: number, compressed: boolean, length: number, at: Position): void {
    message.direction = this.direction;
    message.opcode = opcode;
    message.compressed = compressed;
    message.frames = 1;
    message.wireLength = length;
    message.firstPacketNumber = at.packetNumber;
    message.firstTimestampNs = at.timestampNs;
    message.lastPacketNumber = at.packetNumber;
    message.lastTimestampNs = at.timestampNs;
  }

  /** What follows is not the rest of this message. */
  abandon(): void {
    if (!this.open) return;
    if (this.compressed) this.deflate?.lose(UNDECODABLE.earlierMessage);
    this.drop();
  }

  /** Frames were missed: what was sent in them is not known. */
  lose(): void {
    this.deflate?.lose(UNDECODABLE.bytesMissing);
    this.drop();
  }

  end(): void {
    this.drop();
    this.deflate?.release();
  }

  private drop(): void {
    if (this.store !== null) this.memory.buffers.give(this.store);
    this.store = null;
    this.open = false;
  }

  private deliver(at: Position): void {
    const { message } = this.memory;
    message.direction = this.direction;
    message.opcode = this.opcode;
    message.compressed = this.compressed;
    message.wireLength = this.wireLength;
    message.lastPacketNumber = at.packetNumber;
    message.lastTimestampNs = at.timestampNs;
    this.sink.onMessage(message);
  }

  /** Makes room and unmasks into it. False: no room, and the problem is set. */
  private keep(
    bytes: Uint8Array,
    start: number,
    length: number,
    announced: number,
    key: number,
    phase: number,
    at: Position,
  ): boolean {
    const slack = this.compressed ? INPUT_SLACK : 0;
    const needed = this.kept + length + slack;
    if (this.store === null || this.store.bytes.length < needed) {
      if (!this.makeRoom(needed + announced) && !this.makeRoom(needed)) {
        this.overLimit(at);
        return false;
      }
    }
    const store = this.store as ByteStore;
    const nonAscii = unmask(bytes, start, length, store, this.kept, key, phase);
    const from = this.kept;
    this.kept += length;
    if (this.opcode !== TEXT || this.compressed || !this.valid) return true;
    if (!this.utf8.add(store.bytes, from, this.kept, nonAscii)) this.invalid(at);
    return true;
  }

  private makeRoom(lengthBytes: number): boolean {
    const { buffers } = this.memory;
    const larger = this.store === null ? buffers.take(lengthBytes) : buffers.grow(this.store, this.kept, lengthBytes);
    if (larger === null) return false;
    this.store = larger;
    return true;
  }

  private overLimit(at: Position): void {
    this.problem = "limit";
    tell(this.sink, "message-limit", this.direction, at, this.wireLength);
    if (this.compressed) this.deflate?.lose(UNDECODABLE.earlierMessage);
    if (this.compressed && this.store !== null) {
      this.memory.buffers.give(this.store);
      this.store = null;
    }
  }

  /** Text past what is kept: unmasked a piece at a time, only to check it. */
  private checkUnkept(
    bytes: Uint8Array,
    start: number,
    length: number,
    key: number,
    phase: number,
    at: Position,
  ): void {
    const { scratch } = this.memory;
    if (key === 0) {
      if (!this.utf8.add(bytes, start, start + length, 1)) this.invalid(at);
      return;
    }
    for (let done = 0; done < length && this.valid; done += SCRATCH_BYTES) {
      const piece = Math.min(SCRATCH_BYTES, length - done);
      if (this.utf8.isBetweenCharacters && isMaskedAscii(bytes, start + done, piece, maskAt(key, phase + done)))
        continue;
      const nonAscii = unmask(bytes, start + done, piece, scratch, 0, key, phase + done);
      if (!this.utf8.add(scratch.bytes, 0, piece, nonAscii)) this.invalid(at);
    }
  }

  private invalid(at: Position): void {
    this.valid = false;
    tell(this.sink, "invalid-utf8", this.direction, at, this.opcode);
  }

  /** Direction and opcode of the message are set. */
  private readInflated(length: number, at: Position): void {
    const { message, inflated } = this.memory;
    readCompressed(message, this.deflate as DeflateContext, inflated, length, this.keepBytes, this.sink, at);
  }
}
