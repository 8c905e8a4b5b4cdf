import type { HttpRequest } from "../../http/types.ts";
import type { FrameView, MessageView } from "../../websocket/types.ts";

/** What `wscap frames` and the tables of the TUI listen to. */
export interface FrameTap {
  /** Texts longer than this are not kept for `onFrameRow`; 0: no message bytes are wanted. */
  readonly keptMessageBytes: number;
  /** Frames behind this opening follow. */
  onHandshake?(request: HttpRequest): void;
  onFrame(connectionId: number, frame: FrameView): void;
  /** The message that the last `onFrame` completed. */
  onMessage(connectionId: number, message: MessageView): void;
}
