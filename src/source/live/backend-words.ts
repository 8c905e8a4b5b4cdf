import { EXIT, UserError } from "../../base/user-error.ts";
import type { Backend, BackendCounters, CaptureRequest } from "./types.ts";

/** What a backend said and how it ended. */
export interface BackendEnd {
  readonly backend: Backend;
  readonly request: CaptureRequest;
  readonly stderr: string;
  /** It had begun to capture. */
  readonly began: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const NO_PERMISSION =
  /operation not permitted|EACCES|permission (?:to|denied)|don't have permission|a password is required/i;
const NO_INTERFACE = /no such device|SIOCGIFHWADDR|there is no interface|does not exist|unknown interface/i;
const BAD_FILTER =
  /filter expression|syntax error|capture filter|not a valid|illegal token|unknown (?:host|port)|can't parse/i;
const GONE = /interface disappeared|interface went down|network is down|no longer attached|'status == 0'|status == 0/i;
const NOT_BUILT = /cap\.node/;
const NO_MODULE = /cannot find (?:module|package) '?cap'?/i;
const UNREACHABLE =
  /permission denied \(|could not resolve|connection (?:refused|timed out|closed|reset)|no route to host|host key/i;
/** ssh's own exit code: what it was asked to run never has it. */
const SSH_FAILED = 255;
const NO_TOOL = /command not found|not found$/im;

const OWN_NAME = /^(?:tcpdump|dumpcap|wscap-cap): /;
const CHATTER = /^$|^(?:tcpdump: )?listening on|^(?:tcpdump: )?\d+ packets?|^Capturing on|^File:|^Warning:|^See the /;
const LONGEST_REASON = 300;

/** What a backend said of its trouble, for people: the last line under its own name, or the last at all. */
function lastWords(stderr: string): string {
  const filter = /syntax error[^.)\n]*|can't parse [^.)\n]*|unknown (?:host|port) [^.)\n]*/.exec(stderr);
  if (filter !== null) return filter[0].slice(0, LONGEST_REASON);
  const said = stderr.split("\n").filter((line) => !CHATTER.test(line.trim()));
  const last = said.findLast((line) => OWN_NAME.test(line)) ?? said.at(-1) ?? "";
  return last.replace(OWN_NAME, "").trim().slice(0, LONGEST_REASON);
}

/** Why a backend did not start, or ended without being asked to. Always exit code 4, but for what the user typed. */
export function failureOf({ backend, request, stderr, began, code, signal }: BackendEnd): UserError {
  const { interfaceName, filter } = request;
  const args = { backend: backend.name, name: interfaceName, filter, reason: lastWords(stderr) };
  if (NOT_BUILT.test(stderr)) return new UserError(EXIT.capture, "capture.cap-not-built", args);
  if (NO_MODULE.test(stderr)) return new UserError(EXIT.capture, "capture.cap-missing", args);
  if (GONE.test(stderr)) return new UserError(EXIT.capture, "capture.interface-gone", args);
  if (backend.name === "remote" && !began && UNREACHABLE.test(stderr)) {
    return new UserError(EXIT.capture, "capture.remote-unreachable", { ...args, host: backend.host ?? "" });
  }
  if (NO_PERMISSION.test(stderr)) {
    return new UserError(EXIT.capture, `capture.no-permission-${backend.name}`, args);
  }
  if (NO_INTERFACE.test(stderr)) return new UserError(EXIT.usage, "capture.no-such-interface", args);
  if (BAD_FILTER.test(stderr)) return new UserError(EXIT.usage, "capture.bad-filter", args);
  if (backend.name === "remote" && NO_TOOL.test(stderr)) {
    return new UserError(EXIT.capture, "capture.remote-tool-missing", args);
  }
  if (backend.name === "remote" && code === SSH_FAILED) {
    const messageId = began ? "capture.remote-broke" : "capture.remote-unreachable";
    return new UserError(EXIT.capture, messageId, { ...args, host: backend.host ?? "" });
  }
  if (signal !== null) return new UserError(EXIT.capture, "capture.backend-killed", { ...args, signal });
  return new UserError(EXIT.capture, "capture.backend-ended", { ...args, code: code ?? -1 });
}

const TCPDUMP_COUNTER = /(\d+) packets? (received by filter|dropped by kernel|dropped by interface)/g;
/** dumpcap 3 and 4: received/dropped on interface 'any': 12/3 (pcap:3/dumpcap:0/flushed:0/ps_ifdrop:0) */
const DUMPCAP_COUNTERS = /received\/dropped on interface [^:]*: (\d+)\/(\d+)(?: \(.*?ps_ifdrop:(\d+)\))?/;

/** The newest counters in what was said since the last look. */
export function countersIn(stderr: string, before: BackendCounters): BackendCounters {
  let { received, droppedByKernel, droppedByInterface } = before;
  for (const [, count, what] of stderr.matchAll(TCPDUMP_COUNTER)) {
    if (what === "received by filter") received = Number(count);
    else if (what === "dropped by kernel") droppedByKernel = Number(count);
    else droppedByInterface = Number(count);
  }
  const told = DUMPCAP_COUNTERS.exec(stderr);
  if (told !== null) {
    received = Number(told[1]);
    droppedByKernel = Number(told[2]);
    if (told[3] !== undefined) droppedByInterface = Number(told[3]);
  }
  return { received, droppedByKernel, droppedByInterface };
}
