import { realpathSync } from "node:fs";
import { networkInterfaces, release, type as systemName } from "node:os";
import { dirname, join } from "node:path";
import { EXIT, UserError } from "../../base/user-error.ts";
import { PcapngRecorder } from "../../pcap/pcapng-recorder.ts";
import { backendsFor, remote } from "../../source/live/backends.ts";
import { captureFilter, tcpFilter } from "../../source/live/filter.ts";
import { LiveSource } from "../../source/live/live-source.ts";
import { becomeOwner, sudoOwner } from "../../source/live/owner.ts";
import { PairedSource } from "../../source/live/paired-source.ts";
import type { Backend, CaptureRequest, CaptureSource } from "../../source/live/types.ts";
import type { Logger } from "../logger.ts";
import { captureDefaults, type LiveOptions } from "./options.ts";

const MIB = 1024 * 1024;
/** Where nobody said: the port of the owner's servers. */
const DEFAULT_PORT = 8080;

/** The built helper lies beside the program. */
export const capHelperPath = (): string => join(dirname(realpathSync(process.argv[1] ?? ".")), "cap-helper.js");

/** Ports that are captured; none: a filter of the user's own says it all. */
export const portsOf = ({ port, filter }: Pick<LiveOptions, "port" | "filter">): readonly number[] =>
  port ?? (filter === undefined ? [DEFAULT_PORT] : []);

/** An interface by its name or by one of its addresses. `address`: it was meant by that. */
export function interfaceOf(wanted: string): { name: string; address: string | null } {
  const interfaces = networkInterfaces();
  if (wanted === "") throw new UserError(EXIT.usage, "usage.option-without-value", { name: "-i", command: "live" });
  if (wanted === "any" || wanted in interfaces) return { name: wanted, address: null };
  for (const [name, addresses] of Object.entries(interfaces)) {
    if (addresses?.some(({ address }) => address === wanted)) return { name, address: wanted };
  }
  if (/^\d+\.\d+\.\d+\.\d+$|:.*:/.test(wanted)) {
    throw new UserError(EXIT.usage, "capture.no-such-address", { name: wanted });
  }
  // Interfaces without an address are not listed: the backend knows.
  return { name: wanted, address: null };
}

type CaptureOptions = Pick<LiveOptions, "backend" | "interface" | "port" | "filter" | "remote" | "highRate" | "count"> &
  Partial<Pick<LiveOptions, "snaplen" | "buffer">>;

export interface OpenedCapture {
  readonly source: CaptureSource;
  readonly request: CaptureRequest;
  readonly address: string | null;
  /** The part of the filter that people asked for. */
  readonly asked: string;
}

/**
 * Starts the first backend that can capture, then gives root up. Throws `UserError`: what the first one said that was
 * there at all.
 */
export async function openCapture(options: CaptureOptions, logger: Logger): Promise<OpenedCapture> {
  const { name, address } =
    options.remote === undefined
      ? interfaceOf(options.interface ?? "any")
      : { name: options.interface ?? "any", address: null };
  const owner = options.remote === undefined ? sudoOwner(process.env) : null;
  const request: CaptureRequest = {
    interfaceName: name,
    filter: captureFilter(portsOf(options), options.filter ?? null),
    snapLengthBytes: options.snaplen ?? captureDefaults.snaplen,
    bufferBytes: (options.buffer ?? captureDefaults.buffer) * MIB,
    highRate: options.highRate ?? false,
    packetCount: options.count ?? null,
    owner,
  };
  const backends =
    options.remote === undefined ? backendsFor(options.backend, capHelperPath()) : [remote(options.remote)];
  const source = await firstThatStarts(backends, request, logger);
  if (owner !== null) becomeOwner(owner);
  return { source, request, address, asked: tcpFilter(portsOf(options), options.filter ?? null) };
}

async function firstThatStarts(
  backends: readonly Backend[],
  request: CaptureRequest,
  logger: Logger,
): Promise<CaptureSource> {
  const failures: UserError[] = [];
  for (const backend of backends) {
    try {
      return await startPaired(backend, request);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      logger.info({ backend: backend.name, why: error.messageId }, "backend does not start");
      failures.push(error);
      // A wrong filter or interface is wrong for all of them.
      if (error.exitCode === EXIT.usage) break;
    }
  }
  const told = failures.find(({ exitCode }) => exitCode === EXIT.usage);
  const present = failures.find(({ messageId }) => messageId !== "capture.tool-missing");
  if (told !== undefined) throw told;
  if (backends.length > 1 && failures.every(isMissing)) throw new UserError(EXIT.capture, "capture.no-tool");
  throw present ?? failures[0] ?? new UserError(EXIT.capture, "capture.no-tool");
}

/** The prompt one of two is followed only while little comes: some hundred slots, which cost twice as much memory. */
const PROMPT_BUFFER_BYTES = 32 * MIB;

/** tcpdump listens twice, so that packets are neither late nor lost. */
async function startPaired(backend: Backend, request: CaptureRequest): Promise<CaptureSource> {
  if (backend.name !== "tcpdump" || request.highRate) return LiveSource.start(backend, request);
  const bufferBytes = Math.min(request.bufferBytes, PROMPT_BUFFER_BYTES);
  const prompt = await LiveSource.start(backend, { ...request, bufferBytes });
  try {
    return new PairedSource(prompt, await LiveSource.start(backend, { ...request, highRate: true }));
  } catch (error) {
    prompt.stop(true);
    throw error;
  }
}

const isMissing = ({ messageId }: UserError): boolean =>
  messageId === "capture.tool-missing" || messageId === "capture.cap-missing" || messageId === "capture.cap-not-built";

/** Packets may wait so long in kernel and backend before we see them. */
export const lagNsOf = ({ source }: OpenedCapture): bigint => BigInt(source.lagMs) * 1_000_000n;

/** What kernel and interface dropped; null: not told. */
export function droppedOf({ source }: OpenedCapture): number | null {
  const { droppedByKernel, droppedByInterface } = source.counters;
  return droppedByKernel === null ? null : droppedByKernel + (droppedByInterface ?? 0);
}

export function recorderOf({ source, request }: OpenedCapture, version: string): PcapngRecorder {
  const { backend } = source;
  const stamps = backend.timestamps === "kernel" ? "kernel time stamps" : "time stamps made outside the kernel";
  return new PcapngRecorder({
    application: `wscap ${version}`,
    operatingSystem: `${systemName()} ${release()}`,
    interfaceName: source.label,
    filter: request.filter,
    comment: `wscap live, backend ${backend.name}, ${stamps}, drops told: ${backend.tellsDrops}`,
  });
}
