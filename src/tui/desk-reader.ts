import { connectionId } from "../base/brand.ts";
import { reasonOf } from "../i18n/messages/messages.ts";
import type { ConnectionDetail, Desk, Progress } from "../session/detail-types.ts";
import type { Context } from "./context.ts";
import type { Action } from "./reduce.ts";
import { itemsOfLadder } from "./reduce-ladder.ts";
import { findRow } from "./rows/search-rows.ts";
import type { Effect, State } from "./state.ts";

const DETAILS_KEPT = 4;
const SEARCH_SLICE_MS = 6;
/** An open ladder of a running capture is read again at most so often, and takes at most one part in so many of the time. */
const REFRESH_MS = 700;
const REFRESH_SHARE = 10;

/** What is read is shown on it. */
interface Screen {
  state(): State;
  context(): Context;
  dispatch(action: Action): void;
  say(text: string, tone: "error"): void;
}

/** Reads for the screen what takes a while: one connection, one payload, a search. What comes later takes the place of the same before it. */
export class DeskReader {
  private readonly desk: Desk;
  private readonly screen: Screen;
  private details: { key: string; detail: ConnectionDetail }[] = [];
  private reading: AbortController | null = null;
  private readonly others = new AbortController();
  private seeking: AbortController | null = null;
  private searches = 0;
  private isReading = false;
  private nextRefreshMs = 0;

  constructor(desk: Desk, screen: Screen) {
    this.desk = desk;
    this.screen = screen;
  }

  cancelDetail(): void {
    this.reading?.abort();
  }

  /** The screen is gone. */
  end(): void {
    this.reading?.abort();
    this.others.abort();
  }

  async openDetail(ids: readonly number[], isRefresh = false): Promise<void> {
    const { desk, screen } = this;
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const key = `${desk.getSnapshot().revision} ${ids.join(" ")}`;
    const known = this.details.find((entry) => entry.key === key);
    if (known !== undefined) {
      screen.dispatch({ kind: "detail", ids, detail: known.detail, isRefresh });
      return;
    }
    const began = performance.now();
    this.isReading = true;
    try {
      const onProgress = (progress: Progress): void => {
        if (!isRefresh) screen.dispatch({ kind: "detail-progress", progress });
      };
      const detail = await desk.openDetail(ids.map(connectionId), onProgress, reading.signal);
      this.details = [{ key, detail }, ...this.details].slice(0, DETAILS_KEPT);
      screen.dispatch({ kind: "detail", ids, detail, isRefresh });
    } catch (error) {
      if (!reading.signal.aborted && !isRefresh) screen.dispatch({ kind: "detail-failed", why: this.reasonOf(error) });
    } finally {
      if (this.reading === reading) {
        this.isReading = false;
        this.nextRefreshMs = performance.now() + Math.max(REFRESH_MS, REFRESH_SHARE * (performance.now() - began));
      }
    }
  }

  /** A ladder that is looked at while its connection goes on is read again now and then. */
  refreshLadder(): void {
    const { ladder, live, frozen, view, latest } = this.screen.state();
    if (!live || frozen || view !== "ladder" || ladder.detail === null || this.isReading) return;
    if (performance.now() < this.nextRefreshMs) return;
    const isBehind = ladder.detail.legs.some((leg) => {
      const now = latest.connections.find(({ id }) => id === leg.id);
      return now !== undefined && now.last.packet > leg.last.packet;
    });
    if (isBehind) void this.openDetail(ladder.ids, true);
  }

  async readBlob(of: "body" | "packet", blob: number): Promise<void> {
    const { detail } = this.screen.state().ladder;
    if (detail === null) return;
    await this.desk.readBlob(detail, of, blob, this.others.signal).catch((error: unknown) => this.sayFailed(error));
    this.screen.dispatch({ kind: "blob-read" });
  }

  async searchPayloads(text: string): Promise<void> {
    this.screen.dispatch({ kind: "busy", busy: this.screen.context().words.searchingPayloads(text) });
    try {
      const ids = await this.desk.searchPayloads(text, () => undefined, this.others.signal);
      this.screen.dispatch({ kind: "payloads", text, ids });
    } catch (error) {
      this.sayFailed(error);
    } finally {
      this.screen.dispatch({ kind: "busy", busy: null });
    }
  }

  /** Which connection holds it is known only by looking. */
  async findPacket(packet: number): Promise<void> {
    const { desk, screen } = this;
    this.seeking?.abort();
    const seeking = new AbortController();
    this.seeking = seeking;
    screen.dispatch({ kind: "busy", busy: screen.context().words.lookingForPacket(packet) });
    try {
      const signal = AbortSignal.any([seeking.signal, this.others.signal]);
      const connection = await desk.connectionOfPacket(packet, signal);
      screen.dispatch({ kind: "packet-found", packet, connection });
    } catch (error) {
      if (!seeking.signal.aborted) this.sayFailed(error);
    } finally {
      if (this.seeking === seeking) screen.dispatch({ kind: "busy", busy: null });
    }
  }

  /** In slices, so that keys have their turn; a later search takes this one's place. */
  async searchLadder({ text, step, includeHere }: Effect & { kind: "search-ladder" }): Promise<void> {
    const serial = ++this.searches;
    const { detail, scroll } = this.screen.state().ladder;
    if (detail === null) return;
    const search = { text, from: scroll.cursor, step, includeHere };
    const rows = findRow(detail, itemsOfLadder(this.screen.state()), search, this.screen.context());
    let until = performance.now() + SEARCH_SLICE_MS;
    for (let next = rows.next(); serial === this.searches; next = rows.next()) {
      if (next.done) {
        this.screen.dispatch({ kind: "ladder-found", text, item: next.value < 0 ? null : next.value });
        return;
      }
      if (performance.now() < until) continue;
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + SEARCH_SLICE_MS;
    }
  }

  private reasonOf(error: unknown): string {
    return reasonOf(error, this.screen.context().language);
  }

  private sayFailed(error: unknown): void {
    if (this.others.signal.aborted) return;
    this.screen.say(this.screen.context().words.readFailed(this.reasonOf(error)), "error");
  }
}
