/** A server that stood still, in whichever finding tells it of all its clients. */
export const standingStill = {
  woke: "silentMs left? waiting? hungUp?",
  still: "silentMs left? waiting?",
} as const;
