import type { ReactNode } from "react";
import { displayWidth, truncateToWidth } from "../../base/display-width.ts";
import type { Ladder, LadderArrow } from "../ladder.ts";
import { type Pages, SvgText } from "./bilingual.tsx";

const WIDTH = 760;
const LEFT = 168;
const RIGHT = 744;
const TOP = 46;
const ROW = 30;
/** Columns of a label that fit between the lifelines. */
const LABEL_COLUMNS = 72;

/** The ladder as a picture; classes carry the colours. `standalone` brings its own, for a file of its own. */
export function LadderSvg(props: {
  readonly ladder: Ladder;
  readonly pages: Pages;
  readonly style?: string;
}): ReactNode {
  const { ladder, pages, style } = props;
  const height = TOP + ladder.rows.length * ROW + 14;
  const id = `l${ladder.connection}`;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      className="ladder"
      viewBox={`0 0 ${WIDTH} ${height}`}
      width={WIDTH}
      height={height}
      role="img"
      aria-label={pages[0]?.words.ladderOf(ladder.connection)}
    >
      {style === undefined ? null : <style>{style}</style>}
      {style === undefined ? null : <rect className="paper" width={WIDTH} height={height} />}
      <defs>
        {(["plain", "data", "good", "warning", "error"] as const).map((tone) => (
          <marker
            key={tone}
            id={`${id}-${tone}`}
            viewBox="0 0 8 8"
            refX="7.5"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto-start-reverse"
          >
            <path d="M0 0.6 L8 4 L0 7.4 Z" className={`head-${tone}`} />
          </marker>
        ))}
      </defs>
      <SvgText
        pages={pages}
        say={({ words }) => words.sender.client}
        x={LEFT}
        y={16}
        textAnchor="middle"
        className="peer"
      />
      <SvgText
        pages={pages}
        say={({ words }) => words.sender.server}
        x={RIGHT}
        y={16}
        textAnchor="end"
        className="peer"
      />
      <text x={LEFT} y={32} textAnchor="middle" className="address">
        {ladder.client}
      </text>
      <text x={RIGHT} y={32} textAnchor="end" className="address">
        {ladder.server}
      </text>
      <line x1={LEFT} x2={LEFT} y1={TOP - 6} y2={height - 4} className="life" />
      <line x1={RIGHT} x2={RIGHT} y1={TOP - 6} y2={height - 4} className="life" />
      {ladder.rows.map((row, index) => {
        const y = TOP + index * ROW + 20;
        return row.kind === "gap" ? (
          <g key={index}>
            <rect x={LEFT - 5} y={y - 19} width={RIGHT - LEFT + 10} height={ROW - 6} className="break" />
            <SvgText
              pages={pages}
              say={(page) => row.say(page.words, page.units)}
              x={(LEFT + RIGHT) / 2}
              y={y - 3}
              textAnchor="middle"
              className="pause"
            />
          </g>
        ) : (
          <Arrow key={index} row={row} y={y} id={id} pages={pages} />
        );
      })}
    </svg>
  );
}

function Arrow(props: {
  readonly row: LadderArrow;
  readonly y: number;
  readonly id: string;
  readonly pages: Pages;
}): ReactNode {
  const { row, y, id, pages } = props;
  const [from, to] = row.from === "client" ? [LEFT + 1, RIGHT - 1] : [RIGHT - 1, LEFT + 1];
  return (
    <g id={`${id}-p${row.packet}`} className={row.evidence ? "row evidence" : "row"}>
      {row.evidence ? <rect x={0} y={y - 20} width={WIDTH} height={ROW - 2} className="mark" /> : null}
      <text x={46} y={y + 4} textAnchor="end" className="number">
        {row.packet}
      </text>
      <text x={LEFT - 46} y={y + 4} textAnchor="end" className="number">
        {`+${(row.timestampNs / 1e9).toFixed(3)}`}
      </text>
      <line x1={from} x2={to} y1={y} y2={y} className={`arrow ${row.tone}`} markerEnd={`url(#${id}-${row.tone})`} />
      <SvgText
        pages={pages}
        say={({ words }) => label(row, row.remark?.(words) ?? "")}
        x={(LEFT + RIGHT) / 2}
        y={y - 5}
        textAnchor="middle"
        className={`label ${row.tone}`}
      />
    </g>
  );
}

function label(row: LadderArrow, remark: string): string {
  const room = LABEL_COLUMNS - (remark === "" ? 0 : displayWidth(remark) + 3);
  const said = withinLifelines(row.label, room);
  return remark === "" ? said : said === "" ? remark : `${said} · ${remark}`;
}

/** The label's font is proportional: of these a line holds two where it holds three others. */
const BROAD = /[MWmw@%]/g;

/** Cut to what `columns` ordinary letters take. */
export function withinLifelines(text: string, columns: number): string {
  const cut = truncateToWidth(text, columns);
  const excess = Math.ceil((cut.match(BROAD)?.length ?? 0) / 2);
  return displayWidth(cut) + excess <= columns ? cut : truncateToWidth(text, columns - excess);
}
