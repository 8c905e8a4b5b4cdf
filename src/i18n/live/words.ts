/** What `wscap live` says around its events. Both languages are total. */
export interface LiveWords {
  readonly capturing: (interfaceName: string, filter: string, backend: string) => string;
  readonly userspaceStamps: string;
  readonly dropsUnknown: string;
  readonly writingTo: (path: string) => string;
  readonly nameTaken: (path: string, instead: string) => string;
  readonly keyLogAwaited: (path: string) => string;
  readonly howToEnd: string;
  readonly connecting: string;
  readonly connected: string;
  readonly open: (target: string) => string;
  readonly withdrawn: (title: string) => string;
  readonly status: (packets: number, connections: number, frames: number, dropped: number | null) => string;
  readonly nothingYet: (interfaceName: string, seconds: number) => string;
  readonly ownAddress: (address: string, interfaceName: string) => string;
  readonly interfaceDown: (name: string) => string;
  readonly interfaceGone: (name: string) => string;
  readonly interfaceUp: (name: string) => string;
  readonly dropping: (packets: number) => string;
  readonly writingStopped: (reason: string) => string;
  readonly forgotten: (connections: number) => string;
  readonly kept: (path: string) => string;
  /** A file that holds packets `first`–`last` of the capture, from its own number `firstInFile` on. */
  readonly keptPart: (path: string, first: number, last: number, firstInFile: number) => string;
  readonly leftBehind: (megabytes: string, when: string, folder: string) => string;
  readonly notPiped: (megabytes: string) => string;
  readonly nothingTriggered: (rule: string) => string;
}
