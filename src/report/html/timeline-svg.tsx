import { scaleLinear } from "d3-scale";
import type { ReactNode } from "react";
import { secondsBetween } from "../../base/time.ts";
import { endedText } from "../../i18n/chrome/ended-text.ts";
import { endingOf } from "../model/ending-of.ts";
import type { ConnectionModel } from "../model/schema.ts";
import { peersText } from "../text/text-page.ts";
import { originOf } from "../times.ts";
import { type Pages, SvgText } from "./bilingual.tsx";
import type { TimelineMark } from "./page-input.ts";

const WIDTH = 980;
const LEFT = 330;
const RIGHT = 800;
const ROW = 26;
const TOP = 30;
/** Rows drawn; the most troubled connections come first. */
const SHOWN = 120;

const tone = (c: ConnectionModel, errors: ReadonlySet<number>): string => {
  if (errors.has(c.id)) return "error";
  if (c.close.verdict === "clean") return "good";
  return c.kind === "websocket" ? "data" : "plain";
};

interface TimelineProps {
  readonly pages: Pages;
  readonly errors: ReadonlySet<number>;
  readonly ladders: ReadonlySet<number>;
  readonly marks: ReadonlyMap<number, readonly TimelineMark[]>;
}

/** Every connection as a bar from its first packet to its last, with what happened on it. */
export function TimelineSvg({ pages, errors, ladders, marks }: TimelineProps): ReactNode {
  const model = pages[0]?.model;
  const origin = model === undefined ? null : originOf(model);
  if (model === undefined || origin === null || model.connections.length === 0) return null;
  const shown = [...model.connections]
    .sort((a, b) => Number(errors.has(b.id)) - Number(errors.has(a.id)) || a.id - b.id)
    .slice(0, SHOWN)
    .sort((a, b) => a.id - b.id);
  const ends = model.connections.map((c) => secondsBetween(origin, c.endTime));
  const x = scaleLinear()
    .domain([0, Math.max(0.001, ...ends)])
    .range([LEFT, RIGHT]);
  const height = TOP + shown.length * ROW + 10;
  return (
    <svg className="timeline" viewBox={`0 0 ${WIDTH} ${height}`} width={WIDTH} height={height} role="img">
      <title>{pages[0]?.words.timeline}</title>
      {x.ticks(6).map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={TOP - 6} y2={height - 6} className="grid" />
          <text x={x(tick)} y={14} textAnchor="middle" className="number">
            {`+${tick} s`}
          </text>
        </g>
      ))}
      {shown.map((c, index) => {
        const y = TOP + index * ROW + 8;
        const from = x(secondsBetween(origin, c.startTime));
        const to = Math.max(from + 3, x(secondsBetween(origin, c.endTime)));
        const name = `#${c.id}  ${peersText(c)}`;
        const text = (
          <text x={LEFT - 12} y={y + 9} textAnchor="end" className="label">
            {name}
          </text>
        );
        return (
          <g key={c.id}>
            {ladders.has(c.id) ? <a href={`#ladder-${c.id}`}>{text}</a> : text}
            <rect x={from} y={y} width={to - from} height={12} rx={3} className={`bar ${tone(c, errors)}`} />
            {(marks.get(c.id) ?? []).map((mark, i) => (
              <Mark key={i} mark={mark} x={x(mark.seconds)} y={y} />
            ))}
            <SvgText
              pages={pages}
              say={({ chrome }) => endedText(chrome, endingOf(c))}
              x={RIGHT + 12}
              y={y + 9}
              className={`label ${tone(c, errors)}`}
            />
          </g>
        );
      })}
    </svg>
  );
}

function Mark({ mark, x, y }: { readonly mark: TimelineMark; readonly x: number; readonly y: number }): ReactNode {
  switch (mark.kind) {
    case "frames":
      return <rect x={x} y={y + 2} width={1.4} height={8} className="tick" opacity={mark.weight} />;
    case "upgrade":
      return <path d={`M${x} ${y - 3} l4 -4 l-8 0 Z`} className="mark-good" />;
    case "no-pong":
      return <path d={`M${x - 4} ${y + 17} l4 -6 l4 6 Z`} className="mark-error" />;
    case "reset":
      return <path d={`M${x - 4} ${y + 1} l8 10 M${x + 4} ${y + 1} l-8 10`} className="cross" />;
    case "close":
      return <path d={`M${x} ${y} l5 6 l-5 6 l-5 -6 Z`} className="mark-plain" />;
  }
}
