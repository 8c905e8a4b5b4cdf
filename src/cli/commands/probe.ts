import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { escapeText } from "../../base/escape-text.ts";
import { EXIT, type ExitCode, UserError } from "../../base/user-error.ts";
import { messageOf } from "../../i18n/messages/messages.ts";
import { probeWordsOf } from "../../i18n/probe.ts";
import { render } from "../../i18n/render.ts";
import { buildReport } from "../../report/model/model.ts";
import { createRedactor, type Redactor } from "../../report/redact.ts";
import { coloured, plain } from "../../report/text/paint.ts";
import { renderText } from "../../report/text/text.ts";
import type { Timer } from "../../rules/context/timers.ts";
import { judge } from "../../rules/judging/judge.ts";
import { KeyLog } from "../../tls/key-log.ts";
import { type OpenedCapture, openCapture } from "../live/open-capture.ts";
import { BACKENDS, type LiveOptions, numberOption } from "../live/options.ts";
import { stopSignal } from "../live/stop-signal.ts";
import { oneOf, timerList } from "../option-values.ts";
import { converse, type ProbeEars, type ProbePlan } from "../probe/conversation.ts";
import { captureWhile } from "../probe/own-capture.ts";
import type { Surroundings } from "../surroundings.ts";

const DAY_SECONDS = 86_400;
const MESSAGE_SHOWN = 300;
const SUBSCRIBE = '{"type":"subscribe","topics":{topics}}';

interface ProbeOptions {
  readonly duration: number;
  readonly messages: number;
  readonly subscribe: string;
  readonly socketio?: boolean;
  readonly namespace: string;
  readonly tokenEnv?: string;
  readonly tokenFile?: string;
  readonly backend: LiveOptions["backend"];
  readonly write?: string;
  readonly timer?: readonly Timer[];
  readonly redact: boolean;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { options: words, arguments: names } = surroundings.help;
  command
    .argument("<url>", names.url)
    .argument("[topic...]", names.topics)
    .option("--duration <seconds>", words.probeDuration, numberOption("--duration", 0.1, DAY_SECONDS, true), 10)
    .option("--messages <count>", words.probeMessages, numberOption("--messages", 1, 1e9), 5)
    .option("--subscribe <text>", words.subscribe, SUBSCRIBE)
    .option("--socketio", words.socketio)
    .option("--namespace <name>", words.namespace, "/")
    .option("--token-env <name>", words.tokenEnv)
    .option("--token-file <file>", words.tokenFile)
    .option("--backend <backend>", words.backend, oneOf("--backend", BACKENDS), "auto")
    .option("-w, --write <file>", words.probeWrite, fileName)
    .option("--timer <name=seconds>", words.timer, timerList)
    .option("--no-redact", words.noRedact)
    .action(async (url: string, topics: readonly string[], options: ProbeOptions) => {
      surroundings.exitCode = await probe(url, topics, options, surroundings);
    });
}

/** Standard output is for what the probe says. */
function fileName(value: string): string {
  if (value === "-") throw new UserError(EXIT.usage, "usage.invalid-value", { option: "-w", value, allowed: "FILE" });
  return value;
}

