import type { LiveWords } from "./words.ts";

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;

export const liveEn: LiveWords = {
  capturing: (interfaceName, filter, backend) => `Capturing on ${interfaceName} with ${backend}: ${filter}`,
  userspaceStamps: "Time stamps are made outside the kernel: they may be off by some milliseconds.",
  dropsUnknown: "This backend does not tell how many packets it drops.",
  writingTo: (path) => `Writing to ${path}; wscap report reads it even when wscap does not come to its end.`,
  nameTaken: (path, instead) => `${path} is there already and stays: this capture will be called ${instead}.`,
  keyLogAwaited: (path) => `There is no key log ${path} yet: it is read as soon as it is written.`,
  howToEnd: "Ctrl-C ends and prints the report; twice ends at once.",
  connecting: "connecting",
  connected: "connected",
  open: (target) => `WebSocket open ${target}`,
  withdrawn: (title) => `no longer so: ${title}`,
  status: (packets, connections, frames, dropped) =>
    `${plural(packets, "packet")}, ${plural(connections, "connection")}, ${plural(frames, "frame")}` +
    (dropped ? `, ${plural(dropped, "packet")} dropped` : ""),
  nothingYet: (interfaceName, seconds) =>
    `No packet in ${seconds} s on ${interfaceName}. Is it another port (-p)${interfaceName === "any" ? "" : " or interface (-i)"}? wscap doctor shows what listens.`,
  ownAddress: (address, interfaceName) =>
    `${address} is this machine's own: what this machine says to itself goes over lo and not over ${interfaceName}. Without -i both are seen.`,
  interfaceDown: (name) => `Interface ${name} is down: nothing can come until it is up again.`,
  interfaceGone: (name) => `Interface ${name} is gone.`,
  interfaceUp: (name) => `Interface ${name} is up again.`,
  dropping: (packets) =>
    `${plural(packets, "packet")} dropped by the kernel: findings are less sure. --high-rate or a larger --buffer helps.`,
  writingStopped: (reason) =>
    `Nothing more can be written to disk (${reason}): what is there stays readable, and the analysis goes on.`,
  forgotten: (connections) =>
    `${plural(connections, "ended connection")} left out below, the oldest ones, to keep memory bounded.`,
  kept: (path) => `Kept: ${path}`,
  keptPart: (path, first, last, firstInFile) =>
    `Kept: ${path}: packets ${first} to ${last} of the capture, numbered from ${firstInFile} there`,
  leftBehind: (megabytes, when, folder) =>
    `A capture that was cut off is still there (${megabytes} MB, until ${when}). Read it: wscap report ${folder}/* · delete it: rm -r ${folder}`,
  notPiped: (megabytes) => `${megabytes} MB were left out of standard output: its reader was too slow.`,
  nothingTriggered: (rule) => `Nothing kept: ${rule} did not happen.`,
};
