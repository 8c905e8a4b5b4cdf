/** A server that stood still, in whichever finding tells it of all its clients. */
export const standingStill = {
  woke: {
    title: "The server's program stood still for {silentMs:ms}, then went on",
    detail:
      "It fell silent to all of them at one moment and spoke again to all at one moment, while its system went on acknowledging what clients sent: it was not the path, and no single client.[[ {left:One client|# clients} gave up meanwhile, each by its own patience.]][[ {waiting:One request|# requests} waited.]][[ On {hungUp:one client|# clients} it hung up itself as it went on.]]",
  },
  still: {
    title: "The server's program stands still: nothing more came of it for at least {silentMs:ms}",
    detail:
      "It fell silent to all of them at one moment, while its system went on acknowledging what clients sent: it was not the path, and no single client. It was not seen to go on.[[ {left:One client|# clients} gave up, each by its own patience.]][[ {waiting:One request|# requests} waited.]]",
  },
} as const;
