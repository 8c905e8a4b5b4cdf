import type { ReactNode } from "react";
import { escapeText } from "../../base/escape-text.ts";
import type { AnnotationModel, FindingModel } from "../model/schema.ts";
import type { SharePage } from "../share-page.ts";
import { noteWhere } from "../text/note-where.ts";
import { clockOf, inFileText, offsetOf, peersText } from "../text/text-page.ts";
import { originOf } from "../times.ts";
import { Said } from "./bilingual.tsx";
import type { PageInput } from "./page-input.ts";

const SHOWN = 60;
const EVIDENCE = 40;

/** Findings with their evidence, each packet a link into the ladder or the frames. */
export function FindingCards({ input }: { readonly input: PageInput }): ReactNode {
  const { pages } = input;
  const [page] = pages;
  if (page === undefined) return null;
  const { findings } = page.model;
  if (findings.length === 0) return <Said pages={pages} say={({ words }) => words.noFindings} />;
  const drawn = new Set<string>();
  for (const { connection, rows } of input.ladders) {
    for (const row of rows) if (row.kind === "arrow") drawn.add(`l${connection}-p${row.packet}`);
  }
  return (
    <>
      {findings.slice(0, SHOWN).map((finding, index) => (
        <Card key={index} finding={finding} index={index} input={input} drawn={drawn} />
      ))}
      {findings.length <= SHOWN ? null : (
        <p className="help">
          <Said pages={pages} say={({ chrome }) => chrome.moreFindings(findings.length - SHOWN)} />
        </p>
      )}
    </>
  );
}

interface CardProps {
  readonly finding: FindingModel;
  readonly index: number;
  readonly input: PageInput;
  readonly drawn: ReadonlySet<string>;
}

function Card({ finding, index, input, drawn }: CardProps): ReactNode {
  const { pages } = input;
  const of = (page: SharePage): FindingModel => page.model.findings[index] ?? finding;
  const isRoot = finding.followsFrom === null;
  return (
    <article className={`card finding ${finding.severity}${isRoot ? "" : " follows"}`} id={`finding-${index + 1}`}>
      <h3>
        <span className={`chip ${finding.severity}`}>
          <Said pages={pages} say={({ chrome }) => chrome.severity[finding.severity]} />
        </span>
        <Said pages={pages} say={(page) => escapeText(of(page).title)} />
      </h3>
      <Meta finding={finding} input={input} />
      {isRoot && finding.detail !== "" ? (
        <p>
          <Said pages={pages} say={(page) => escapeText(of(page).detail)} />
        </p>
      ) : null}
      <Evidence finding={finding} input={input} of={of} drawn={drawn} />
      {isRoot && finding.causes.length > 0 ? <Causes finding={finding} input={input} of={of} /> : null}
      {isRoot && finding.wiresharkFilter !== "" ? (
        <p className="filter">
          <Said pages={pages} say={({ chrome }) => chrome.wireshark} />
          <code>{escapeText(finding.wiresharkFilter)}</code>
        </p>
      ) : null}
    </article>
  );
}

function Meta({ finding, input }: Pick<CardProps, "finding" | "input">): ReactNode {
  const { pages, ladders } = input;
  const connection = pages[0]?.model.connections.find(({ id }) => id === finding.connection);
  const name =
    connection === undefined ? null : <Said pages={pages} say={({ words }) => words.connectionNumber(connection.id)} />;
  const hasLadder = ladders.some((ladder) => ladder.connection === connection?.id);
  const target = connection?.upgrade?.target;
  return (
    <p className="meta">
      <code>{finding.rule}</code>
      {finding.confidence === "certain" ? null : (
        <>
          {" · "}
          <Said pages={pages} say={({ chrome }) => chrome.confidence[finding.confidence]} />
        </>
      )}
      {connection === undefined ? null : (
        <>
          {" · "}
          {hasLadder ? <a href={`#ladder-${connection.id}`}>{name}</a> : name}{" "}
          <span className="mono">{`${peersText(connection)}${target == null ? "" : ` ${escapeText(target)}`}`}</span>
        </>
      )}
      {finding.followsFrom === null ? null : (
        <>
          {" · "}
          <Said pages={pages} say={({ chrome }) => chrome.followsFrom(finding.followsFrom ?? "")} />
        </>
      )}
      {finding.alsoConnections.length === 0 ? null : (
        <>
          {" · "}
          <Said
            pages={pages}
            say={({ chrome }) =>
              chrome.alsoOn(finding.alsoConnections.length, finding.alsoConnections.slice(0, 20).join(", "))
            }
          />
        </>
      )}
    </p>
  );
}

