/** Options of what writes to share, and of notes. */
export type ShareOption =
  | "redactKey"
  | "redactAddresses"
  | "payloads"
  | "notes"
  | "exportConnection"
  | "exportOutput"
  | "trim"
  | "svgConnection"
  | "compare"
  | "connectionNote"
  | "packetNote"
  | "captureNote"
  | "author"
  | "tag"
  | "list"
  | "remove"
  | "shareOutput";

export type ShareArgument = "capture" | "noteText";
