import type { Command } from "commander";
import { EXIT, type ExitCode } from "../../base/user-error.ts";
import { checkText, doctorWordsOf } from "../../i18n/doctor/doctor.ts";
import { messageOf } from "../../i18n/messages/messages.ts";
import { safeJson } from "../../report/safe-json.ts";
import { coloured, plain } from "../../report/text/paint.ts";
import { type Check, checksOf } from "../doctor/checks.ts";
import { type Examination, examine } from "../doctor/examine.ts";
import { portList } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";
import { interfaceLines } from "./interfaces.ts";

const DEFAULT_PORT = 8080;
const SIGNS = { good: "✓", wrong: "✗", unknown: "·" } as const;

interface DoctorOptions {
  readonly port?: readonly number[];
  readonly json?: boolean;
}

export function define(command: Command, surroundings: Surroundings): void {
  const { help } = surroundings;
  command
    .option("-p, --port <port>", help.options.doctorPort, portList)
    .option("--json", help.options.json)
    .action(async (options: DoctorOptions) => {
      surroundings.exitCode = await doctor(options, surroundings);
    });
}

/** 0: something here can capture; else 4. */
async function doctor(options: DoctorOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, colour, language } = surroundings;
  const seen = await examine(options.port?.[0] ?? DEFAULT_PORT);
  const checks = checksOf(seen).map((check) => ({ ...check, text: textOf(check, seen, surroundings) }));
  if (options.json) stdout.write(`${safeJson(modelOf(seen, checks), 2)}\n`);
  else {
    const paint = colour ? coloured : plain;
    const colours = { good: paint.good, wrong: paint.error, unknown: paint.dim };
    const lines = checks.flatMap(({ state, text, command }) => [
      `${colours[state](SIGNS[state])} ${text}`,
      ...(command === null ? [] : [`  → ${paint.action(command)}`]),
    ]);
    const interfaces = interfaceLines(seen.interfaces, language).map((line) => `  ${line}`);
    stdout.write([...lines, "", doctorWordsOf(language).interfaces, ...interfaces, ""].join("\n"));
  }
  return seen.backends.some(({ works }) => works) ? EXIT.done : EXIT.capture;
}

function textOf(check: Check, seen: Examination, { language }: Surroundings): string {
  const why = seen.backends.find(({ name }) => name === check.args["name"])?.why ?? null;
  const reason = why === null ? "" : messageOf(language, why.messageId, why.args).sentence;
  return checkText(language, check.id, { ...check.args, reason });
}

function modelOf(seen: Examination, checks: readonly (Check & { text: string })[]): unknown {
  const backends = seen.backends.map(({ name, works, why, version }) => ({
    name,
    works,
    version,
    why: why?.messageId ?? null,
  }));
  return { schema: "wscap-doctor/1", ...seen, backends, checks };
}