interface PartProps extends Pick<CardProps, "finding" | "input"> {
  readonly of: (page: SharePage) => FindingModel;
}

function Evidence({ finding, input, of, drawn }: PartProps & Pick<CardProps, "drawn">): ReactNode {
  const { pages } = input;
  if (finding.evidence.length === 0) return null;
  const model = pages[0]?.model;
  const origin = model === undefined ? null : originOf(model);
  const order = finding.evidence.map((item, i) => ({ item, i })).sort((a, b) => a.item.packet - b.item.packet);
  return (
    <table>
      <thead>
        <tr>
          {(["packet", "time", "what"] as const).map((head) => (
            <th key={head} scope="col" className={head === "what" ? undefined : "right"}>
              <Said
                pages={pages}
                say={({ words, chrome }) =>
                  `${words.headers[head]}${head === "what" ? clockOf({ origin, chrome }, order.at(-1)?.item.time ?? "") : ""}`
                }
              />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {order.slice(0, EVIDENCE).map(({ item, i }) => {
          const place = `l${finding.connection}-p${item.packet}`;
          return (
            <tr key={i}>
              <td className="right mono">
                {drawn.has(place) ? (
                  <a href={`#${place}`}>{item.packet}</a>
                ) : (
                  <a href="#frames" data-packet={item.packet}>
                    {item.packet}
                  </a>
                )}
              </td>
              <td className="right mono">{offsetOf({ origin }, item.time)}</td>
              <td>
                {item.inFile === undefined || model === undefined ? null : (
                  <span className="mono">{escapeText(inFileText(model, item))}</span>
                )}
                <Said pages={pages} say={(page) => escapeText(of(page).evidence[i]?.what ?? item.what)} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Causes({ finding, input, of }: PartProps): ReactNode {
  const { pages } = input;
  return (
    <ul className="causes">
      {finding.causes.map((cause, i) => (
        <li key={i} className={cause.confidence}>
          <span className="chip">
            <Said pages={pages} say={({ chrome }) => chrome.confidence[cause.confidence]} />
          </span>
          <Said pages={pages} say={(page) => lines(of(page).causes[i]?.cause ?? cause.cause)} />
          {cause.fix === "" ? null : (
            <span className="fix">
              <Said pages={pages} say={(page) => lines(of(page).causes[i]?.fix ?? cause.fix)} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Configuration to copy keeps its lines. */
const lines = (text: string): string => text.split("\n").map(escapeText).join("\n");

export function NoteList(props: { readonly input: PageInput; readonly notes: readonly AnnotationModel[] }): ReactNode {
  const { input, notes } = props;
  return notes.map((note, index) => (
    <div className={`remark ${note.tag}`} key={index}>
      {lines(note.text)}
      <p className="meta">
        <Said pages={input.pages} say={(page) => noteWhere(page.words, note)} />
        {note.author === "" ? null : ` · ${escapeText(note.author)}`}
        {note.source === "capture" && note.author === "" ? (
          <>
            {" · "}
            <Said pages={input.pages} say={({ words }) => words.fromCapture} />
          </>
        ) : null}
      </p>
    </div>
  ));
}
