import type { messagesEn } from "./en.ts";

/** Every `UserError.messageId`: what is wrong in one sentence, and what to do next. `{name}` stands for an argument. */
export type MessageId = keyof typeof messagesEn;
export interface Message {
  readonly sentence: string;
  readonly next: string;
}
