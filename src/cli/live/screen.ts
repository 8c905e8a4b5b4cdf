import type { ExitCode } from "../../base/user-error.ts";
import type { LiveSession } from "../../session/live-session.ts";
import type { LiveEvents } from "../../session/types.ts";
import type { Spool } from "../../source/live/spool.ts";
import { createDesk } from "../screen/desk.ts";
import { openNoteKeeper } from "../screen/note-keeper.ts";
import { Notices, openScreen, whyPlain } from "../screen/open-screen.ts";
import { savingOf } from "../screen/save-report.ts";
import type { Surroundings } from "../surroundings.ts";
import type { LiveOptions } from "./options.ts";

/** The screen, where there is one and nobody asked for text. */
export const wantsScreen = (options: LiveOptions, surroundings: Surroundings): boolean =>
  options.format === undefined && !options.headless && whyPlain(surroundings) === null;

const nothing = (): void => undefined;
/** On the screen everything comes from snapshots. */
export const noEvents: LiveEvents = {
  onOpened: nothing,
  onUpgrade: nothing,
  onClosed: nothing,
  onFinding: nothing,
  onStatistics: nothing,
  flush: nothing,
};

interface LiveShow {
  readonly session: LiveSession;
  readonly spool: Spool;
  /** Settles when the capture has ended. */
  readonly running: Promise<unknown>;
  readonly ports: readonly number[];
  /** A file was asked for: what is captured outlives the screen. */
  readonly isKept: boolean;
}

/** The screen over a running capture. It stays after the capture has ended, until somebody leaves it. */
export class LiveScreen {
  readonly notices = new Notices();
  private readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  async show({ session, spool, running, ports, isKept }: LiveShow, stop: () => void): Promise<ExitCode> {
    const { surroundings } = this;
    const paths = (): readonly string[] => [...spool.kept, ...(spool.currentPath === null ? [] : [spool.currentPath])];
    // Its failure is told by whoever started it.
    running.catch(nothing);
    try {
      const keeper = await openNoteKeeper(null, surroundings.language);
      const desk = createDesk({ session, ports, paths, progress: () => null, stop });
      const save = savingOf({ paths, name: "live.pcapng", ports, session }, surroundings);
      return await openScreen(
        { desk, keeper, live: true, unsaved: !isKept, save, notices: this.notices },
        surroundings,
      );
    } finally {
      stop();
    }
  }
}
