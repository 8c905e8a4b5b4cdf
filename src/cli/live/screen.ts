import type { ExitCode } from "../../base/user-error.ts";
import type { LiveSession } from "../../session/live-session.ts";
import type { LiveEvents } from "../../session/types.ts";
import type { Spool } from "../../source/live/spool.ts";
import type { KeyLog } from "../../tls/key-log.ts";
import { notesPath } from "../captures/notes-file.ts";
import { createDesk } from "../screen/desk.ts";
import { NoteKeeper } from "../screen/note-keeper.ts";
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
  readonly keys: KeyLog;
  /** The filter that was asked for. */
  readonly listening: string;
  /** The file that was asked for: what is captured outlives the screen, and its notes with it. */
  readonly file: string | undefined;
}

/** The screen over a running capture. It stays after the capture has ended, until somebody leaves it. */
export class LiveScreen {
  readonly notices = new Notices();
  private readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  async show({ session, spool, running, ports, keys, listening, file }: LiveShow, stop: () => void): Promise<ExitCode> {
    const { surroundings } = this;
    const paths = (): readonly string[] => spool.paths;
    // Its failure is told by whoever started it.
    running.catch(nothing);
    try {
      const keeper = await NoteKeeper.open(
        [file === undefined ? null : notesPath(file, undefined)],
        surroundings.language,
        true,
      );
      const desk = createDesk({
        session,
        ports,
        keys,
        paths,
        packetsGone: () => spool.packetsGone,
        progress: () => null,
        stop,
      });
      const saving = savingOf(
        { paths, packetsGone: () => spool.packetsGone, name: "live.pcapng", ports, keys, session },
        surroundings,
      );
      const save: typeof saving = {
        ...saving,
        save: async (format, path, overwrite, state) => {
          const outcome = await saving.save(format, path, overwrite, state);
          // Notes go along with the packets, whole captures only: in others packets have other numbers.
          if (outcome.kind === "saved" && format === "pcapng" && state.marked.size === 0 && file === undefined)
            await keeper.moveTo(path, state.notes, session.getSnapshot().capture);
          return outcome;
        },
      };
      return await openScreen(
        { desk, keeper, live: true, unsaved: file === undefined, save, listening, notices: this.notices },
        surroundings,
      );
    } finally {
      stop();
    }
  }
}