/** 0: it opened and nothing was found wrong; 1: something was. */
async function probe(
  url: string,
  topics: readonly string[],
  options: ProbeOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, version, language, interrupt } = surroundings;
  const port = portOf(url);
  const plan: ProbePlan = {
    url,
    topics,
    subscribe: options.subscribe,
    namespace: options.socketio ? options.namespace : null,
    token: tokenOf(options),
    messages: options.messages,
  };
  const redactor = createRedactor(options.redact);
  const ears = new Ears(surroundings, redactor);
  const end = stopSignal(interrupt, options.duration);
  const opened = await openOrSayWhyNot({ ...options, port }, surroundings);
  if (opened === null) {
    await converse(plan, ears, end.signal);
    end.done();
    return ears.failed ? EXIT.findings : EXIT.done;
  }
  // Known before the first packet of TLS: its secrets come a moment later.
  ears.keys.expected = /^(wss|https):/.test(url);
  const talk = (): Promise<void> => converse(plan, ears, end.signal);
  const { analysis, files } = await captureWhile(opened, options, [port], version, ears.keys, talk);
  end.done();
  // Others use the server too: only its own connection is the probe's business.
  const connections = analysis.connections.filter(({ client }) => client.port === ears.localPort);
  const own = connections.length > 0 ? { ...analysis, connections } : analysis;
  const report = buildReport(own, judge(own, { timers: options.timer ?? [], ports: [port] }), {
    version,
    language,
    redactor,
    words: render,
  });
  const paint = surroundings.colour ? coloured : plain;
  stdout.write(`\n${renderText(report, { width: surroundings.columns, paint })}`);
  for (const file of files) surroundings.stderr.write(`${probeWordsOf(language).kept(file)}\n`);
  return ears.failed || report.totals.findings.error > 0 ? EXIT.findings : EXIT.done;
}

function portOf(url: string): number {
  try {
    const { protocol, port } = new URL(url);
    const usual = { "ws:": 80, "http:": 80, "wss:": 443, "https:": 443 }[protocol];
    if (usual !== undefined) return port === "" ? usual : Number(port);
  } catch {
    // Not a URL at all.
  }
  throw new UserError(EXIT.usage, "usage.invalid-value", { option: "URL", value: url, allowed: "ws://HOST:PORT/PATH" });
}

/** Never on the command line: every user of the machine could read it there. */
function tokenOf({ tokenEnv, tokenFile }: ProbeOptions): string | null {
  if (tokenFile !== undefined) {
    try {
      return readFileSync(tokenFile, "utf8").trim();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UserError(EXIT.input, "input.unreadable", { name: tokenFile, reason: code ?? message });
    }
  }
  if (tokenEnv === undefined) return null;
  const token = process.env[tokenEnv];
  if (token === undefined) throw new UserError(EXIT.usage, "probe.no-token", { name: tokenEnv });
  return token;
}

async function openOrSayWhyNot(
  { port, backend }: Pick<ProbeOptions, "backend"> & { port: number },
  { logger, stderr, language }: Surroundings,
): Promise<OpenedCapture | null> {
  try {
    return await openCapture({ port: [port], backend }, logger);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { sentence, next } = messageOf(language, error.messageId, error.args);
    stderr.write(`${probeWordsOf(language).withoutCapture}\n  ${sentence}\n  ${next}\n`);
    return null;
  }
}

/** Prints what is heard; text from the network is escaped, secrets are hidden. */
class Ears implements ProbeEars {
  failed = true;
  localPort = 0;
  readonly keys = new KeyLog();
  private readonly surroundings: Surroundings;
  private readonly words;
  private readonly redactor: Redactor;

  constructor(surroundings: Surroundings, redactor: Redactor) {
    this.surroundings = surroundings;
    this.words = probeWordsOf(surroundings.language);
    this.redactor = redactor;
  }

  onSecret(line: Uint8Array): void {
    this.keys.addAll(line);
  }

  onLocalPort(port: number): void {
    this.localPort = port;
  }

  onOpen(): void {
    this.failed = false;
    this.say(this.words.open);
  }

  onMessage(text: string, number: number): void {
    this.say(`${this.words.message(number)} ${this.safe(text).slice(0, MESSAGE_SHOWN)}`);
  }

  onRefused(status: number): void {
    this.say(this.words.refused(status));
  }

  onError(message: string): void {
    this.failed = true;
    this.say(this.words.error(this.safe(message)));
  }

  onClose(code: number, reason: string): void {
    this.say(this.words.closed(code, this.safe(reason)));
  }

  private safe(text: string): string {
    return escapeText(this.redactor.text(text.slice(0, MESSAGE_SHOWN * 4)));
  }

  private say(line: string): void {
    this.surroundings.stdout.write(`${line}\n`);
  }
}
