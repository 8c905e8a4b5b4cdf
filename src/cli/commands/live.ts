import type { Command } from "commander";
import { EXIT, type ExitCode, UserError } from "../../base/user-error.ts";
import { liveWordsOf } from "../../i18n/live/live.ts";
import { messageOf } from "../../i18n/messages/messages.ts";
import { render } from "../../i18n/render.ts";
import { linkTypeName } from "../../pcap/link-type-names.ts";
import { openCaptureReader } from "../../pcap/open-capture-reader.ts";
import type { CaptureOrigin } from "../../pcap/types.ts";
import { buildReport, type ModelOptions } from "../../report/model/model.ts";
import { createRedactor } from "../../report/redact.ts";
import { coloured, plain } from "../../report/text/paint.ts";
import { renderText } from "../../report/text/text.ts";
import { catalogue } from "../../rules/catalogue/catalogue.ts";
import { LiveSession } from "../../session/live-session.ts";
import type { LiveEvents } from "../../session/types.ts";
import { KeptSource } from "../../source/live/kept-source.ts";
import { leftBehind } from "../../source/live/left-behind.ts";
import { OutputPipe } from "../../source/live/output-pipe.ts";
import { Spool, type SpoolPlan } from "../../source/live/spool.ts";
import { addKeyLogOption, checkKeyLog, KeyLogFollower } from "../captures/key-log-file.ts";
import { systemClock } from "../live/clock.ts";
import { EventWriter, type FindPacket } from "../live/event-writer.ts";
import { droppedOf, lagNsOf, type OpenedCapture, openCapture, portsOf, recorderOf } from "../live/open-capture.ts";
import {
  BACKENDS,
  captureDefaults,
  checkAround,
  checkStdout,
  checkTrigger,
  isTrigger,
  LIVE_FORMATS,
  type LiveOptions,
  numberOption,
  ringOption,
  STDOUT,
  spoolPlanOf,
} from "../live/options.ts";
import { RunningText } from "../live/running-text.ts";
import { LiveScreen, noEvents, wantsScreen } from "../live/screen.ts";
import { stopSignal } from "../live/stop-signal.ts";
import { Watch } from "../live/watch.ts";
import { oneOf, portList, timerList } from "../option-values.ts";
import { BatchWriter } from "../output/batch-writer.ts";
import type { Surroundings } from "../surroundings.ts";
import { thriftyWith } from "../thrift.ts";

const DAY_SECONDS = 86_400;

export function define(command: Command, surroundings: Surroundings): void {
  const { options: words } = surroundings.help;
  const seconds = (option: string) => numberOption(option, 0.1, 365 * DAY_SECONDS, true);
  command
    .option("-i, --interface <name>", words.interface)
    .option("-p, --port <port>", words.livePort, portList)
    .option("-f, --filter <bpf>", words.filter)
    .option("-w, --write <file>", words.write)
    .option("--duration <seconds>", words.duration, seconds("--duration"))
    .option("--count <packets>", words.count, numberOption("--count", 1, 1e12))
    .option("--format <format>", words.liveFormat, oneOf("--format", LIVE_FORMATS))
    .option("--headless", words.headless)
    .option("--backend <backend>", words.backend, oneOf("--backend", BACKENDS), "auto")
    .option("--remote <user@host>", words.remote)
    .option("--ring <files>x<size>", words.ring, ringOption)
    .option("--rotate <seconds>", words.rotate, numberOption("--rotate", 1, 365 * DAY_SECONDS))
    .option("--trigger <rule>", words.trigger)
    .option("--before <seconds>", words.before, numberOption("--before", 1, DAY_SECONDS), 60)
    .option("--after <seconds>", words.after, numberOption("--after", 0, DAY_SECONDS), 60)
    .option("--timer <name=seconds>", words.timer, timerList)
    .option("--snaplen <bytes>", words.snaplen, numberOption("--snaplen", 64, 262_144), captureDefaults.snaplen)
    .option("--buffer <mib>", words.buffer, numberOption("--buffer", 1, 2047), captureDefaults.buffer)
    .option("--high-rate", words.highRate)
    .option("--no-redact", words.noRedact);
  addKeyLogOption(command, surroundings).action(async (options: LiveOptions) => {
    const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
    checkAround(options.trigger, ["before", "after"].filter(isGiven));
    surroundings.exitCode = await live(options, surroundings);
  });
}

async function live(options: LiveOptions, surroundings: Surroundings): Promise<ExitCode> {
  const plan = spoolPlanOf(options);
  checkStdout(options, surroundings.stdout.isTTY);
  const keyLog = checkKeyLog(options);
  checkTrigger(
    options.trigger,
    catalogue.map(({ id }) => id),
  );
  const opened = await openCapture(options, surroundings.logger);
  if (keyLog.isAwaited)
    surroundings.stderr.write(`${liveWordsOf(surroundings.language).keyLogAwaited(options.keylog ?? "")}\n`);
  // Whoever closes our output wants us to end, but what was captured is kept first.
  surroundings.outlivesReader = true;
  const spool = new Spool(plan);
  // A second Ctrl-C, or a crash: then even the scratch may be worth something.
  const onExit = (code: number): void => {
    if (code !== EXIT.bug) spool.leave();
  };
  process.once("exit", onExit);
  try {
    return await analyse(options, opened, spool, plan, surroundings);
  } finally {
    opened.source.stop();
    process.off("exit", onExit);
  }
}

