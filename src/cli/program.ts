import { writeSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { displayWidth, wrapToWidth } from "../base/display-width.ts";
import { EXIT, type ExitCode, UserError } from "../base/user-error.ts";
import { chromeOf } from "../i18n/chrome/chrome.ts";
import { helpOf } from "../i18n/help/help.ts";
import type { HelpWords } from "../i18n/help/types.ts";
import { type Language, languageFromEnvironment, languageOf } from "../i18n/language.ts";
import { type CommandModule, commandNames, commands } from "./commands.ts";
import { explainFailure, usageError } from "./failures.ts";
import { LOG_LEVELS, openLogger } from "./logger.ts";
import { oneOf } from "./option-values.ts";
import { writeWhole } from "./output/whole-writes.ts";
import { watchSignals } from "./signals.ts";
import type { Surroundings } from "./surroundings.ts";

const PIPE_COLUMNS = 100;

/** The whole program: arguments in, exit code out. Never throws. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const language = wantedLanguage(argv);
  let surroundings: Surroundings | null = null;
  const interruption = watchSignals();
  const onGone = (): void => {
    if (surroundings?.outlivesReader) interruption.ask();
    else process.exit(EXIT.done);
  };
  writeWhole(process.stdout);
  watchStream(process.stdout, language, onGone);
  watchStream(process.stderr, language, onGone);
  process.on("uncaughtException", (error) => end(error, language));
  let program: Command | null = null;
  try {
    surroundings = await findSurroundings(argv, language, interruption.signal);
    program = await buildProgram(argv, surroundings);
    if (argv.length === 0) {
      process.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(argv, { from: "user" });
    surroundings.logger.info({ exitCode: surroundings.exitCode }, "done");
    return surroundings.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const failure = error instanceof CommanderError ? usageError(error, argv) : error;
    const { text, exitCode } = explainFailure(failure, language);
    process.stderr.write(text);
    return exitCode;
  }
}

/** Nobody reads any more: `| head` has closed the pipe, or the terminal is gone. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);

/** A full disk is worth a word. */
function watchStream(stream: NodeJS.WriteStream, language: Language, onGone: () => void): void {
  stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (GONE.has(code)) {
      onGone();
      return;
    }
    const name = stream === process.stdout ? "stdout" : "stderr";
    end(new UserError(EXIT.usage, "output.unwritable", { name, reason: code ?? message }), language);
  });
}

function end(failure: unknown, language: Language): never {
  const { text, exitCode } = explainFailure(failure, language);
  tell(text);
  process.exit(exitCode);
}

/** Synchronous: the process is about to end. */
function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // Nobody listens.
  }
}

/** Value of a global option, found before the real parsing: usage errors are told in that language too. */
function peek(argv: readonly string[], name: string): string | undefined {
  const index = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = argv[index];
  if (word === undefined) return undefined;
  return word === name ? argv[index + 1] : word.slice(name.length + 1);
}

const wantedLanguage = (argv: readonly string[]): Language =>
  languageOf(peek(argv, "--lang") ?? "") ?? languageFromEnvironment(process.env);

async function findSurroundings(
  argv: readonly string[],
  language: Language,
  interrupt: AbortSignal,
): Promise<Surroundings> {
  const { stdout, stderr, env } = process;
  // Told at the end: a screen may be on the terminal now.
  const onLost = (error: UserError): void => {
    process.once("exit", () => tell(explainFailure(error, language).text));
  };
  const logger = await openLogger(peek(argv, "--log-file"), peek(argv, "--log-level"), onLost);
  logger.info({ version: packageJson.version, node: process.version, arguments: argv.length }, "started");
  let colour = stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  if (argv.includes("--color")) colour = true;
  if (argv.includes("--no-color")) colour = false;
  return {
    language,
    help: helpOf(language),
    chrome: chromeOf(language),
    version: packageJson.version,
    stdout,
    stderr,
    colour,
    // A terminal that does not know its size says 0.
    columns: (stdout.isTTY && stdout.columns) || PIPE_COLUMNS,
    logger,
    interrupt,
    outlivesReader: false,
    exitCode: EXIT.done,
  };
}

async function buildProgram(argv: readonly string[], surroundings: Surroundings): Promise<Command> {
  const { help } = surroundings;
  const program = new Command("wscap");
  configure(program, help);
  program
    .description(help.program)
    .helpCommand("help [command]", help.options.help)
    .version(surroundings.version, "-V, --version", help.options.version)
    .addOption(new Option("--lang <language>", help.options.language).argParser(languageOption))
    .option("--color", help.options.color)
    .option("--no-color", help.options.noColor)
    .option("--log-file <file>", help.options.logFile)
    .addOption(new Option("--log-level <level>", help.options.logLevel).argParser(oneOf("--log-level", LOG_LEVELS)))
    .addHelpText("after", `\n${exitCodeHelp(help)}`);
  for (const name of commandNames) {
    const command = program.command(name);
    configure(command, help);
    command.summary(help.commands[name].summary);
    command.description(`${help.commands[name].summary}\n\n${help.commands[name].more}`);
    command.addHelpText("after", `\n${exampleHelp(help, name)}`);
    if (!argv.includes(name)) continue;
    const module: CommandModule = await commands[name](surroundings.language);
    module.define(command, surroundings);
  }
  return program;
}

function languageOption(value: string): Language {
  const language = languageOf(value);
  if (language === null || /^(c|posix)\b/i.test(value)) {
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--lang", value, allowed: "en, zh-CN" });
  }
  return language;
}

function configure(command: Command, help: HelpWords): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .helpOption("-h, --help", help.options.help)
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      displayWidth,
      boxWrap: (text, width) =>
        text
          .split("\n")
          .flatMap((line) => wrapToWidth(line, width))
          .join("\n"),
      styleTitle: (title) => (title in help.headings ? help.headings[title as keyof HelpWords["headings"]] : title),
      optionDescription: (option) =>
        option.defaultValue === undefined || Array.isArray(option.defaultValue) || option.negate
          ? option.description
          : `${option.description} (${help.default}: ${option.defaultValue})`,
    });
}

const exampleHelp = (help: HelpWords, name: keyof HelpWords["commands"]): string =>
  [help.examples, ...help.commands[name].examples.map(([line, what]) => `  ${line}\n      ${what}`)].join("\n");

const exitCodeHelp = (help: HelpWords): string =>
  [help.exitCodes, ...help.exitCodeWords.map(([code, what]) => `  ${String(code).padStart(3)}  ${what}`)].join("\n");
