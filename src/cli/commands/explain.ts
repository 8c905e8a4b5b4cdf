import type { Command } from "commander";
import { EXIT, UserError } from "../../base/user-error.ts";
import { explain as words } from "../../i18n/render.ts";
import { coloured, plain } from "../../report/text/paint.ts";
import { ruleList, rulePage } from "../../report/text/text-rule.ts";
import { catalogue } from "../../rules/catalogue/catalogue.ts";
import { closestWord } from "../closest-word.ts";
import type { Surroundings } from "../surroundings.ts";

export function define(command: Command, surroundings: Surroundings): void {
  command.argument("[rule]", surroundings.help.arguments.rule).action((id: string | undefined) => {
    surroundings.stdout.write(explained(id, surroundings));
  });
}

function explained(id: string | undefined, { language, chrome, colour, columns }: Surroundings): string {
  const paint = colour ? coloured : plain;
  const lines = catalogue.map((rule) => ({
    id: rule.id,
    severity: rule.severity,
    name: words(rule, language).name,
  }));
  if (id === undefined) return ruleList(lines, chrome, paint);
  const rule = catalogue.find((known) => known.id === id);
  if (rule !== undefined) {
    const page = words(rule, language);
    return rulePage({ ...rule, name: page.name, words: page }, chrome, paint, columns);
  }
  const similar = closestWord(
    id,
    catalogue.map((known) => known.id),
  );
  const messageId = similar === null ? "usage.unknown-rule" : "usage.unknown-rule-similar";
  throw new UserError(EXIT.usage, messageId, { name: id, similar: similar ?? "" });
}
