import type { Command } from "commander";
import type { CommandName } from "../i18n/help/types.ts";
import type { Surroundings } from "./surroundings.ts";

/** A command declares its arguments, options and action; its words are in `i18n/help-*.ts`. */
export interface CommandModule {
  define(command: Command, surroundings: Surroundings): void;
}

/** One line and one file a command. Loaded only when it is asked for: start-up stays short. */
export const commands: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  interfaces: () => import("./commands/interfaces.ts"),
  doctor: () => import("./commands/doctor.ts"),
  probe: () => import("./commands/probe.ts"),
  live: () => import("./commands/live.ts"),
  load: () => import("./commands/load.ts"),
  report: () => import("./commands/report.ts"),
  frames: () => import("./commands/frames.ts"),
  export: () => import("./commands/export.ts"),
  annotate: () => import("./commands/annotate.ts"),
  share: () => import("./commands/share.ts"),
  explain: () => import("./commands/explain.ts"),
  schema: () => import("./commands/schema.ts"),
};

export const commandNames = Object.keys(commands) as CommandName[];
