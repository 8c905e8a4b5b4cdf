import type { Note } from "../../annotations/types.ts";
import type { RelativeNs } from "../../base/brand.ts";
import { formatTime } from "../../base/time.ts";
import { isStranded } from "../../report/notes.ts";
import type { PacketOrder } from "../../session/pump.ts";
import type { Analysis } from "../../store/types.ts";
import { notesOfCapture, type SeenComment } from "../analyse.ts";
import type { FeedEvents } from "../capture-feeds.ts";

/** What reading the capture has shown about notes. */
export interface LateNotes {
  /** Comments of the capture that are a person's words. */
  readonly inCapture: readonly Note[];
  /** Notes of the sidecar whose packets are not in this capture, or are others. */
  readonly stranded: readonly Note[];
}

/** Watches a capture being read for what its notes are about, and for notes that it holds itself. */
export class NoteWatch {
  private readonly known: readonly Note[];
  private readonly times: Map<number, RelativeNs | null>;
  private readonly comments: SeenComment[] = [];

  constructor(known: readonly Note[]) {
    this.known = known;
    this.times = new Map(known.flatMap(({ anchor }) => (anchor.kind === "capture" ? [] : [[anchor.packet, null]])));
  }

  readonly onComment: FeedEvents["onComment"] = ({ packetNumber, text }, timestampNs) => {
    this.comments.push({ packet: packetNumber, text, timestampNs });
  };

  /** The same packets; those that notes name are looked at on their way. */
  over(order: PacketOrder): PacketOrder {
    const { times } = this;
    if (times.size === 0) return order;
    return {
      needs: () => order.needs(),
      next: () => {
        const view = order.next();
        if (view !== null && times.has(view.packetNumber)) times.set(view.packetNumber, view.timestampNs);
        return view;
      },
    };
  }

  /** `isWhole`: all of it was read, so that a packet that was not seen is not there. */
  settle(analysis: Analysis, isWhole: boolean): LateNotes {
    const times = new Map<number, string>();
    for (const [packet, at] of this.times) if (at !== null) times.set(packet, formatTime(analysis.originNs ?? 0n, at));
    return {
      inCapture: notesOfCapture(this.comments, analysis, this.known).map(({ note }) => note),
      stranded: isWhole ? this.known.filter((note) => isStranded(note, analysis, times)) : [],
    };
  }
}
