import type { Command } from "commander";
import { ndjsonWriter, tableWriter } from "../../report/frame-writer.ts";
import { createRedactor } from "../../report/redact.ts";
import { mayCarryWebSocket } from "../../rules/reading/sealed.ts";
import type { ConnectionFacts } from "../../store/types.ts";
import { addKeyLogOption, type KeyLogOption, openKeyLog } from "../captures/key-log-file.ts";
import { readCaptures } from "../captures/read-captures.ts";
import { oneOf, portList } from "../option-values.ts";
import { BatchWriter } from "../output/batch-writer.ts";
import { FramePrinter } from "../output/frame-printer.ts";
import type { Surroundings } from "../surroundings.ts";

const FORMATS = ["table", "ndjson"] as const;

interface FramesOptions extends KeyLogOption {
  readonly port?: readonly number[];
  readonly format: (typeof FORMATS)[number];
  readonly redact: boolean;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .argument("<capture...>", help.arguments.captures)
    .option("-p, --port <port>", help.options.port, portList)
    .option("--format <format>", help.options.framesFormat, oneOf("--format", FORMATS), "table")
    .option("--no-redact", help.options.noRedact);
  addKeyLogOption(command, surroundings).action((captures: readonly string[], options: FramesOptions) =>
    frames(captures, options, surroundings),
  );
}

async function frames(captures: readonly string[], options: FramesOptions, surroundings: Surroundings): Promise<void> {
  const { chrome, columns, stdout, stderr } = surroundings;
  const redactor = createRedactor(options.redact);
  // In a pipe the text stays whole: it is there to be searched.
  const width = stdout.isTTY ? columns : Number.POSITIVE_INFINITY;
  const writer = options.format === "ndjson" ? ndjsonWriter(redactor) : tableWriter(redactor, chrome, width);
  const out = new BatchWriter(stdout);
  const origin = { ns: null };
  const keys = await openKeyLog(options);
  const printer = new FramePrinter(writer, out, origin);
  out.add(writer.head);
  const ports = options.port ?? [];
  const { connections } = await readCaptures(
    captures,
    { ports, tap: printer, keys, origin, breathe: () => out.drained() },
    surroundings,
  );
  printer.finish();
  out.flush();
  const sealed = connections.filter((one) => isSealed(one) && mayCarryWebSocket(one, { ports }));
  if (sealed.length > 0) stderr.write(`${chrome.framesSealed(sealed.length, sealed.every(hadNoKeys))}\n`);
  else if (printer.frames === 0) stderr.write(`${chrome.noFrames}\n`);
  // Standard output holds frames only, so what was hidden is said beside it.
  if (!redactor.applied) stderr.write(`${chrome.notRedacted}\n`);
  else if (redactor.hidden > 0) stderr.write(`${chrome.redacted(redactor.hidden)}\n`);
}

/** TLS of which nothing, or one direction alone, was read, though something was said inside. */
const isSealed = ({ tls }: ConnectionFacts): boolean =>
  tls !== null && !tls.decrypted && tls.applicationDataBytes.every((bytes) => bytes > 0);

const hadNoKeys = ({ tls }: ConnectionFacts): boolean => tls?.whyNot === "no-keys";
