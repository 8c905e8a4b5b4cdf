import type { Command } from "commander";
import type { CommandName } from "../i18n/help/types.ts";
import type { Language } from "../i18n/language.ts";
import { loadTexts } from "../i18n/render.ts";
import type { Surroundings } from "./surroundings.ts";

/** A command declares its arguments, options and action; its words are in `i18n/help-*.ts`. */
export interface CommandModule {
  define(command: Command, surroundings: Surroundings): void;
}

type Loader = () => Promise<CommandModule>;

/** Says what it finds. */
const speaking =
  (load: Loader) =>
  async (language: Language): Promise<CommandModule> => {
    await loadTexts(language);
    return load();
  };

/** One line and one file a command. Loaded only when it is asked for: start-up stays short. */
export const commands: Readonly<Record<CommandName, (language: Language) => Promise<CommandModule>>> = {
  interfaces: () => import("./commands/interfaces.ts"),
  doctor: () => import("./commands/doctor.ts"),
  probe: speaking(() => import("./commands/probe.ts")),
  live: speaking(() => import("./commands/live.ts")),
  load: speaking(() => import("./commands/load.ts")),
  report: speaking(() => import("./commands/report.ts")),
  frames: () => import("./commands/frames.ts"),
  export: speaking(() => import("./commands/export.ts")),
  annotate: speaking(() => import("./commands/annotate.ts")),
  share: speaking(() => import("./commands/share.ts")),
  explain: speaking(() => import("./commands/explain.ts")),
  schema: () => import("./commands/schema.ts"),
};

export const commandNames = Object.keys(commands) as CommandName[];
