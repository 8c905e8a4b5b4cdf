import { scaleLinear, scaleLog } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import type { ReactNode } from "react";
import type { Activity } from "../../store/activity.ts";
import { type Pages, SvgText } from "./bilingual.tsx";
import type { BeatDot } from "./page-input.ts";

const WIDTH = 720;
const HEIGHT = 252;
/** Room for the widest label beside the axis: "123.4 KiB/s", "no answer". */
const LEFT = 96;
const RIGHT = 704;
const TOP = 16;
const BOTTOM = 210;
const COLOURS = 6;

const AxisX = ({ ticks, x }: { readonly ticks: readonly number[]; readonly x: (s: number) => number }): ReactNode =>
  ticks.map((tick) => (
    <g key={tick}>
      <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={BOTTOM} className="grid" />
      <text x={x(tick)} y={BOTTOM + 18} textAnchor="middle" className="number">
        {`+${tick} s`}
      </text>
    </g>
  ));

/** Each ping as a dot at its round trip; crosses at the top have no pong. */
export function HeartbeatSvg({ dots, pages }: { readonly dots: readonly BeatDot[]; readonly pages: Pages }): ReactNode {
  const times = dots.flatMap(({ ms }) => (ms === null ? [] : [Math.max(ms, 0.001)]));
  const least = Math.min(...times, 1);
  const most = Math.max(...times, least * 2);
  const x = scaleLinear()
    .domain([0, Math.max(0.001, ...dots.map(({ seconds }) => seconds))])
    .range([LEFT, RIGHT])
    .nice();
  // Round trips of a network and of a sleeping program lie decades apart.
  const isWide = most / least > 30;
  const y = (isWide ? scaleLog().domain([least, most * 1.6]) : scaleLinear().domain([0, most * 1.15])).range([
    BOTTOM,
    TOP + 20,
  ]);
  const ticks = y.ticks(5).filter((_, index, all) => all.length <= 8 || index % Math.ceil(all.length / 8) === 0);
  const connections = [...new Set(dots.map(({ connection }) => connection))];
  const colour = (connection: number): string => `series-${connections.indexOf(connection) % COLOURS}`;
  return (
    <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img">
      <title>{pages[0]?.words.heartbeat}</title>
      <AxisX ticks={x.ticks(7)} x={x} />
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={RIGHT} y1={y(tick)} y2={y(tick)} className="grid" />
          <SvgText
            pages={pages}
            say={({ units }) => units.duration(tick)}
            x={LEFT - 8}
            y={y(tick) + 4}
            textAnchor="end"
            className="number"
          />
        </g>
      ))}
      {dots.map(({ connection, seconds, ms }, index) =>
        ms === null ? (
          <path key={index} d={`M${x(seconds) - 4} ${TOP + 2} l8 8 m0 -8 l-8 8`} className="cross" />
        ) : (
          <circle key={index} cx={x(seconds)} cy={y(Math.max(ms, 0.001))} r={3.2} className={colour(connection)} />
        ),
      )}
      {dots.some(({ ms }) => ms === null) ? (
        <SvgText
          pages={pages}
          say={({ words }) => words.noAnswer}
          x={LEFT - 8}
          y={TOP + 10}
          textAnchor="end"
          className="number error"
        />
      ) : null}
      {connections.slice(0, COLOURS).map((connection, index) => (
        <g key={connection}>
          <circle cx={LEFT + 6 + index * 52} cy={HEIGHT - 6} r={3.2} className={colour(connection)} />
          <text x={LEFT + 14 + index * 52} y={HEIGHT - 2} className="number">{`#${connection}`}</text>
        </g>
      ))}
    </svg>
  );
}

