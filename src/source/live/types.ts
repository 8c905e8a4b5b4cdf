import type { UserError } from "../../base/user-error.ts";
import type { ByteSource } from "../types.ts";

export type BackendName = "tcpdump" | "dumpcap" | "cap";

/** Whom the capture and its files belong to after root is given up. */
export interface Owner {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What to capture, and how. */
export interface CaptureRequest {
  readonly interfaceName: string;
  /** BPF (pcap-filter(7)); "": everything. */
  readonly filter: string;
  readonly snapLengthBytes: number;
  readonly bufferBytes: number;
  /** Rather late than lost: batches of packets instead of each at once. */
  readonly highRate: boolean;
  /** The backend ends by itself after so many packets; null: it goes on. */
  readonly packetCount: number | null;
  /** null: the capture keeps the identity that it was started with. */
  readonly owner: Owner | null;
}

/** A program that writes a classic pcap stream, and how to read what it says on standard error. */
export interface BackendCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Where the capture stream comes out. */
  readonly output: "fifo" | "stdout";
  /** How it is asked to end, after writing what it has. */
  readonly stopBy: "interrupt" | "stdin-end";
  /** Packets come in batches: those of the last second are lost when it is stopped at once. */
  readonly holdsBack: boolean;
  /** How its counters are asked for while it runs; null: it tells them at the end, or never. */
  readonly countersBy: "user-signal" | "stdin-line" | null;
}

export interface Backend {
  readonly name: BackendName | "remote";
  /** Where time stamps are made: "userspace" is off by what the helper's event loop lags. */
  readonly timestamps: "kernel" | "userspace";
  readonly tellsDrops: "running" | "at-end" | "never";
  /** The other machine of "remote". */
  readonly host?: string;
  /** `fifo`: path to write to when `output` is "fifo". Throws `UserError` when the tool is missing. */
  command(request: CaptureRequest, fifo: string): BackendCommand;
}

/** A capture under way: its pcap stream as bytes, what it says of losses, and why it ended. */
export interface CaptureSource extends ByteSource {
  readonly backend: Backend;
  readonly counters: BackendCounters;
  /** Packets come at most so long after they were captured. */
  readonly lagMs: number;
  /** Set at the end when nobody had asked for it. */
  readonly failure: UserError | null;
  /** Asks for counters; they come a little later. */
  askCounters(): void;
  /** "down" or "gone" tell why nothing comes any more; libpcap 1.10 survives a downed interface without a word. */
  interfaceState(): "up" | "down" | "gone" | "unknown";
  stop(): void;
}

/** Cumulative, as the backend tells them; null: it has not (yet). Loopback packets are counted twice by libpcap. */
export interface BackendCounters {
  readonly received: number | null;
  readonly droppedByKernel: number | null;
  readonly droppedByInterface: number | null;
}