async function analyse(
  options: LiveOptions,
  opened: OpenedCapture,
  spool: Spool,
  plan: SpoolPlan,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { language, version, stdout, stderr, colour, interrupt } = surroundings;
  const words = liveWordsOf(language);
  const origin: CaptureOrigin = { ns: null };
  const redactor = createRedactor(options.redact);
  const model: ModelOptions = { version, language, redactor, words: render };
  const out = new BatchWriter(stdout);
  const paint = colour ? coloured : plain;
  const toPipe = options.write === STDOUT;
  const format = options.format ?? (stdout.isTTY || toPipe ? "text" : "ndjson");
  const screen = wantsScreen(options, surroundings) ? new LiveScreen(surroundings) : null;
  const ndjson = format === "ndjson" ? new EventWriter(out, origin, model, redactor, placeOf(plan, spool)) : null;
  const text =
    ndjson === null && screen === null && !toPipe
      ? new RunningText(surroundings, words, origin, model, redactor, paint)
      : null;
  const events: LiveEvents = ndjson ?? text ?? noEvents;
  const keyLog = new KeyLogFollower(options);
  const { keys } = keyLog;
  const stop = stopSignal(interrupt, options.duration);
  const pipe = toPipe ? new OutputPipe(() => opened.source.stop()) : null;
  const session = new LiveSession({
    source: new KeptSource(opened.source, recorderOf(opened, version), spool, systemClock.nowNs, pipe),
    openReader: (sink, shared) => openCaptureReader(0, sink, shared),
    origin,
    ports: portsOf(options),
    keys,
    // Hostile traffic must not be able to pile collisions.
    seed: (Math.random() * 2 ** 32) | 0,
    clock: systemClock,
    lagNs: () => lagNsOf(opened),
    stop: stop.signal,
    tap: ndjson?.tap ?? null,
    events: options.trigger === undefined ? events : triggering(events, options.trigger, spool),
    dropped: () => droppedOf(opened),
    linkTypeName,
    timers: options.timer ?? [],
  });
  session.subscribe(() => thriftyWith(session.getSnapshot().statistics.connections));
  const watch = new Watch({
    opened,
    spool,
    session,
    words,
    say: screen?.notices.say ?? ((line) => stderr.write(`${line}\n`)),
    text,
  });
  const [left] = leftBehind();
  if (left !== undefined) watch.sayLeftBehind(left);
  watch.start(ndjson === null || stderr.isTTY);
  const running = session.run().finally(() => {
    watch.stop();
    stop.done();
    keyLog.stop();
    const { failure } = opened.source;
    if (failure !== null) screen?.notices.onEnd?.(messageOf(language, failure.messageId, failure.args).sentence);
  });
  await screen?.show(
    { session, spool, running, ports: portsOf(options), keys, file: options.write, listening: opened.asked },
    () => opened.source.stop(),
  );
  const ended = await running;
  text?.end();
  const files = await spool.finish();
  await pipe?.finish();
  const report = buildReport(ended.analysis, ended.findings, model);
  const { failure } = opened.source;
  ndjson?.onEnd(
    report,
    ended.analysis.clockNs,
    files,
    failure === null ? endOf(options, interrupt) : failure.messageId,
  );
  out.flush();
  if (text !== null || screen !== null || toPipe) {
    const end = toPipe ? stderr : stdout;
    end.write(renderText(report, { width: surroundings.columns, paint }));
  }
  if (pipe !== null && pipe.lostBytes > 0) stderr.write(`${words.notPiped((pipe.lostBytes / 1e6).toFixed(1))}\n`);
  watch.sayEnd(files, options.trigger ?? null);
  for (const line of screen?.notices.unseen ?? []) stderr.write(`${line}\n`);
  if (failure !== null) throw failure;
  if (plan.path !== null && spool.loss !== null) {
    const { packets, bytes, reason } = spool.loss;
    throw new UserError(EXIT.usage, "output.cut-short", { name: plan.path, packets, bytes, reason });
  }
  if (interrupt.aborted && ended.analysis.packets === 0 && options.write === undefined) {
    throw new UserError(EXIT.interrupted, "run.interrupted");
  }
  return EXIT.done;
}

/** Several files: their numbers are not those of the capture. */
const placeOf = (plan: SpoolPlan, spool: Spool): FindPacket | null =>
  plan.path === null || plan.trigger !== null || (plan.fileBytes === null && plan.fileSeconds === null)
    ? null
    : (packet) => spool.find(packet);

const endOf = (options: LiveOptions, interrupt: AbortSignal): string =>
  interrupt.aborted ? "interrupt" : options.count === undefined ? "duration" : "count";

/** What is found makes the spool keep the time around it. */
function triggering(events: LiveEvents, wanted: string, spool: Spool): LiveEvents {
  return {
    onOpened: (connection) => events.onOpened(connection),
    onUpgrade: (connection) => events.onUpgrade(connection),
    onClosed: (connection, rules) => events.onClosed(connection, rules),
    onFinding: (finding, withdrawn) => {
      if (!withdrawn && isTrigger(wanted, finding)) spool.trigger(finding.ruleId, systemClock.nowNs());
      events.onFinding(finding, withdrawn);
    },
    onStatistics: (statistics, at) => events.onStatistics(statistics, at),
    flush: () => events.flush(),
  };
}
