import { escapeText } from "../../base/escape-text.ts";
import { UserError } from "../../base/user-error.ts";
import type { Language } from "../language.ts";
import { messagesEn } from "./en.ts";
import type { Message, MessageId } from "./types.ts";
import { messagesZhCn } from "./zh-cn.ts";

const messages: Readonly<Record<Language, Readonly<Record<MessageId, Message>>>> = {
  en: messagesEn,
  "zh-CN": messagesZhCn,
};

const isMessageId = (id: string): id is MessageId => Object.hasOwn(messagesEn, id);

/** The message in words. Arguments come from the command line or the system, so they are escaped. */
export function messageOf(language: Language, id: string, args: Readonly<Record<string, string | number>>): Message {
  if (!isMessageId(id)) return { sentence: escapeText(`${id} ${JSON.stringify(args)}`), next: "" };
  const { sentence, next } = messages[language][id];
  return { sentence: fill(sentence, args), next: fill(next, args) };
}

/** Why something failed, in a sentence; of what is no fault of the person's or the machine's, what the error says. */
export function reasonOf(error: unknown, language: Language): string {
  if (error instanceof UserError) return messageOf(language, error.messageId, error.args).sentence;
  return error instanceof Error ? error.message : String(error);
}

const fill = (template: string, args: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    return value === undefined ? whole : escapeText(String(value));
  });
