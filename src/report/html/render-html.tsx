import { createHash } from "node:crypto";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { escapeText } from "../../base/escape-text.ts";
import { environmentFacts } from "../markdown/render-markdown.ts";
import { storyLines } from "../story.ts";
import { baseName } from "../text/text-page.ts";
import { languageNames, Said } from "./bilingual.tsx";
import { FindingCards, NoteList } from "./finding-cards.tsx";
import { type FrameRows, frameRows, scriptJson } from "./frame-rows.ts";
import { LadderSvg } from "./ladder-svg.tsx";
import { beatDots, type PageInput, timelineMarks } from "./page-input.ts";
import { HeartbeatSvg, RatesSvg, SizesSvg } from "./plots-svg.tsx";
import { pageScript } from "./script.ts";
import { pageStyle, pictureStyle } from "./styles.ts";
import { TimelineSvg } from "./timeline-svg.tsx";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
/** Rows that are there without a script, for readers that run none. */
const STATIC_ROWS = 40;

/** One self-contained page: no request leaves it, and its policy would stop any (CSP level 3). */
export function renderHtml(input: PageInput): string {
  const style = `${pictureStyle}\n${pageStyle}`;
  const policy = [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(pageScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [first] = input.pages;
  const language = first?.model.language ?? "en";
  const name = first?.model.captures.map((capture) => baseName(capture.name)).join(", ") ?? "";
  const frames = frameRows(input);
  const body = renderToStaticMarkup(<Page input={input} frames={frames} name={name} />);
  const data = scriptJson({ rows: frames.rows, total: frames.total, words: { from: fromWords(input) } });
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
${renderToStaticMarkup(<title>{`${escapeText(name)} – ${first?.words.title ?? ""}`}</title>)}
<style>${style}</style>
</head>
<body>
${body}
<script type="application/json" id="frame-data">${data}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** Who sends, by direction, in every language that the script may be asked for. */
function fromWords({ pages }: PageInput): Record<string, readonly [string, string]> {
  const words: Record<string, readonly [string, string]> = {};
  for (const tag of ["en", "zh-CN"]) {
    const page = pages.find(({ model }) => model.language === tag) ?? pages[0];
    if (page !== undefined) words[tag] = [page.words.sender.client, page.words.sender.server];
  }
  return words;
}

interface PageProps {
  readonly input: PageInput;
  readonly frames: FrameRows;
  readonly name: string;
}

function Page({ input, frames, name }: PageProps): ReactNode {
  const { pages } = input;
  const [page] = pages;
  if (page === undefined) return null;
  const { totals } = page.model;
  const tone = totals.findings.error > 0 ? "error" : totals.findings.warning > 0 ? "warning" : "good";
  return (
    <>
      <TopBar input={input} />
      <main>
        <h1>
          <Said pages={pages} say={({ words }) => words.title} />
        </h1>
        <p className="sub mono">{escapeText(name)}</p>
        <section className={`card story ${tone}`} id="story">
          <Said pages={pages} say={(said) => <Story lines={storyLines(said)} />} />
        </section>
        <Section id="findings" input={input} head={({ words }) => words.findings}>
          <FindingCards input={input} />
        </Section>
        {page.model.annotations.length === 0 ? null : (
          <Section id="notes" input={input} head={({ words }) => words.notes}>
            <NoteList input={input} notes={page.model.annotations} />
          </Section>
        )}
        <Pictures input={input} />
        <Frames input={input} frames={frames} />
        <Section id="capture" input={input} head={({ words }) => words.environment}>
          <div className="card">
            <Said pages={pages} say={(said) => <Facts rows={environmentFacts(said)} />} />
          </div>
        </Section>
        <p className="foot">
          <Said pages={pages} say={({ words, model }) => `${words.madeBy} ${model.tool.name} ${model.tool.version}`} />
        </p>
      </main>
    </>
  );
}

const TopBar = ({ input: { pages, ladders } }: { readonly input: PageInput }): ReactNode => (
  <div className="top">
    <div>
      <strong>wscap</strong>
      <nav aria-label="wscap">
        <a href="#findings">
          <Said pages={pages} say={({ words }) => words.findings} />
        </a>
        <a href="#timeline">
          <Said pages={pages} say={({ words }) => words.timeline} />
        </a>
        {ladders.slice(0, 4).map(({ connection }) => (
          <a key={connection} href={`#ladder-${connection}`}>
            <Said pages={pages} say={({ words }) => words.connectionNumber(connection)} />
          </a>
        ))}
        <a href="#frames">
          <Said pages={pages} say={({ words }) => words.frames} />
        </a>
      </nav>
      {pages.length < 2 ? null : (
        <div className="switch" role="group" aria-label={pages.map(({ words }) => words.language).join(" / ")}>
          {pages.map(({ model }, index) => (
            <button key={model.language} type="button" value={model.language} aria-pressed={index === 0}>
              {languageNames[model.language]}
            </button>
          ))}
        </div>
      )}
    </div>
  </div>
);

interface SectionProps {
  readonly id: string;
  readonly input: PageInput;
  readonly head: (page: PageInput["pages"][number]) => string;
  readonly help?: (page: PageInput["pages"][number]) => string;
  readonly children: ReactNode;
}

function Section({ id, input, head, help, children }: SectionProps): ReactNode {
  return (
    <section id={id}>
      <h2>
        <Said pages={input.pages} say={head} />
      </h2>
      {help === undefined ? null : (
        <p className="help">
          <Said pages={input.pages} say={help} />
        </p>
      )}
      {children}
    </section>
  );
}

function Story({ lines }: { readonly lines: readonly string[] }): ReactNode {
  return (
    <span role="list">
      {lines.map((line, index) => {
        const [what = "", ...cure] = escapeText(line).split(" → ");
        return (
          <span className="line" role="listitem" key={index}>
            {what}
            {cure.length === 0 ? null : <span className="fix"> {cure.join(" → ")}</span>}
          </span>
        );
      })}
    </span>
  );
}

const Facts = ({ rows }: { readonly rows: readonly (readonly [string, string])[] }): ReactNode => (
  <span className="facts">
    {rows.map(([name, value], index) => (
      <span className="fact" key={index}>
        <span className="name">{name}</span> <span>{escapeText(value)}</span>
      </span>
    ))}
  </span>
);

function Pictures({ input }: { readonly input: PageInput }): ReactNode {
  const { pages, ladders, findings } = input;
  const errors = new Set<number>();
  for (const { severity, connectionId, alsoConnections } of findings) {
    if (severity === "error" && connectionId !== null)
      for (const id of [connectionId, ...alsoConnections]) errors.add(id);
  }
  const drawn = new Set(ladders.map(({ connection }) => connection));
  const dots = beatDots(input);
  return (
    <>
      <Section
        id="timeline"
        input={input}
        head={({ words }) => words.timeline}
        help={({ words }) => words.timelineHelp}
      >
        <div className="card scroll">
          <TimelineSvg pages={pages} errors={errors} ladders={drawn} marks={timelineMarks(input)} />
        </div>
      </Section>
      {ladders.map((ladder) => (
        <Section
          key={ladder.connection}
          id={`ladder-${ladder.connection}`}
          input={input}
          head={({ words }) => words.ladderOf(ladder.connection)}
        >
          <NoteList
            input={input}
            notes={pages[0]?.model.annotations.filter(({ connection }) => connection === ladder.connection) ?? []}
          />
          <div className="card scroll">
            <LadderSvg ladder={ladder} pages={pages} />
          </div>
        </Section>
      ))}
      <section id="plots">
        <h2>
          <Said pages={pages} say={({ words }) => words.heartbeat} />
        </h2>
        <div className="plots">
          <Plot input={input} help={({ words }) => (dots.length === 0 ? words.heartbeatNone : words.heartbeatHelp)}>
            {dots.length === 0 ? null : <HeartbeatSvg dots={dots} pages={pages} />}
          </Plot>
          {input.activity.startNs === null ? null : (
            <>
              <Plot input={input} help={({ words }) => words.ratesHelp}>
                <RatesSvg activity={input.activity} pages={pages} />
              </Plot>
              <Plot input={input} help={({ words }) => words.sizes}>
                <SizesSvg activity={input.activity} pages={pages} />
              </Plot>
            </>
          )}
        </div>
      </section>
    </>
  );
}

const Plot = ({
  input,
  help,
  children,
}: Pick<SectionProps, "input" | "children"> & { readonly help: SectionProps["head"] }): ReactNode => (
  <figure className="card scroll">
    <figcaption className="meta">
      <Said pages={input.pages} say={help} />
    </figcaption>
    {children}
  </figure>
);

const COLUMNS = ["packet", "time", "connection", "from", "frame", "bytes", "text"] as const;

function Frames({ input, frames }: Omit<PageProps, "name">): ReactNode {
  const { pages } = input;
  if (frames.total === 0) return null;
  const hint = (language: string): string =>
    pages.find(({ model }) => model.language === language)?.words.filterHint ?? "";
  const leftOut = frames.total - frames.rows.length;
  return (
    <Section id="frames" input={input} head={({ words }) => words.frames}>
      <div className="find">
        <input
          type="search"
          aria-label={pages.map(({ words }) => words.filterFrames).join(" / ")}
          placeholder={pages[0]?.words.filterHint}
          data-hint-en={hint("en")}
          data-hint-zh={hint("zh-CN")}
        />
        <output>{`${frames.rows.length} / ${frames.total}`}</output>
      </div>
      {leftOut === 0 && !input.payloadsOff ? null : (
        <p className="help">
          {leftOut === 0 ? null : <Said pages={pages} say={({ words }) => words.framesLeftOut(leftOut)} />}
          {input.payloadsOff ? <Said pages={pages} say={({ words }) => ` ${words.payloadsOff}`} /> : null}
        </p>
      )}
      <div className="frames">
        <div className="head">
          {COLUMNS.map((column, index) => (
            <span key={column} className={`k${index + 1}${[0, 1, 5].includes(index) ? " right" : ""}`}>
              <Said pages={pages} say={({ words }) => words.headers[column]} />
            </span>
          ))}
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
        <div className="body" tabIndex={0}>
          {frames.rows
            .slice(0, STATIC_ROWS)
            .map(([packet, seconds, connection, direction, name, bytes, text], index) => (
              <div className={`fr ${direction === 0 ? "c" : "s"}`} key={index}>
                <span className="right mono">{packet}</span>
                <span className="right mono">{`+${seconds.toFixed(3)}`}</span>
                <span className="k3 mono">{`#${connection}`}</span>
                <span className="k4">{direction === 0 ? "↑" : "↓"}</span>
                <span className="op">{name}</span>
                <span className="right k6 mono">{bytes}</span>
                <span className="mono">{text}</span>
              </div>
            ))}
        </div>
        <p className="help none" hidden>
          <Said pages={pages} say={({ words }) => words.noFrameMatches} />
        </p>
      </div>
    </Section>
  );
}
