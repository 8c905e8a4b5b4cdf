/** What the terminal can show. 0: no colour, then only bold, dim, underline and reverse are used. */
export type ColourDepth = 0 | 4 | 8 | 24;

export type Role =
  | "plain"
  | "strong"
  | "dim"
  | "error"
  | "warning"
  | "good"
  | "accent"
  | "client"
  | "server"
  | "alarm"
  | "note"
  | "bar"
  | "barStrong"
  | "cursorTab"
  | "cursor"
  | "match"
  | "marked";

/** Marks text for the terminal. Each mark ends itself, so that marks may stand inside a cursor line. */
export type Palette = Readonly<Record<Role, (text: string) => string>>;

const sgr =
  (on: string, off: string) =>
  (text: string): string =>
    text === "" ? "" : `\u001b[${on}m${text}\u001b[${off}m`;
const same = (text: string): string => text;

/** A ground behind a whole line: marks inside that end a ground of their own get it back. */
const ground =
  (code: string): ((text: string) => string) =>
  (text) =>
    `\u001b[${code}m${text.replace(/\u001b\[(?:\d+;)*49m/g, `$&\u001b[${code}m`)}\u001b[49m`;

/** A cursor line may hold marks that end with 39 or 22: its own are chosen so that these do not end it. */
export function paletteOf(depth: ColourDepth, light: boolean): Palette {
  const strong = sgr("1", "22");
  const dim = sgr("2", "22");
  const reverse = sgr("7", "27");
  if (depth === 0) {
    const underline = sgr("4", "24");
    return {
      plain: same,
      strong,
      dim,
      error: strong,
      warning: same,
      good: same,
      accent: same,
      client: same,
      server: same,
      // Reverse would end that of the cursor line.
      alarm: sgr("1;4", "22;24"),
      note: underline,
      bar: reverse,
      barStrong: sgr("1;7", "22;27"),
      cursorTab: strong,
      cursor: reverse,
      match: underline,
      marked: strong,
    };
  }
  const colours = depth === 4 ? basic(light) : depth === 8 ? rich(light) : full(light);
  const foreground = (code: string): ((text: string) => string) => sgr(code, "39");
  return {
    plain: same,
    strong,
    dim: depth === 4 ? dim : foreground(colours.dim),
    error: foreground(colours.error),
    warning: foreground(colours.warning),
    good: foreground(colours.good),
    accent: foreground(colours.accent),
    client: foreground(colours.client),
    server: foreground(colours.server),
    alarm: sgr(`1;${colours.alarm}`, "22;39;49"),
    note: foreground(colours.note),
    bar: sgr(colours.bar, "39;49"),
    barStrong: sgr(`1;${colours.bar}`, "22;39;49"),
    cursorTab: sgr(`1;${colours.tab}`, "22;39;49"),
    cursor: depth === 4 ? (text) => reverse(text.replace(/\u001b\[[\d;]*m/g, "")) : ground(colours.cursor),
    match: sgr("4", "24"),
    marked: sgr(`1;${colours.accent}`, "22;39"),
  };
}

interface Colours {
  readonly dim: string;
  readonly error: string;
  readonly warning: string;
  readonly good: string;
  readonly accent: string;
  readonly client: string;
  readonly server: string;
  readonly alarm: string;
  readonly note: string;
  readonly bar: string;
  readonly tab: string;
  readonly cursor: string;
}

/** The sixteen colours that every theme sets for itself; of these no ground goes with all, so the cursor line is reversed. */
const basic = (light: boolean): Colours => ({
  dim: "90",
  error: "31",
  warning: light ? "35" : "33",
  good: "32",
  accent: light ? "34" : "36",
  client: light ? "34" : "36",
  server: "35",
  alarm: "97;41",
  note: light ? "35" : "33",
  bar: light ? "30;47" : "97;44",
  tab: light ? "97;44" : "30;47",
  cursor: "",
});

/** From the 256 (the cube of xterm), each with at least 4.5:1 against black or white. */
const rich = (light: boolean): Colours =>
  light
    ? {
        dim: "38;5;242",
        error: "38;5;160",
        warning: "38;5;130",
        good: "38;5;28",
        accent: "38;5;25",
        client: "38;5;25",
        server: "38;5;90",
        alarm: "38;5;231;48;5;160",
        note: "38;5;130",
        bar: "38;5;231;48;5;25",
        tab: "38;5;25;48;5;231",
        cursor: "48;5;153",
      }
    : {
        dim: "38;5;246",
        error: "38;5;203",
        warning: "38;5;214",
        good: "38;5;114",
        accent: "38;5;81",
        client: "38;5;81",
        server: "38;5;177",
        alarm: "38;5;231;48;5;160",
        note: "38;5;221",
        bar: "38;5;231;48;5;24",
        tab: "38;5;16;48;5;81",
        cursor: "48;5;238",
      };

/** An RGB colour as SGR parameters. */
const front = (hex: number): string => `38;2;${hex >> 16};${(hex >> 8) & 255};${hex & 255}`;
const back = (hex: number): string => `48;2;${hex >> 16};${(hex >> 8) & 255};${hex & 255}`;

/** Of 24 bits, each text with at least 4.5:1 against its ground, the cursor line included. */
const full = (light: boolean): Colours =>
  light
    ? {
        dim: front(0x59636e),
        error: front(0xb9161f),
        warning: front(0x8a4b00),
        good: front(0x116329),
        accent: front(0x0550ae),
        client: front(0x0550ae),
        server: front(0x7b2cbf),
        alarm: `${front(0xffffff)};${back(0xb9161f)}`,
        note: front(0x7d4e00),
        bar: `${front(0xffffff)};${back(0x0b5394)}`,
        tab: `${front(0x0b3d70)};${back(0xd8e9fb)}`,
        cursor: back(0xdcebfa),
      }
    : {
        dim: front(0x9aa4b2),
        error: front(0xff7b72),
        warning: front(0xf0b04d),
        good: front(0x7ee787),
        accent: front(0x79c0ff),
        client: front(0x79c0ff),
        server: front(0xd2a8ff),
        alarm: `${front(0xffffff)};${back(0xb62324)}`,
        note: front(0xf2cc60),
        bar: `${front(0xffffff)};${back(0x1f4e79)}`,
        tab: `${front(0x0d1b2a)};${back(0x79c0ff)}`,
        cursor: back(0x30363d),
      };

/** From the environment, as terminals tell it (terminfo(5), NO_COLOR, COLORTERM). */
export function colourDepth(environment: Readonly<Record<string, string | undefined>>, colour: boolean): ColourDepth {
  const term = environment["TERM"] ?? "";
  if (!colour || term === "dumb" || term === "vt100" || term === "vt220" || /mono|-m$/.test(term)) return 0;
  if (/truecolor|24bit/.test(environment["COLORTERM"] ?? "")) return 24;
  return /256|kitty|ghostty|wezterm|alacritty/.test(term) ? 8 : 4;
}

/** COLORFGBG ("15;0") where the terminal sets it; dark otherwise, until the terminal answers the question for its background. */
export function isLight(environment: Readonly<Record<string, string | undefined>>): boolean {
  const background = Number(/;(\d+)$/.exec(environment["COLORFGBG"] ?? "")?.[1] ?? 0);
  return background === 7 || background === 15;
}

/** An answer to OSC 11: "rgb:ffff/ffff/ffff". */
export function isLightAnswer(answer: string): boolean | null {
  const parts = /rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(answer);
  if (parts === null) return null;
  const [red = 0, green = 0, blue = 0] = parts.slice(1).map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
}
