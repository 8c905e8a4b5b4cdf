import type { Command } from "commander";
import { displayWidth, padToWidth } from "../../base/display-width.ts";
import { doctorWordsOf } from "../../i18n/doctor/doctor.ts";
import { safeJson } from "../../report/safe-json.ts";
import { listInterfaces, type NetworkInterface } from "../../source/system/interfaces.ts";
import type { Surroundings } from "../surroundings.ts";

export function define(command: Command, surroundings: Surroundings): void {
  command
    .option("--json", surroundings.help.options.json)
    .action((options: { readonly json?: boolean }) => interfaces(options.json ?? false, surroundings));
}

function interfaces(json: boolean, { stdout, language }: Surroundings): void {
  const list = listInterfaces();
  if (json) stdout.write(`${safeJson({ schema: "wscap-interfaces/1", interfaces: list }, 2)}\n`);
  else stdout.write(interfaceLines(list, language).join("\n").concat("\n"));
}

/** A line each, the one that stands for all first. */
export function interfaceLines(list: readonly NetworkInterface[], language: Surroundings["language"]): string[] {
  const words = doctorWordsOf(language);
  const rows: [string, string, string][] = [
    ["any", "", words.everyInterface],
    ...list.map(({ name, state, loopback, addresses }): [string, string, string] => [
      name,
      words.states[state],
      [...addresses, ...(loopback ? [words.loopback] : [])].join("  "),
    ]),
  ];
  const [first, second] = ([0, 1] as const).map((column) => Math.max(...rows.map((row) => displayWidth(row[column]))));
  return rows.map(([name, state, rest]) =>
    `${padToWidth(name, first ?? 0)}  ${padToWidth(state, second ?? 0)}  ${rest}`.trimEnd(),
  );
}
