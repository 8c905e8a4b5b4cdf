import type { Command } from "commander";
import type { PayloadsKept } from "../pipeline/websocket/frame-recorder.ts";
import { createRedactor, type Redactor } from "../report/redact.ts";
import { oneOf } from "./option-values.ts";
import type { Surroundings } from "./surroundings.ts";

const PAYLOADS = ["none", "preview", "full"] as const;

/** What every command takes that writes something to share. */
export interface SharingOptions {
  readonly redact: boolean;
  readonly redactKey?: readonly string[];
  readonly redactAddresses?: boolean;
  readonly payloads: PayloadsKept;
  readonly notes?: string;
}

export function addSharingOptions(command: Command, { help }: Surroundings): Command {
  return command
    .option("--no-redact", help.options.noRedact)
    .option("--redact-key <name>", help.options.redactKey, list)
    .option("--redact-addresses", help.options.redactAddresses)
    .option("--payloads <how>", help.options.payloads, oneOf("--payloads", PAYLOADS), "preview")
    .option("--notes <file>", help.options.notes);
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const redactorOf = (options: SharingOptions): Redactor =>
  createRedactor(options.redact, {
    keys: options.redactKey ?? [],
    addresses: options.redactAddresses === true,
  });
