import type { Direction } from "../../base/brand.ts";
import type { WebSocketSink } from "../types.ts";
import { type CalmTexts, NO_LANE } from "./calm-texts.ts";

/** The lanes of one WebSocket's two directions (`CalmTexts`), taken when one of them is calm for the first time. */
export class CalmPair {
  private first = NO_LANE;
  private readonly texts: CalmTexts;
  private client: WebSocketSink | null = null;
  private server: WebSocketSink | null = null;

  constructor(texts: CalmTexts) {
    this.texts = texts;
  }

  /** `sink` is told of the beats of `direction`. */
  join(direction: Direction, sink: WebSocketSink): void {
    if (direction === 0) this.client = sink;
    else this.server = sink;
  }

  laneOf(direction: Direction): number {
    if (this.first === NO_LANE) this.first = this.texts.takePair();
    return this.first + direction;
  }

  /** The beats that wait are told: before anything that comes after them, and before anybody looks. */
  tellBeats(): void {
    if (this.first !== NO_LANE) this.texts.tellBeats(this.first, this.client, this.server);
  }

  /** Nothing more comes in either direction. */
  giveBack(): void {
    this.tellBeats();
    if (this.first !== NO_LANE) this.texts.giveBackPair(this.first);
    this.first = NO_LANE;
  }
}
