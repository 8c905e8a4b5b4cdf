import { readFileSync } from "node:fs";
import { UserError } from "../../base/user-error.ts";
import { backendsFor } from "../../source/live/backends.ts";
import { type LeftBehind, leftBehind } from "../../source/live/left-behind.ts";
import { LiveSource } from "../../source/live/live-source.ts";
import { ask } from "../../source/system/ask.ts";
import { type Firewall, readFirewalls } from "../../source/system/firewall.ts";
import { listInterfaces, type NetworkInterface } from "../../source/system/interfaces.ts";
import { type Listener, listenersOn } from "../../source/system/listeners.ts";
import { capHelperPath } from "../live/open-capture.ts";

export interface BackendHealth {
  readonly name: string;
  readonly works: boolean;
  /** Message id and arguments of why not. */
  readonly why: UserError | null;
  readonly version: string | null;
}

/** Everything that `wscap doctor` looks at. Looking changes nothing. */
export interface Examination {
  readonly nodeVersion: string;
  readonly libpcapVersion: string | null;
  readonly user: { readonly uid: number; readonly capabilities: readonly string[] };
  readonly backends: readonly BackendHealth[];
  /** What `getcap` says of the capture tools. */
  readonly fileCapabilities: readonly string[];
  readonly interfaces: readonly NetworkInterface[];
  readonly port: number;
  readonly listeners: readonly Listener[];
  readonly firewalls: readonly Firewall[];
  readonly leftBehind: readonly LeftBehind[];
  /** null: nobody there who knows. */
  readonly clockSynchronised: boolean | null;
}

/** Capability bits that matter for capturing (capabilities(7)). */
const CAPABILITIES: readonly (readonly [bit: bigint, name: string])[] = [
  [12n, "net_admin"],
  [13n, "net_raw"],
];

export async function examine(port: number): Promise<Examination> {
  const tcpdump = await ask("tcpdump", "--version");
  return {
    nodeVersion: process.version,
    libpcapVersion: /libpcap version (\S+)/.exec(tcpdump?.text ?? "")?.[1] ?? null,
    user: { uid: process.geteuid?.() ?? -1, capabilities: ownCapabilities() },
    backends: await backendHealth(),
    fileCapabilities: await fileCapabilities(),
    interfaces: listInterfaces(),
    port,
    listeners: listenersOn(port),
    firewalls: await readFirewalls(port),
    leftBehind: leftBehind(),
    clockSynchronised: await clockSynchronised(),
  };
}

function ownCapabilities(): string[] {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
    const bits = BigInt(`0x${effective}`);
    return CAPABILITIES.filter(([bit]) => (bits >> bit) & 1n).map(([, name]) => name);
  } catch {
    return [];
  }
}

/** Nothing tells better whether a backend works than letting it begin; it is ended at once. */
async function backendHealth(): Promise<BackendHealth[]> {
  const health: BackendHealth[] = [];
  for (const backend of backendsFor("auto", capHelperPath())) {
    const version = backend.name === "cap" ? null : versionIn((await ask(backend.name, "--version"))?.text);
    try {
      const source = await LiveSource.start(backend, {
        interfaceName: "any",
        filter: "tcp port 1",
        snapLengthBytes: 128,
        bufferBytes: 1024 * 1024,
        highRate: false,
        packetCount: null,
        owner: null,
      });
      await endOf(source);
      health.push({ name: backend.name, works: true, why: null, version });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      health.push({ name: backend.name, works: false, why: error, version });
    }
  }
  return health;
}

async function endOf(source: LiveSource): Promise<void> {
  for await (const _ of source.chunks(AbortSignal.abort()));
}

const versionIn = (text: string | undefined): string | null => /\d+\.\d+(?:\.\d+)?/.exec(text ?? "")?.[0] ?? null;

async function fileCapabilities(): Promise<string[]> {
  const paths = ["/usr/bin/tcpdump", "/usr/sbin/tcpdump", "/usr/bin/dumpcap"];
  const answer = await ask("getcap", ...paths);
  return answer === null ? [] : answer.text.split("\n").filter((line) => line.includes("cap_"));
}

async function clockSynchronised(): Promise<boolean | null> {
  const answer = await ask("timedatectl", "show", "-p", "NTPSynchronized", "--value");
  if (answer?.ok !== true) return null;
  return answer.text === "yes" ? true : answer.text === "no" ? false : null;
}
