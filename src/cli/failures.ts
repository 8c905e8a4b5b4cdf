import type { CommanderError } from "commander";
import { EXIT, type ExitCode, UserError } from "../base/user-error.ts";
import type { Language } from "../i18n/language.ts";
import { messageOf } from "../i18n/messages/messages.ts";
import type { Message } from "../i18n/messages/types.ts";
import { closestWord } from "./closest-word.ts";
import { commandNames } from "./commands.ts";

/** What commander found wrong, as one of our own messages: it speaks only English. */
export function usageError(error: CommanderError, argv: readonly string[]): UserError {
  const command = commandNames.find((name) => argv.includes(name)) ?? "";
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const similar = /Did you mean (?:one of )?([^?]*)\?/.exec(error.message)?.[1] ?? "";
  const usage = (id: string, args: Record<string, string> = {}): UserError =>
    new UserError(EXIT.usage, `usage.${id}`, { name, command, ...args });
  switch (error.code) {
    case "commander.unknownOption":
      // Many programs call it so.
      if (name === "-v") return usage("unknown-option-similar", { similar: "-V" });
      return similar === "" ? usage("unknown-option") : usage("unknown-option-similar", { similar });
    case "commander.unknownCommand":
      return similar === "" ? usage("unknown-command") : usage("unknown-command-similar", { similar });
    case "commander.missingArgument":
      return usage("missing-argument", { name: name.toUpperCase() });
    case "commander.missingMandatoryOptionValue":
      return usage("missing-argument", { name });
    case "commander.optionMissingArgument":
      return usage("option-without-value");
    case "commander.excessArguments":
      return command === "annotate" ? new UserError(EXIT.usage, "notes.one-capture") : usage("too-many-arguments");
    case "commander.help":
      return argv[0] === "help" && argv[1] !== undefined ? unknownCommand(argv[1]) : usage("no-command");
    default:
      return usage("other", { text: error.message.replace(/^error: /, "") });
  }
}

/** `wscap help reprot`. */
function unknownCommand(name: string): UserError {
  const similar = closestWord(name, commandNames);
  return similar === null
    ? new UserError(EXIT.usage, "usage.unknown-command", { name })
    : new UserError(EXIT.usage, "usage.unknown-command-similar", { name, similar: `help ${similar}` });
}

/** What is wrong with standard input is told by its name, not by `-`; an empty name, of a variable that is not set, is seen. */
function messageFor({ messageId, args }: UserError, language: Language): Message {
  if (args["name"] === "") return messageOf(language, messageId, { ...args, name: '""' });
  if (args["name"] !== "-" || !messageId.startsWith("input.")) return messageOf(language, messageId, args);
  if (messageId === "input.empty" || messageId === "input.unreadable")
    return messageOf(language, `${messageId}-stdin`, args);
  const name = messageOf(language, "input.stdin-name", {}).sentence;
  const { sentence, next } = messageOf(language, messageId, { ...args, name });
  // A name of Chinese letters stands in a Chinese sentence without the blanks that a file's name has around it.
  return {
    sentence: language === "zh-CN" ? sentence.replace(` ${name}`, name).replace(`${name} `, name) : sentence,
    next,
  };
}

/** The text for standard error and the exit code: a sentence and a next step, or, where we are at fault, the stack. */
export function explainFailure(failure: unknown, language: Language): { text: string; exitCode: ExitCode } {
  if (failure instanceof UserError) {
    const message = messageFor(failure, language);
    const { sentence } = message;
    // Where no command was named, its place in "wscap … --help" is empty.
    const next = message.next.replace("wscap  ", "wscap ");
    return { text: `wscap: ${sentence}\n${next === "" ? "" : `       ${next}\n`}`, exitCode: failure.exitCode };
  }
  const stack = failure instanceof Error ? (failure.stack ?? String(failure)) : String(failure);
  return { text: `${stack}\n${messageOf(language, "bug", {}).sentence}\n`, exitCode: EXIT.bug };
}
