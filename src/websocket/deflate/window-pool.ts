import * as limits from "../../base/limits.ts";
import { type ByteStore, byteStore } from "../unmask.ts";
import { HISTORY_BYTES } from "./history.ts";

/** Memory comes from the system in pieces of 600 KiB, of which it gives only the pages that are written to. */
const WINDOWS_PER_STORE = 16;

export interface WindowOwner {
  /** The window now belongs to another direction. */
  windowDropped(): void;
}

/** Deflate windows by number, at most limits.inflateWindows: then the one idle for longest goes to whoever asks. */
export class WindowPool {
  private readonly maximum: number;
  private readonly stores: ByteStore[] = [];
  private readonly owners: (WindowOwner | null)[] = [];
  private readonly lastUse: Float64Array;
  private clock = 0;
  private readonly free: number[] = [];

  constructor(maximum: number = limits.inflateWindows) {
    this.maximum = maximum;
    this.lastUse = new Float64Array(maximum);
  }

  take(owner: WindowOwner): number {
    const window = this.free.pop() ?? (this.owners.length < this.maximum ? this.another() : this.idlest());
    this.owners[window] = owner;
    this.use(window);
    return window;
  }

  use(window: number): void {
    this.lastUse[window] = ++this.clock;
  }

  give(window: number): void {
    this.owners[window] = null;
    this.free.push(window);
  }

  storeOf(window: number): ByteStore {
    return this.stores[Math.floor(window / WINDOWS_PER_STORE)] as ByteStore;
  }

  startOf(window: number): number {
    return (window % WINDOWS_PER_STORE) * HISTORY_BYTES;
  }

  private another(): number {
    const window = this.owners.length;
    if (window % WINDOWS_PER_STORE === 0) this.stores.push(byteStore(WINDOWS_PER_STORE * HISTORY_BYTES));
    return window;
  }

  private idlest(): number {
    const { lastUse } = this;
    let found = 0;
    for (let window = 1; window < this.maximum; window++) {
      if ((lastUse[window] as number) < (lastUse[found] as number)) found = window;
    }
    this.owners[found]?.windowDropped();
    return found;
  }
}