/** Payload over time: what the client sent goes up, what the server sent goes down. */
export function RatesSvg({ activity, pages }: { readonly activity: Activity; readonly pages: Pages }): ReactNode {
  const start = activity.startNs ?? 0;
  const bins = Math.max(1, Math.ceil((activity.endNs - start) / activity.binNs) + 1);
  const seconds = (bin: number): number => (start + bin * activity.binNs) / 1e9;
  const rate = (bytes: number): number => bytes / (activity.binNs / 1e9);
  const [client, server] = activity.bytes.map((column) => [...column.slice(0, bins)].map(rate));
  const most = Math.max(1, ...(client ?? []), ...(server ?? []));
  const x = scaleLinear()
    .domain([seconds(0), seconds(bins)])
    .range([LEFT, RIGHT]);
  const y = scaleLinear().domain([-most, most]).range([BOTTOM, TOP]).nice();
  const shape = (sign: 1 | -1) =>
    area<number>()
      .x((_, bin) => x(seconds(bin)))
      .y0(y(0))
      .y1((value) => y(sign * value))
      .curve(curveStepAfter);
  return (
    <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img">
      <title>{pages[0]?.words.rates}</title>
      <AxisX ticks={x.ticks(7)} x={x} />
      {y.ticks(5).map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={RIGHT} y1={y(tick)} y2={y(tick)} className="grid" />
          <SvgText
            pages={pages}
            say={({ units, words }) => words.bytesPerSecond(units.bytes(Math.round(Math.abs(tick))))}
            x={LEFT - 8}
            y={y(tick) + 4}
            textAnchor="end"
            className="number"
          />
        </g>
      ))}
      <path d={shape(1)(client ?? []) ?? ""} className="fill-client" />
      <path d={shape(-1)(server ?? []) ?? ""} className="fill-server" />
      <SvgText
        pages={pages}
        say={({ words }) => `↑ ${words.sender.client}`}
        x={LEFT + 8}
        y={TOP + 14}
        className="number"
      />
      <SvgText
        pages={pages}
        say={({ words }) => `↓ ${words.sender.server}`}
        x={LEFT + 8}
        y={BOTTOM - 6}
        className="number"
      />
    </svg>
  );
}

/** Frames by size, in powers of two. */
export function SizesSvg({ activity, pages }: { readonly activity: Activity; readonly pages: Pages }): ReactNode {
  const last = Math.max(0, ...activity.sizes.map((column) => column.findLastIndex((count) => count > 0)));
  const most = Math.max(1, ...activity.sizes.flatMap((column) => [...column]));
  const slot = (RIGHT - LEFT) / (last + 1);
  const bar = Math.min(26, slot * 0.36);
  const y = scaleLinear().domain([0, most]).range([BOTTOM, TOP]).nice();
  const bins = Array.from({ length: last + 1 }, (_, bin) => bin);
  return (
    <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img">
      <title>{pages[0]?.words.sizes}</title>
      {y
        .ticks(4)
        .filter(Number.isInteger)
        .map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={RIGHT} y1={y(tick)} y2={y(tick)} className="grid" />
            <text x={LEFT - 8} y={y(tick) + 4} textAnchor="end" className="number">
              {tick}
            </text>
          </g>
        ))}
      {bins.map((bin) => {
        const middle = LEFT + slot * (bin + 0.5);
        const counts = [activity.sizes[0][bin] ?? 0, activity.sizes[1][bin] ?? 0] as const;
        return (
          <g key={bin}>
            <rect
              x={middle - bar - 1}
              width={bar}
              y={y(counts[0])}
              height={BOTTOM - y(counts[0])}
              className="fill-client"
            />
            <rect x={middle + 1} width={bar} y={y(counts[1])} height={BOTTOM - y(counts[1])} className="fill-server" />
            {bin % Math.ceil((last + 1) / 12) === 0 ? (
              <SvgText
                pages={pages}
                say={({ units }) => (bin === 0 ? "0" : `≥ ${units.bytes(2 ** (bin - 1))}`)}
                x={middle}
                y={BOTTOM + 18}
                textAnchor="middle"
                className="number"
              />
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}
