import { escapeText } from "../base/escape-text.ts";
import type { TextArgs } from "../rules/types.ts";
import type { FrontWords, Texts } from "./texts.ts";

/** Longest argument shown: a path or a reason may be as long as its sender likes. */
const SHOWN_CHARACTERS = 160;

type Words = Pick<Texts, "tokens" | "units" | "fronts">;

const PLACEHOLDER = /\{([a-zA-Z]+)(?::([^{}]*))?\}/g;
const OPTIONAL = /\[\[([\s\S]*?)\]\]/g;

/** Pages run at clients only. */
const OF_CLIENT = "client?";

/** Names of the arguments that a template uses, sorted, each once. */
export const placeholders = (template: string): string[] =>
  [...new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))].sort();

/**
 * Fills a template. Formats: `ms` a duration, `bytes`, `n` a grouped number, `word` a token in the reader's language
 * (`Word` with a capital, `words` a comma-separated list of them), `one thing|# things` by number; of `front`, a
 * product, the words that are said about it (`{front:log}`); of a side, words for a client alone (`{to:client?…}`). Text
 * from the network is escaped and cut.
 */
export function fill(template: string, args: TextArgs, texts: Words): string {
  const present = template.replace(OPTIONAL, (_, part: string) =>
    placeholders(part).every((name) => args[name] !== undefined) ? part : "",
  );
  return present.replace(PLACEHOLDER, (whole, name: string, format: string | undefined) => {
    const value = args[name];
    if (name === "front") return fill(frontWords(texts.fronts, value, format), args, texts);
    return value === undefined ? whole : formatted(value, format, texts);
  });
}

/** Without a capture: optional parts are left out, and a general word stands for each argument. */
export const generalised = (template: string, texts: Pick<Texts, "general" | "fronts">): string =>
  template.replace(OPTIONAL, "").replace(PLACEHOLDER, (whole, name: string, format: string | undefined) => {
    if (name === "front") return generalised(frontWords(texts.fronts, undefined, format), texts);
    const words: Readonly<Record<string, string>> = texts.general;
    const word = words[name] ?? whole;
    if (format?.startsWith(OF_CLIENT)) return format.slice(OF_CLIENT.length);
    return format?.includes("|") ? (format.split("|")[1] ?? "").replace("#", word) : word;
  });

/** Words about a product hold no further `{front:…}`: filling them ends. */
function frontWords(fronts: Texts["fronts"], front: string | number | undefined, format = "name"): string {
  const about = format as keyof FrontWords;
  const known = Object.entries(fronts).find(([id]) => id === front)?.[1];
  return known?.[about] ?? fronts.other[about];
}

function formatted(value: string | number, format: string | undefined, { tokens, units }: Words): string {
  const word = (id: string): string => (Object.hasOwn(tokens, id) ? tokens[id as keyof typeof tokens] : safe(id));
  if (format?.startsWith(OF_CLIENT)) return value === "client" ? format.slice(OF_CLIENT.length) : "";
  if (format === "word") return word(String(value));
  if (format === "Word") return capital(word(String(value)));
  if (format === "words") return units.list(String(value).split(",").map(word));
  if (typeof value === "string") return safe(value);
  if (format === "ms") return units.duration(value);
  if (format === "bytes") return units.bytes(value);
  if (format === "n") return units.count(value);
  if (format?.includes("|")) {
    const [one = "", many = one] = format.split("|");
    return (value === 1 ? one : many).replace("#", units.count(value));
  }
  return String(value);
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const safe = (text: string): string =>
  escapeText(text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`);
