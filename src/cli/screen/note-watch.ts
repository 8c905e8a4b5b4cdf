import type { Note } from "../../annotations/types.ts";
import type { PacketOrder } from "../../session/pump.ts";
import type { Analysis } from "../../store/types.ts";
import { notesOfCapture, type SeenComment } from "../captures/analyse.ts";
import type { CaptureFeeds, FeedEvents } from "../captures/capture-feeds.ts";
import { lookAt, type NotesOfCaptures, wantsAny } from "../captures/notes-of-captures.ts";
import type { PacketHomes } from "../captures/packet-homes.ts";

/** What reading the captures has shown about notes. */
export interface LateNotes {
  /** Notes of the sidecars that fit, by the numbers that their packets have on the screen. */
  readonly shown: readonly Note[];
  /** Comments of the captures that are a person's words. */
  readonly inCapture: readonly Note[];
  /** Notes of the sidecars whose packets are not in these captures, or are others. */
  readonly stranded: readonly Note[];
}

/** Watches captures being read for what their notes are about, and for notes that they hold themselves. */
export class NoteWatch {
  private readonly noted: NotesOfCaptures;
  private readonly homes: PacketHomes | null;
  private readonly comments: SeenComment[] = [];

  /** `homes`: filled by who reads several captures. */
  constructor(noted: NotesOfCaptures, homes: PacketHomes | null) {
    this.noted = noted;
    this.homes = homes;
  }

  readonly onComment: FeedEvents["onComment"] = ({ captureIndex, packetNumber, text }, timestampNs) => {
    this.comments.push({ captureIndex, packet: packetNumber, text, timestampNs });
  };

  /** The same packets; those that notes name are looked at on their way. */
  over(order: CaptureFeeds["order"]): PacketOrder {
    const { noted } = this;
    if (!wantsAny(noted)) return order;
    return {
      needs: () => order.needs(),
      next: () => {
        const view = order.next();
        if (view === null) return null;
        lookAt(noted, view, order.ownNumber);
        return view;
      },
    };
  }

  /** `isWhole`: all of it was read, so that a packet that was not seen is not there. */
  settle(analysis: Analysis, isWhole: boolean): LateNotes {
    const placed = this.noted.placed(analysis);
    const shown = placed.flatMap(({ note, stranded }) => (stranded ? [] : [note]));
    const fitting = new Set(shown.map(({ id }) => id));
    return {
      shown,
      inCapture: notesOfCapture(this.comments, analysis, this.noted.known, this.homes).map(({ note }) => note),
      stranded: isWhole ? placed.flatMap(({ note }) => (fitting.has(note.id) ? [] : [note])) : [],
    };
  }
}
