import {
  findingComment,
  isFindingComment,
  isStoryComment,
  noteComment,
  STORY,
} from "../../annotations/comment-form.ts";
import type { Note } from "../../annotations/types.ts";
import { render } from "../../i18n/render.ts";
import { buildReport } from "../../report/model/model.ts";
import type { Redactor } from "../../report/redact.ts";
import { sharePage } from "../../report/share-page.ts";
import { storyLines } from "../../report/story.ts";
import type { Analysed } from "../captures/analyse.ts";
import type { Surroundings } from "../surroundings.ts";

/** What is written into the evidence as pcapng comments: the story and notes on the whole, findings and notes on packets. */
export class EvidenceComments {
  readonly ofSection: string[] = [];
  private readonly ofPackets = new Map<number, string[]>();
  private readonly analysed: Analysed;
  private readonly redactor: Redactor;

  /** `joined`: sections are made anew, so that what the captures' own ones say has to be carried over. */
  constructor(analysed: Analysed, redactor: Redactor, surroundings: Surroundings, joined: boolean) {
    this.analysed = analysed;
    this.redactor = redactor;
    const { language, version } = surroundings;
    const { analysis, findings, notes } = analysed;
    const model = buildReport(analysis, findings, { version, language, redactor, notes, words: render });
    this.ofSection.push(STORY + storyLines(sharePage(model, redactor)).join("\n"));
    for (const finding of model.findings) {
      for (const { packet, what } of finding.evidence)
        this.add(packet, findingComment(finding.rule, finding.title, what));
    }
    for (const { note, source, stranded } of notes) {
      const { anchor } = note;
      // A comment that the capture holds already is copied with its packet or section.
      if (source === "capture" && (anchor.kind !== "capture" || !joined)) continue;
      const text = this.noteText(note, source === "capture");
      if (anchor.kind === "capture" || stranded) this.ofSection.push(text);
      else this.add(anchor.packet, text);
    }
  }

  of(packet: number): readonly string[] {
    return this.ofPackets.get(packet) ?? [];
  }

  /** Wscap's own comments are made anew; a person's are kept, without their secrets: then `kept` gets what is left. */
  replaces(comment: string, kept: string[]): boolean {
    if (isFindingComment(comment) || isStoryComment(comment) || this.isKnownNote(comment)) return true;
    const shown = this.redactor.text(comment);
    if (shown === comment) return false;
    kept.push(shown);
    return true;
  }

  private add(packet: number, comment: string): void {
    const list = this.ofPackets.get(packet);
    if (list === undefined) this.ofPackets.set(packet, [comment]);
    else list.push(comment);
  }

  /** What another program or person wrote into the capture stays without a line of ours. */
  private noteText(note: Note, fromCapture: boolean): string {
    const shown = { ...note, text: this.redactor.text(note.text), author: this.redactor.text(note.author) };
    return fromCapture && note.id.startsWith("comment-") ? shown.text : noteComment(shown);
  }

  private isKnownNote(comment: string): boolean {
    const id = /\n?\[wscap note ([\w-]+) /.exec(comment)?.[1];
    return id !== undefined && this.analysed.notes.some(({ note, source }) => source === "sidecar" && note.id === id);
  }
}
