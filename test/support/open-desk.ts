import { openFeeds } from "../../src/cli/captures/capture-feeds.ts";
import { createDesk } from "../../src/cli/screen/desk.ts";
import { chromeOf } from "../../src/i18n/chrome/chrome.ts";
import type { Language } from "../../src/i18n/language.ts";
import { textsOf } from "../../src/i18n/render.ts";
import { tuiWordsOf } from "../../src/i18n/tui/tui.ts";
import type { CaptureOrigin } from "../../src/pcap/types.ts";
import { saidAtEnd } from "../../src/rules/reading/said-at-end.ts";
import type { Desk } from "../../src/session/detail-types.ts";
import { LoadSession } from "../../src/session/load-session.ts";
import { KeyLog } from "../../src/tls/key-log.ts";
import type { Context } from "../../src/tui/context.ts";
import { paletteOf } from "../../src/tui/palette.ts";
import { type Action, reduce } from "../../src/tui/reduce.ts";
import { itemsOfLadder } from "../../src/tui/reduce-ladder.ts";
import { findRow } from "../../src/tui/rows/search-rows.ts";
import { type Effect, initialState, type State } from "../../src/tui/state.ts";

/** A capture, loaded to its end. */
export async function openDesk(path: string): Promise<Desk> {
  const origin: CaptureOrigin = { ns: null };
  const keys = new KeyLog();
  const captures = await openFeeds([path], origin, { onMalformed: () => undefined, onComment: () => undefined, keys });
  const session = new LoadSession({
    ...captures,
    order: captures.inTime,
    origin,
    ports: [],
    keys,
    seed: 1,
    nowMs: () => performance.now(),
    breathe: () => Promise.resolve(),
  });
  await session.run();
  return createDesk({
    session,
    ports: [],
    keys,
    paths: () => [path],
    isInTime: true,
    progress: () => null,
    stop: () => undefined,
  });
}

export const contextOf = (language: Language, depth: 0 | 4 | 8 | 24 = 0): Context => ({
  language,
  chrome: chromeOf(language),
  words: tuiWordsOf(language),
  texts: textsOf(language),
  saidAtEnd,
  palette: paletteOf(depth, false),
});

/** The screen's state driven by keys, with the effects that it asks for done as the app does them. */
export class Driver {
  state: State;
  readonly effects: Effect[] = [];
  readonly desk: Desk;
  readonly context: Context;

  constructor(desk: Desk, context: Context, rows: number, columns: number, live = false) {
    this.desk = desk;
    this.context = context;
    this.state = initialState(desk.getSnapshot(), { rows, columns }, { live, unsaved: live, notes: [] });
  }

  async press(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.dispatch({ kind: "input", event: { kind: "key", name, bytes: name } });
  }

  async dispatch(action: Action): Promise<void> {
    const [state, ...effects] = reduce(this.state, action, this.context);
    this.state = state;
    this.effects.push(...effects);
    const signal = new AbortController().signal;
    for (const effect of effects) {
      if (effect.kind === "open-detail") {
        const ids = state.shown.connections.filter(({ id }) => effect.ids.includes(id)).map(({ id }) => id);
        const detail = await this.desk.openDetail(ids, () => undefined, signal);
        await this.dispatch({ kind: "detail", ids: effect.ids, detail, isRefresh: false });
      } else if (effect.kind === "search-ladder" && state.ladder.detail !== null) {
        const { detail, scroll } = state.ladder;
        const rows = findRow(detail, itemsOfLadder(state), { ...effect, from: scroll.cursor }, this.context);
        let next = rows.next();
        while (!next.done) next = rows.next();
        await this.dispatch({ kind: "ladder-found", text: effect.text, item: next.value < 0 ? null : next.value });
      } else if (effect.kind === "find-packet") {
        const { packet } = effect;
        const connection = await this.desk.connectionOfPacket(packet, signal);
        await this.dispatch({ kind: "packet-found", packet, connection });
      } else if (effect.kind === "search-payloads") {
        for (const text of effect.texts) {
          const ids = await this.desk.searchPayloads(text, () => undefined, signal);
          await this.dispatch({ kind: "payloads", text, ids });
        }
      }
    }
  }
}
