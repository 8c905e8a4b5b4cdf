import type { ShareArgument, ShareOption } from "./share-types.ts";
import type { CommandHelp } from "./types.ts";

export const shareCommandsEn = {
  export: {
    summary: "write the packets that matter as pcapng, with findings and notes as comments",
    more: "Bytes, times and drop counts stay as they were, except that secrets are blanked (--no-redact keeps them). A classic pcap becomes pcapng. Several captures become one, in time order. The input is never written to.",
    examples: [
      ["wscap export capture.pcap -o evidence.pcapng", "everything, with comments"],
      ["wscap export client.pcap server.pcap -o both.pcapng", "both ends in one file"],
      ["wscap export capture.pcap -o evidence.pcapng --connection 3", "one connection"],
      ["wscap export big.pcapng -o end.pcapng --trim 30", "only 30 s around what was found"],
    ],
  },
  annotate: {
    summary: "add, list and remove notes about a capture",
    more: "Notes are kept beside the capture in CAPTURE.wscap.json and appear in every report and export. The capture itself is never written to.",
    examples: [
      ['wscap annotate capture.pcap --connection 3 "the car loses 4G here"', "about a connection"],
      ['wscap annotate capture.pcap --packet 161 "deploy at 15:53" --author Li --tag red', "about a packet"],
      ["wscap annotate capture.pcap --list", "all notes with their ids"],
    ],
  },
  share: {
    summary: "write everything that a colleague needs into one folder or zip, secrets hidden",
    more: "summary.md for the issue, report.html to look at, evidence.pcapng for Wireshark, report.json for scripts. Says what was hidden.",
    examples: [
      ["wscap share capture.pcapng", "a folder beside the capture: capture-share/"],
      ["wscap share capture.pcapng -o fault.zip", "one file to attach"],
    ],
  },
} satisfies Readonly<Record<"export" | "annotate" | "share", CommandHelp>>;

export const shareOptionsEn: Readonly<Record<ShareOption, string>> = {
  redactKey: "hide the values of this key too (field, query parameter, JSON member); may be repeated",
  redactAddresses: "give addresses and hosts other names; subnets, domains and roles stay visible",
  payloads: "payloads in what is written: none, preview or full",
  notes: "read and write notes here instead of beside the capture",
  exportConnection: "only the packets of this connection (number of the report); may be repeated",
  exportOutput: "the pcapng file to write",
  trim: "only packets from SECONDS before the first finding to SECONDS after the last (BEFORE,AFTER for two)",
  svgConnection: "with --format svg: draw this connection",
  compare: "two captures of the same thing, one that works and one that fails: where they first differ",
  connectionNote: "the note is about this connection (number of the report)",
  packetNote: "the note is about this packet (Wireshark's frame number)",
  captureNote: "the note is about the whole capture",
  author: "who says so (otherwise the user's name)",
  tag: "a colour: none, red, yellow, green or blue",
  list: "list the notes",
  remove: "remove the note with this id",
  shareOutput: "a folder, or a file that ends in .zip",
};

export const shareArgumentsEn: Readonly<Record<ShareArgument, string>> = {
  capture: "a capture file",
  noteText: "what to note",
};
