import { EXIT, UserError } from "../../base/user-error.ts";
import { render } from "../../i18n/render.ts";
import { compareSessions, renderComparison, type Session, sessionOf } from "../../report/compare.ts";
import { buildReport } from "../../report/model/model.ts";
import { safeJson } from "../../report/safe-json.ts";
import { troubled } from "../../report/share-page.ts";
import { checkReportOutput, inputsOf, writeOutput } from "../output/output-file.ts";
import { redactorOf, type SharingOptions } from "../sharing-options.ts";
import type { Surroundings } from "../surroundings.ts";
import { analyse } from "./analyse.ts";
import { type KeyLogOption, openKeyLog } from "./key-log-file.ts";

interface CompareOptions extends SharingOptions, KeyLogOption {
  readonly port?: readonly number[];
  readonly format: string;
  readonly output?: string;
}

const FIRST_FRAMES = 5;

/** `report A B --compare`: where one session of each first differs. Throws `UserError` for anything but two captures. */
export async function compareCaptures(
  captures: readonly string[],
  options: CompareOptions,
  surroundings: Surroundings,
): Promise<void> {
  const [first, second, ...more] = captures;
  if (first === undefined || second === undefined || more.length > 0) throw new UserError(EXIT.usage, "compare.two");
  if (options.format !== "text" && options.format !== "json") {
    const value = options.format;
    throw new UserError(EXIT.usage, "usage.invalid-value", { option: "--format", value, allowed: "text, json" });
  }
  if (options.output !== undefined) await checkReportOutput(options.output, inputsOf(captures, options));
  const { language, version, columns, stdout } = surroundings;
  // One for both: the same token on both sides has the same tag.
  const redactor = redactorOf(options);
  const session = async (capture: string): Promise<Session> => {
    const keys = await openKeyLog(options);
    const read = { ports: options.port ?? [], notes: undefined, payloads: "preview" as const, redactor, keys };
    const { analysis, findings, notes, recorder } = await analyse([capture], read, surroundings);
    const facts = sessionOf(analysis.connections, troubled(findings, analysis, 1));
    const report = buildReport(analysis, findings, { version, language, redactor, notes, words: render });
    const model = report.connections.find(({ id }) => id === facts?.id);
    if (facts === null || model === undefined) throw new UserError(EXIT.input, "compare.nothing", { name: capture });
    return { facts, model, firstFrames: recorder?.log.of(facts.id).slice(0, FIRST_FRAMES) ?? [] };
  };
  const a = await session(first);
  const b = await session(second);
  const rows = compareSessions(a, b, language, redactor);
  const text =
    options.format === "json"
      ? `${safeJson({ schema: "wscap-comparison/1", a: first, b: second, rows }, 2)}\n`
      : renderComparison(rows, [first, second], language, columns);
  if (options.output === undefined) stdout.write(text);
  else await writeOutput(options.output, text);
}
