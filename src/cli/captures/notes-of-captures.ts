import { living } from "../../annotations/notes.ts";
import type { Anchor, Note } from "../../annotations/types.ts";
import type { RelativeNs } from "../../base/brand.ts";
import { capturedTime } from "../../base/captured-time.ts";
import { type Mark, markOf, type PacketView } from "../../base/packet-view.ts";
import { isStranded, type PlacedNote } from "../../report/model/notes.ts";
import type { Analysis } from "../../store/types.ts";
import { readNotes, readNotesOf } from "./notes-file.ts";

type Numbered = Exclude<Anchor, { readonly kind: "capture" }>;

/** Packets that somebody wants to know the times of, filled while reading. */
export interface WantedPackets {
  /** By number. */
  readonly packetTimes?: Map<number, RelativeNs | null>;
  /** Of several captures, by the numbers that they have in their own. */
  readonly ownPackets?: readonly Map<number, Mark | null>[];
}

export const wantsAny = ({ packetTimes, ownPackets = [] }: WantedPackets): boolean =>
  (packetTimes?.size ?? 0) > 0 || ownPackets.some(({ size }) => size > 0);

/** A packet on its way. `ownNumber`: the one that it has in its capture, where several are read. */
export function lookAt({ packetTimes, ownPackets }: WantedPackets, view: PacketView, ownNumber: number): void {
  if (packetTimes?.has(view.packetNumber)) packetTimes.set(view.packetNumber, view.timestampNs);
  const own = ownPackets?.[view.captureIndex];
  if (own?.has(ownNumber)) own.set(ownNumber, markOf(view));
}

/**
 * The notes of captures that are read as one. A note beside one of them names its packet by the number that it has in
 * there, one that was made while reading them together by the number over all: its time tells which.
 */
export class NotesOfCaptures implements WantedPackets {
  /** Deleted ones too. */
  readonly known: readonly Note[];
  /** For `ReadOptions`. */
  readonly packetTimes: Map<number, RelativeNs | null>;
  readonly ownPackets: readonly Map<number, Mark | null>[];
  private readonly byCapture: readonly (readonly Note[])[];

  constructor(byCapture: readonly (readonly Note[])[]) {
    this.byCapture = byCapture;
    this.known = byCapture.flat();
    const wanted = byCapture.map((notes) =>
      living(notes).flatMap(({ anchor }) => (isNumbered(anchor) ? [anchor.packet] : [])),
    );
    this.packetTimes = new Map(wanted.flat().map((packet) => [packet, null]));
    this.ownPackets =
      byCapture.length < 2 ? [] : wanted.map((packets) => new Map(packets.map((packet) => [packet, null])));
  }

  /** `given`: `--notes`, a file for them all. */
  static async read(captures: readonly string[], given: string | undefined): Promise<NotesOfCaptures> {
    const read = given === undefined ? captures.map((capture) => readNotesOf(capture, undefined)) : [readNotes(given)];
    return new NotesOfCaptures(await Promise.all(read));
  }

  /** When everything has been read. */
  placed(analysis: Analysis): PlacedNote[] {
    const timeOf = (packet: number, timestampNs: RelativeNs): string =>
      capturedTime(analysis.originNs, analysis.captures, { packet, timestampNs });
    const times = new Map<number, string>();
    for (const [packet, at] of this.packetTimes) if (at !== null) times.set(packet, timeOf(packet, at));
    for (const own of this.ownPackets)
      for (const mark of own.values()) if (mark !== null) times.set(mark.packet, timeOf(mark.packet, mark.timestampNs));
    return this.byCapture.flatMap((notes, index) =>
      living(notes).map((note): PlacedNote => {
        const placed = { ...note, anchor: this.anchor(note.anchor, index, times) };
        return { note: placed, source: "sidecar", stranded: isStranded(placed, analysis, times) };
      }),
    );
  }

  private anchor(anchor: Anchor, capture: number, times: ReadonlyMap<number, string>): Anchor {
    if (!isNumbered(anchor) || times.get(anchor.packet) === anchor.time) return anchor;
    const packet = this.ownPackets[capture]?.get(anchor.packet)?.packet;
    return packet === undefined || times.get(packet) !== anchor.time ? anchor : { ...anchor, packet };
  }
}

const isNumbered = (anchor: Anchor): anchor is Numbered => anchor.kind !== "capture";
