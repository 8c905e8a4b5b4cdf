/** One member of Sec-WebSocket-Extensions. A parameter without "=" has the value null. */
export interface Extension {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, value: string | null])[];
}

/** As websocket/types.ts has it: rooms of decoders do not import each other. */
export interface PermessageDeflate {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /[ \t]*/y;

/** A cursor over a field value; each pattern is sticky and consumes what it matches. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip(SPACE);
  }

  get done(): boolean {
    return this.#at === this.#text.length;
  }

  /** The match, or null. White space behind it is skipped. */
  take(pattern: RegExp): string | null {
    const matched = this.#skip(pattern);
    if (matched !== null) this.#skip(SPACE);
    return matched;
  }

  takeCharacter(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.#skip(SPACE);
    return true;
  }

  #skip(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at += match[0].length;
    return match[0];
  }
}

/**
 * Sec-WebSocket-Extensions (RFC 6455 §9.1), lines already joined by ", ". null: not well-formed. A quoted value comes
 * without its quotes; after that it must be a token, which is left to whoever knows the parameter.
 */
export function parseExtensions(value: string): Extension[] | null {
  const scanner = new Scanner(value);
  const extensions: Extension[] = [];
  while (!scanner.done) {
    // RFC 9110 §5.6.1.2: empty list members are skipped.
    if (scanner.takeCharacter(",")) continue;
    const extension = parseExtension(scanner);
    if (extension === null || !(scanner.done || scanner.takeCharacter(","))) return null;
    extensions.push(extension);
  }
  return extensions;
}

function parseExtension(scanner: Scanner): Extension | null {
  const name = scanner.take(TOKEN);
  if (name === null) return null;
  const parameters: [string, string | null][] = [];
  while (scanner.takeCharacter(";")) {
    const parameter = scanner.take(TOKEN);
    if (parameter === null) return null;
    if (!scanner.takeCharacter("=")) {
      parameters.push([parameter, null]);
      continue;
    }
    const quoted = scanner.take(QUOTED);
    const value = quoted === null ? scanner.take(TOKEN) : quoted.slice(1, -1).replace(/\\(.)/g, "$1");
    if (value === null) return null;
    parameters.push([parameter, value]);
  }
  return { name, parameters };
}

export const PERMESSAGE_DEFLATE = "permessage-deflate";

/** RFC 7692 §7.1.2: 8 to 15, no leading zero. */
const windowBits = (value: string | null): number =>
  value !== null && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : 0;

/**
 * The parameters of one permessage-deflate answer, or "invalid" for unknown, repeated or wrong ones (RFC 7692 §7.1).
 * Windows default to 15 bits.
 */
export function deflateParameters(answer: Extension): PermessageDeflate | "invalid" {
  const names = answer.parameters.map(([name]) => name);
  const valid = answer.parameters.every(([name, value]) => {
    if (name === "server_no_context_takeover" || name === "client_no_context_takeover") return value === null;
    return (name === "server_max_window_bits" || name === "client_max_window_bits") && windowBits(value) > 0;
  });
  if (!valid || new Set(names).size < names.length) return "invalid";
  const parameters = new Map(answer.parameters);
  return {
    serverNoContextTakeover: parameters.has("server_no_context_takeover"),
    clientNoContextTakeover: parameters.has("client_no_context_takeover"),
    serverMaxWindowBits: windowBits(parameters.get("server_max_window_bits") ?? "15"),
    clientMaxWindowBits: windowBits(parameters.get("client_max_window_bits") ?? "15"),
  };
}

/** May the server give this answer to that offer? RFC 7692 §7.1.1.1, §7.1.2.1, §7.1.2.2. */
export function deflateAnswerFits(offer: Extension, answer: PermessageDeflate, answered: Extension): boolean {
  const offered = new Map(offer.parameters);
  if (offered.has("server_no_context_takeover") && !answer.serverNoContextTakeover) return false;
  const bits = windowBits(offered.get("server_max_window_bits") ?? "15");
  if (offered.has("server_max_window_bits") && answer.serverMaxWindowBits > bits) return false;
  const limitsClient = answered.parameters.some(([name]) => name === "client_max_window_bits");
  return !limitsClient || offered.has("client_max_window_bits");
}
