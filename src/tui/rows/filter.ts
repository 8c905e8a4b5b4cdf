import { anchorKey } from "../../annotations/notes.ts";
import type { Note } from "../../annotations/types.ts";
import {
  type ConnectionRow,
  decoded,
  frameTotal,
  headerOf,
  lastedNs,
  seenCode,
  verdictOf,
  verdicts,
} from "./connection-row.ts";

/** What a filter looks at beside the row itself. */
export interface FilterWorld {
  /** All that the row says on the screen, in small letters, for bare words. */
  readonly textOf: (row: ConnectionRow) => string;
  readonly notes: readonly Note[];
  /** Connections with a message that holds a text; undefined: not looked for yet. */
  readonly payloads: Readonly<Record<string, ReadonlySet<number> | undefined>>;
  readonly marked: ReadonlySet<number>;
}

export type Predicate = (row: ConnectionRow, world: FilterWorld) => boolean;

/** `code` is a word of i18n/tui-words.ts; `at` the character where it went wrong. */
export interface FilterError {
  readonly code: "unknown-field" | "bad-value" | "not-a-number" | "unclosed-quote" | "unclosed-bracket" | "unexpected";
  readonly at: number;
  readonly what: string;
  readonly allowed: string;
}

export type Filter =
  | {
      readonly ok: true;
      readonly matches: Predicate /** Of `text:`, to be looked for in the capture. */;
      readonly texts: readonly string[];
    }
  | { readonly ok: false; readonly error: FilterError };

type Field = (value: string) => Predicate | { readonly allowed: string } | "number";

const includes = (text: string, value: string): boolean => text.toLowerCase().includes(value.toLowerCase());

const oneOf =
  (allowed: readonly string[], of: (row: ConnectionRow, value: string) => boolean): Field =>
  (value) => {
    const wanted = value.toLowerCase();
    return allowed.includes(wanted) ? (row) => of(row, wanted) : { allowed: allowed.join(", ") };
  };

const containing =
  (of: (row: ConnectionRow, world: FilterWorld) => string): Field =>
  (value) =>
  (row, world) =>
    includes(of(row, world), value);

/** `code:1006`, `frames:>100`, `lasted:<=2.5`. */
const number =
  (of: (row: ConnectionRow) => readonly (number | null | undefined)[]): Field =>
  (value) => {
    const parts = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)$/.exec(value);
    if (parts === null) return "number";
    const wanted = Number(parts[2]);
    const compare: Readonly<Record<string, (n: number) => boolean>> = {
      ">": (n) => n > wanted,
      "<": (n) => n < wanted,
      ">=": (n) => n >= wanted,
      "<=": (n) => n <= wanted,
    };
    const holds = compare[parts[1] ?? "="] ?? ((n: number) => n === wanted);
    return (row) => of(row).some((n) => n !== null && n !== undefined && holds(n));
  };

const kinds = [
  "websocket",
  "upgrade-refused",
  "upgrade-unanswered",
  "http",
  "tls",
  "tcp-refused",
  "tcp-unanswered",
  "tcp",
];
/** `abnormal`, `refused` … are the close verdicts of the report; the others are how this screen ranks. */
const closeVerdicts = ["clean", "abnormal", "refused", "open", "none"];

export const filterFields: Readonly<Record<string, Field>> = {
  verdict: oneOf([...new Set([...closeVerdicts, ...verdicts])], (row, value) =>
    closeVerdicts.includes(value) ? row.facts.close.verdict === value : verdictOf(row) === value,
  ),
  kind: oneOf(kinds, ({ facts }, value) => facts.kind === value),
  severity: oneOf(["error", "warning", "note"], ({ findings }, value) => findings.some((f) => f.severity === value)),
  rule: containing(({ findings }) => findings.map(({ ruleId }) => ruleId).join(" ")),
  port: number(({ facts }) => [facts.client.port, facts.server.port]),
  id: number(({ facts }) => [facts.id]),
  code: number(({ facts }) => [seenCode(facts), ...(facts.webSocket?.closeFrames.map((frame) => frame?.code) ?? [])]),
  status: number(({ facts }) => facts.exchanges.map(({ response }) => response?.status)),
  frames: number(({ facts }) => [(facts.webSocket?.frames ?? []).reduce((sum, counts) => sum + frameTotal(counts), 0)]),
  lasted: number(({ facts }) => [lastedNs(facts) / 1e9]),
  packet: number(({ facts }) => [facts.first.packet, facts.last.packet]),
  client: containing(({ facts }) => facts.client.address),
  server: containing(({ facts }) => facts.server.address),
  path: containing(({ facts }) => {
    const target =
      facts.upgrade?.exchange.request?.target ?? facts.exchanges.map(({ request }) => request?.target).join(" ");
    return `${target} ${decoded(target)}`;
  }),
  host: containing(({ facts }) => headerOf(facts, "host")),
  origin: containing(({ facts }) => headerOf(facts, "origin")),
  protocol: containing(({ facts }) => facts.session?.protocol ?? ""),
  note: containing(({ facts }, { notes }) => {
    const key = `connection ${facts.first.packet}`;
    return notes
      .filter(({ anchor }) => anchorKey(anchor) === key)
      .map(({ text }) => text)
      .join(" ");
  }),
  is: oneOf(["marked", "noted"], () => true),
  text: (value) => (row, world) =>
    world.payloads[value]?.has(row.facts.id) === true || world.textOf(row).includes(value.toLowerCase()),
};

