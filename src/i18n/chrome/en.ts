import { captureEnds } from "../en/capture-ends.ts";
import type { Chrome, Failed } from "./words.ts";

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
const howMany = ({ connections, requestsOn }: Failed, all: number): string =>
  `${connections} of ${plural(all, "connection")} failed${requestsOn > 0 ? `, and requests on ${requestsOn} more` : ""}`;
const by = (from: string | null, what: string): string => (from === null ? what : `${from} ${what}`);

export const chromeEn: Chrome = {
  comma: ", ",
  colon: ": ",
  remark: (text) => `(${text})`,
  severity: { error: "ERROR", warning: "WARNING", note: "NOTE" },
  confidence: { certain: "certain", likely: "likely", possible: "possible" },
  side: { client: "client", server: "server" },
  failed: (failed, all, why) => (all === 1 ? `The connection failed: ${why}` : `${howMany(failed, all)}: ${why}`),
  failedInWays: (failed, all, ways) =>
    all === 1
      ? `The connection failed, and ${ways} things are wrong:`
      : ways > failed.connections + failed.requestsOn
        ? `${howMany(failed, all)}, and ${ways} things are wrong:`
        : `${howMany(failed, all)}, in ${ways} different ways:`,
  troubled: (troubled, all, why) => (all === 1 ? why : `An error on ${troubled} of ${all} connections: ${why}`),
  troubledInWays: (troubled, all, ways) =>
    all === 1 ? `${ways} things are wrong:` : `${ways} errors on ${troubled} of ${all} connections:`,
  wrong: (what) => what,
  wrongInWays: (ways) => `${ways} things are wrong:`,
  warned: (warned, all, why, failed) => {
    if (all === 1) return why;
    return `${failed ? "A warning" : "No connection failed; a warning"} about ${warned} of ${all}: ${why}`;
  },
  warnedInWays: (warned, all, failed) => {
    if (all === 1) return "Some things to look at:";
    return `${failed ? "Warnings" : "No connection failed; warnings"} about ${warned} of ${all}:`;
  },
  counts: (webSockets, closedCleanly, stillOpen, endedOtherwise) =>
    [
      plural(webSockets, "WebSocket"),
      ...(closedCleanly > 0 ? [`${closedCleanly} closed cleanly`] : []),
      ...(stillOpen > 0 ? [`${stillOpen} still open`] : []),
      ...(endedOtherwise > 0 ? [`${endedOtherwise} ended without a complete Close`] : []),
    ].join(", "),
  allWell: (counts) => `Nothing is wrong: ${counts}`,
  healthySoFar: (counts) => `The capture breaks off; up to there nothing is wrong: ${counts}`,
  pingsAnswered: (answered, pings) => `; ${answered} of ${plural(pings, "ping")} answered`,
  noWebSocket: "No WebSocket in this capture, and nothing that failed.",
  moreBelow: (n) => `and ${n} more below`,
  endedEarly: (name, why, offset) => `${name} breaks off at byte ${offset} (${why}): what came after is not known.`,
  endedEarlyWhy: captureEnds,
  captureStopped: (name, why) =>
    `The capture on ${name} ended before it was asked to (${why}): what came after is not known.`,
  interrupted: (name) => `Interrupted while reading ${name}: this is what had been read by then.`,
  dropped: (n) => `The capturing computer lost ${plural(n, "packet")}: gaps can come from that, not from the network.`,
  connection: "connection",
  followsFrom: (rule) => `follows from ${rule}`,
  moreFindings: (n) => `… and ${plural(n, "more finding")} (--format json has all)`,
  alsoOn: (n, ids) => `The same on ${plural(n, "other connection")}: ${ids}`,
  packet: "Packet",
  time: "Time",
  what: "What it shows",
  clockOf: (offset, clock) => ` (${offset} is ${clock} UTC)`,
  causes: "Why, and what to do",
  wireshark: "Wireshark filter",
  meaning: "What it means",
  seen: "How it is seen",
  sources: "Read more",
  connections: "CONNECTIONS",
  columns: {
    id: "#",
    start: "Start",
    peers: "Client → server",
    target: "Path",
    frames: "Frames",
    lasted: "Lasted",
    ended: "How it ended",
    from: "From",
    frame: "Frame",
    length: "Bytes",
    text: "Text",
  },
  legs: (front, back, proxy) => `#${front} and #${back} are one WebSocket: before and behind the proxy ${proxy}`,
  bothEnds: (nearClient, nearServer) =>
    `#${nearClient} and #${nearServer} are one connection: captured near the client and near the server`,
  moreJoins: (n) => `… and ${n} more such pairs (all of them: --format json)`,
  moreConnections: (n) => `… and ${plural(n, "more connection")} (--format json has them)`,
  kind: { http: "(HTTP)", tls: "(TLS)", tcp: "(not HTTP)" },
  closedCleanly: (code) => `clean, ${code}`,
  clientLeft: (code) => `${code}, client left`,
  closedSaying: (code, protocol, text) => `${code}, ${protocol}: ${text}`,
  closedWith: (code, from) => `${code} from ${from}`,
  closing: (code, from) => `${code} from ${from}, no answer yet`,
  endedWithout: (code, how) => `${code}, ${how}`,
  how: {
    fin: (from) => by(from, "FIN"),
    rst: (from) => by(from, "RST"),
    icmp: () => "ICMP error",
    silent: () => "silence",
    open: () => "still open",
  },
  refusedHttp: (status) => (status >= 400 ? `refused: HTTP ${status}` : `HTTP ${status}, not 101`),
  refusedTcp: "refused (RST)",
  unansweredTcp: "SYN unanswered",
  unansweredHttp: "upgrade unanswered",
  stillOpen: "still open",
  capture: "CAPTURE",
  packets: (n) => plural(n, "packet"),
  droppedCount: (n) => (n === null ? "drops not recorded" : n === 0 ? "none dropped" : `${n} DROPPED`),
  truncated: (n) => `${n} cut short`,
  malformed: (n) => `${n} malformed`,
  notDecoded: (what) => `Not read: ${what}`,
  redacted: (n) =>
    n === 0
      ? "No token or password was found to hide."
      : `${plural(n, "secret is", "secrets are")} hidden as [redacted:N] (--no-redact shows ${n === 1 ? "it" : "them"}).`,
  framesSealed: (n, noKeys) =>
    `${plural(n, "TLS connection stays", "TLS connections stay")} encrypted: ${
      noKeys
        ? `WebSocket frames in ${n === 1 ? "it" : "them"} need --keylog <file> (wscap report tells where to get one).`
        : `the keys given do not open ${n === 1 ? "it" : "them"} (wscap report tells why).`
    }`,
  textCut: "… (--format ndjson has the whole text)",
  noFrames: "No WebSocket frame in what was read: wscap report tells what there is instead.",
  notRedacted: "Tokens and passwords are NOT hidden (--no-redact): take care with whom you share this.",
  duration: (seconds) => {
    if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
    if (seconds < 120) return `${seconds.toFixed(1)} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  },
  findingsTotal: (errors, warnings, notes) =>
    `${plural(errors, "error")}, ${plural(warnings, "warning")}, ${plural(notes, "note")}`,
  progress: (percent, megabytes) => `reading: ${percent === null ? megabytes : `${percent} %`}`,
};
