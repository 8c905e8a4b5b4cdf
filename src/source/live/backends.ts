import { EXIT, UserError } from "../../base/user-error.ts";
import { findTool } from "./find-tool.ts";
import type { Backend, BackendCommand, BackendName, CaptureRequest } from "./types.ts";

const KIB = 1024;
const MIB = 1024 * 1024;

const PACKAGES: Readonly<Record<string, string>> = { dumpcap: "wireshark-common", ssh: "openssh-client" };

function toolOrError(name: string): string {
  const path = findTool(name);
  if (path === null)
    throw new UserError(EXIT.capture, "capture.tool-missing", { name, package: PACKAGES[name] ?? name });
  return path;
}

/** Arguments that tcpdump 4.9.3 (Ubuntu 20.04) and later take. */
function tcpdumpArguments(request: CaptureRequest, output: string): string[] {
  const { interfaceName, snapLengthBytes, bufferBytes, highRate, packetCount, owner, filter } = request;
  return [
    ...["-i", interfaceName, "-n", "-U", "--time-stamp-precision=nano"],
    ...["-s", String(snapLengthBytes), "-B", String(Math.ceil(bufferBytes / KIB))],
    ...(highRate ? [] : ["--immediate-mode"]),
    ...(packetCount === null ? [] : ["-c", String(packetCount)]),
    // Otherwise a packaged tcpdump becomes user "tcpdump", which we could not signal after giving up root ourselves.
    ...(owner === null ? [] : ["-Z", owner.name]),
    ...["-w", output, filter],
  ];
}

/**
 * First choice: kernel time stamps, counters while it runs, gives up root by itself, no compiler needed. It writes to a
 * fifo, since AppArmor on Ubuntu may forbid tcpdump the socket pair that is Node's "pipe".
 */
const tcpdump: Backend = {
  name: "tcpdump",
  timestamps: "kernel",
  tellsDrops: "running",
  command: (request, fifo) => ({
    program: toolOrError("tcpdump"),
    args: tcpdumpArguments(request, fifo),
    output: "fifo",
    stopBy: "interrupt",
    holdsBack: request.highRate,
    countersBy: "user-signal",
  }),
};

/** Wireshark's: kernel time stamps; may be allowed to members of group wireshark without sudo; counters at its end. */
const dumpcap: Backend = {
  name: "dumpcap",
  timestamps: "kernel",
  tellsDrops: "at-end",
  command: (request) => {
    const { interfaceName, snapLengthBytes, bufferBytes, packetCount, owner, filter } = request;
    const program = toolOrError("dumpcap");
    const args = [
      ...["-q", "-P", "-i", interfaceName, "-s", String(snapLengthBytes)],
      ...["-B", String(Math.max(1, Math.round(bufferBytes / MIB)))],
      ...(packetCount === null ? [] : ["-c", String(packetCount)]),
      ...(filter === "" ? [] : ["-f", filter]),
      ...["-w", "-"],
    ];
    return asOwner({ program, args, output: "stdout", stopBy: "interrupt", holdsBack: false, countersBy: null }, owner);
  },
};

/** dumpcap keeps root to itself, and nobody else could stop it: it is started as the owner with the one right it needs. */
function asOwner(command: BackendCommand, owner: CaptureRequest["owner"]): BackendCommand {
  const setpriv = owner === null ? null : findTool("setpriv");
  if (owner === null || setpriv === null) return command;
  const identity = ["--reuid", String(owner.uid), "--regid", String(owner.gid), "--init-groups"];
  const rights = ["--inh-caps", "+net_raw", "--ambient-caps", "+net_raw"];
  return { ...command, program: setpriv, args: [...identity, ...rights, command.program, ...command.args] };
}

/** npm `cap` in a helper process of ours. `helperPath` is the built cap-helper.js. */
const cap = (helperPath: string): Backend => ({
  name: "cap",
  timestamps: "userspace",
  tellsDrops: "never",
  command: (request) => ({
    program: process.execPath,
    args: [helperPath, JSON.stringify(request)],
    output: "stdout",
    stopBy: "stdin-end",
    holdsBack: false,
    countersBy: null,
  }),
});

/** Bourne shell quoting. */
const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * tcpdump on another machine. The far shell turns each line that we send into SIGUSR1 and the end of our input, however
 * it comes about, into SIGTERM: the far tcpdump never outlives us.
 */
export const remote = (host: string): Backend => ({
  name: "remote",
  host,
  timestamps: "kernel",
  tellsDrops: "running",
  command: (request) => {
    const far = ["tcpdump", ...tcpdumpArguments({ ...request, owner: null }, "-")].map(quote).join(" ");
    const listen = "while read -r _; do kill -USR1 $t; done; kill -TERM $t";
    const script = `exec 3<&0; ${far} <&- & t=$!; (${listen}) <&3 2>/dev/null & r=$!; wait $t; s=$?; kill $r 2>/dev/null; exit $s`;
    return {
      program: toolOrError("ssh"),
      args: [
        "-T",
        ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=15"],
        // A line that is dead without a word is noticed within three quarters of a minute.
        ...["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"],
        "--",
        host,
        `s=; [ "$(id -u)" = 0 ] || s="sudo -n"; $s sh -c ${quote(script)}`,
      ],
      output: "stdout",
      stopBy: "stdin-end",
      holdsBack: request.highRate,
      countersBy: "stdin-line",
    };
  },
});

/** Backends to try, in order. */
export function backendsFor(wanted: BackendName | "auto", helperPath: string): readonly Backend[] {
  const all = [tcpdump, dumpcap, cap(helperPath)];
  return wanted === "auto" ? all : all.filter(({ name }) => name === wanted);
}