interface Token {
  readonly at: number;
  readonly text: string;
  readonly kind: "word" | "(" | ")" | "not" | "and" | "or";
}

class Refused extends Error {
  readonly error: FilterError;
  constructor(error: FilterError) {
    super(error.code);
    this.error = error;
  }
}

const refuse = (code: FilterError["code"], at: number, what: string, allowed = ""): never => {
  throw new Refused({ code, at, what, allowed });
};

/** `verdict:abnormal port:8080 (path:/im or rule:ws.pong) -text:"token"`. Words beside each other must all hold. */
export function parseFilter(text: string): Filter {
  try {
    const parser = new Parser(tokensOf(text));
    const matches = parser.expression();
    return { ok: true, matches, texts: parser.texts };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.error };
    throw error;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const character = text[at] ?? "";
    if (/\s/.test(character)) at++;
    else if (character === "(" || character === ")") tokens.push({ at: at++, text: character, kind: character });
    else if ((character === "-" || character === "!") && /\S/.test(text[at + 1] ?? " "))
      tokens.push({ at: at++, text: character, kind: "not" });
    else {
      const start = at;
      let word = "";
      for (let quoted = false; at < text.length; at++) {
        const next = text[at] ?? "";
        if (next === '"') quoted = !quoted;
        else if (!quoted && /[\s()]/.test(next)) break;
        else word += next;
        if (quoted && at === text.length - 1) refuse("unclosed-quote", start, text.slice(start));
      }
      const plain = text.slice(start, at).toLowerCase();
      const kind = plain === "and" || plain === "or" || plain === "not" ? plain : "word";
      tokens.push({ at: start, text: word, kind });
    }
  }
  return tokens;
}

class Parser {
  readonly texts: string[] = [];
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  expression(): Predicate {
    if (this.tokens.length === 0) return () => true;
    const predicate = this.alternatives();
    const left = this.tokens[this.at];
    if (left !== undefined) refuse("unexpected", left.at, left.text);
    return predicate;
  }

  private alternatives(): Predicate {
    const parts = [this.conjunction()];
    while (this.tokens[this.at]?.kind === "or") {
      this.at++;
      parts.push(this.conjunction());
    }
    return parts.length === 1 ? (parts[0] as Predicate) : (row, world) => parts.some((part) => part(row, world));
  }

  private conjunction(): Predicate {
    const parts = [this.negation()];
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.kind === "or" || token.kind === ")") break;
      if (token.kind === "and") this.at++;
      parts.push(this.negation());
    }
    return parts.length === 1 ? (parts[0] as Predicate) : (row, world) => parts.every((part) => part(row, world));
  }

  private negation(): Predicate {
    const token = this.tokens[this.at++];
    if (token === undefined) return refuse("unexpected", this.tokens.at(-1)?.at ?? 0, this.tokens.at(-1)?.text ?? "");
    if (token.kind === "not") {
      const inner = this.negation();
      return (row, world) => !inner(row, world);
    }
    if (token.kind === "(") {
      const inner = this.alternatives();
      if (this.tokens[this.at++]?.kind !== ")") refuse("unclosed-bracket", token.at, token.text);
      return inner;
    }
    if (token.kind !== "word") return refuse("unexpected", token.at, token.text);
    return this.term(token);
  }

  private term({ text, at }: Token): Predicate {
    const colon = text.indexOf(":");
    const name = text.slice(0, colon).toLowerCase();
    if (colon <= 0 || !/^[a-z]+$/.test(name)) {
      const wanted = text.toLowerCase();
      return (row, world) => world.textOf(row).includes(wanted);
    }
    const field = filterFields[name];
    const value = text.slice(colon + 1);
    if (field === undefined) return refuse("unknown-field", at, name, Object.keys(filterFields).join(" "));
    if (value === "") return refuse("bad-value", at, text, "…");
    if (name === "is") return isPredicate(value, at);
    const predicate = field(value);
    if (predicate === "number") return refuse("not-a-number", at, text, `${name}:8080 ${name}:>10`);
    if (typeof predicate !== "function") return refuse("bad-value", at, text, predicate.allowed);
    if (name === "text") this.texts.push(value);
    return predicate;
  }
}

function isPredicate(value: string, at: number): Predicate {
  if (value === "marked") return ({ facts }, { marked }) => marked.has(facts.id);
  if (value === "noted") {
    return ({ facts }, { notes }) =>
      notes.some(({ anchor }) => anchor.kind === "connection" && anchor.packet === facts.first.packet);
  }
  return refuse("bad-value", at, `is:${value}`, "marked, noted");
}
