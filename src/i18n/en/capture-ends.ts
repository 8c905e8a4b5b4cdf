/** Why reading a capture stopped before its end. */
export const captureEnds = {
  "cut-in-record": "in the middle of a packet",
  "absurd-length": "an impossible length",
  zeros: "nothing but zeros from there on",
  "broken-block": "a damaged block",
  "compression-cut": "in the middle of the compressed data",
  "compression-damaged": "damaged compressed data",
  "compression-window": "compressed with too large a window",
  interrupted: "reading was interrupted",
  "interface-gone": "the interface is gone, or went down",
  "capture-stopped": "the program that captured ended",
} as const;
