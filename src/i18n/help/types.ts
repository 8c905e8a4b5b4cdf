import type { ShareArgument, ShareOption } from "./share-types.ts";

export type CommandName =
  | "live"
  | "load"
  | "interfaces"
  | "doctor"
  | "probe"
  | "report"
  | "frames"
  | "explain"
  | "schema"
  | "export"
  | "annotate"
  | "share";

export interface CommandHelp {
  readonly summary: string;
  /** More than the summary says, below it in the command's own help. */
  readonly more: string;
  /** Command line and what it is for. */
  readonly examples: readonly (readonly [string, string])[];
}

/** The words of `--help`. */
export interface HelpWords {
  readonly program: string;
  readonly commands: Readonly<Record<CommandName, CommandHelp>>;
  readonly options: Readonly<
    Record<
      | "port"
      | "interface"
      | "probeDuration"
      | "probeMessages"
      | "subscribe"
      | "socketio"
      | "namespace"
      | "tokenEnv"
      | "tokenFile"
      | "plain"
      | "json"
      | "doctorPort"
      | "livePort"
      | "filter"
      | "write"
      | "probeWrite"
      | "duration"
      | "count"
      | "liveFormat"
      | "headless"
      | "backend"
      | "remote"
      | "ring"
      | "rotate"
      | "trigger"
      | "before"
      | "after"
      | "snaplen"
      | "buffer"
      | "highRate"
      | "reportFormat"
      | "framesFormat"
      | "output"
      | "failOn"
      | "timer"
      | "keylog"
      | "noRedact"
      | "language"
      | "color"
      | "noColor"
      | "logFile"
      | "logLevel"
      | "version"
      | "help"
      | ShareOption,
      string
    >
  >;
  readonly arguments: Readonly<Record<"url" | "topics" | "captures" | "rule" | "schema" | ShareArgument, string>>;
  readonly headings: Readonly<Record<"Usage:" | "Arguments:" | "Options:" | "Global Options:" | "Commands:", string>>;
  readonly examples: string;
  readonly default: string;
  readonly exitCodes: string;
  readonly exitCodeWords: readonly (readonly [number, string])[];
}
