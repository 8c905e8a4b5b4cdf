import { limits } from "../base/limits.ts";
import { type History, WINDOW_BYTES } from "./history.ts";
import { byteStore } from "./unmask.ts";

/** A direction's history and its place in the order of use. */
export interface DeflateWindow extends History {
  /** Told when the window goes to another direction. */
  owner: WindowOwner | null;
  newer: DeflateWindow | null;
  older: DeflateWindow | null;
}

export interface WindowOwner {
  windowDropped(): void;
}

/** Deflate windows, at most limits.inflateWindows: then the one idle for longest goes to whoever asks. */
export class WindowPool {
  private readonly maximum: number;
  private count = 0;
  private newest: DeflateWindow | null = null;
  private oldest: DeflateWindow | null = null;
  private free: DeflateWindow | null = null;

  constructor(maximum: number = limits.inflateWindows) {
    this.maximum = maximum;
  }

  take(owner: WindowOwner): DeflateWindow {
    const window = this.free ?? this.another();
    if (window === this.free) this.free = window.older;
    window.owner = owner;
    window.have = 0;
    window.next = 0;
    this.link(window);
    return window;
  }

  use(window: DeflateWindow): void {
    if (window === this.newest) return;
    this.unlink(window);
    this.link(window);
  }

  give(window: DeflateWindow): void {
    this.unlink(window);
    window.owner = null;
    window.older = this.free;
    this.free = window;
  }

  private another(): DeflateWindow {
    const { oldest } = this;
    if (this.count >= this.maximum && oldest !== null) {
      this.unlink(oldest);
      oldest.owner?.windowDropped();
      return oldest;
    }
    this.count++;
    return { ...byteStore(WINDOW_BYTES), have: 0, next: 0, owner: null, newer: null, older: null };
  }

  private link(window: DeflateWindow): void {
    window.older = this.newest;
    window.newer = null;
    if (this.newest !== null) this.newest.newer = window;
    this.newest = window;
    if (this.oldest === null) this.oldest = window;
  }

  private unlink(window: DeflateWindow): void {
    if (window.newer === null) this.newest = window.older;
    else window.newer.older = window.older;
    if (window.older === null) this.oldest = window.newer;
    else window.older.newer = window.newer;
    window.newer = null;
    window.older = null;
  }
}
