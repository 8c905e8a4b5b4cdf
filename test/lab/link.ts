// The userspace link between two namespaces (link.py): what netem would do where the kernel has it, and forged packets besides.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "../support/namespace.ts";

const script = fileURLToPath(new URL("link.py", import.meta.url));
let linksMade = 0;

/** Which way a setting holds: "up" is client to server. */
export type Way = "up" | "down" | "both";

/** All probabilities are 0…1. A setting replaces what was set before for its way; what is left out goes back to "no harm". */
export interface Harm {
  readonly delayMs?: number;
  /** Uniform, added to the delay, order kept. */
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly duplicate?: number;
  /** Chance that a frame is held back behind later ones for `reorderMs` (default 10). */
  readonly reorder?: number;
  readonly reorderMs?: number;
  /** Chance that a bit of the TCP payload is flipped, so that its checksum no longer fits. */
  readonly corrupt?: number;
  /** IP packets longer than this vanish without ICMP. */
  readonly mtuBytes?: number;
  /** Nothing passes, ARP included. */
  readonly cut?: boolean;
  /** Drop only frames whose TCP flags, masked by `mask`, equal `equals` (for example SYN-ACK: 0x12 of 0x17). */
  readonly dropFlags?: { readonly mask: number; readonly equals: number };
}

export interface ForgedReset {
  /** Whom the RST pretends to come from. */
  readonly from: "client" | "server";
  readonly hopLimit: number;
  readonly ipId: number;
  /** Distance from the sequence number that the receiver awaits; 0 hits. Default 0. */
  readonly sequenceOffset?: number;
  /** How many, each a little further, as censors send them. Default 1. */
  readonly count?: number;
  /** Sent to the named end, or to both. */
  readonly to?: "receiver" | "both";
}

export class Link {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * Opens the link and moves its two ends, each called eth0, into the namespaces; a third namespace gets the mirror port, up
   * and called mirror.
   */
  static async open(client: string, server: string, monitor?: string): Promise<Link> {
    const id = `${process.pid}n${linksMade++}`.slice(-12);
    const names = [`c${id}`, `s${id}`] as const;
    const mirror = monitor === undefined ? [] : [`m${id}`];
    const child = spawn("/usr/bin/python3", [script, ...names, ...mirror], { stdio: ["pipe", "pipe", "inherit"] });
    const link = new Link(child);
    await firstLine(child);
    run("ip", "link", "set", names[0], "netns", client, "name", "eth0");
    run("ip", "link", "set", names[1], "netns", server, "name", "eth0");
    for (const name of mirror) {
      run("ip", "link", "set", name, "netns", monitor ?? "", "name", "mirror");
      run("ip", "-n", monitor ?? "", "link", "set", "mirror", "up");
    }
    return link;
  }

  /** From now on the mirror port's frames carry these VLAN tags, outermost first. */
  tagMirror(...vlans: readonly number[]): void {
    this.#tell({ do: "tag", vlans });
  }

  harm(way: Way, harm: Harm): void {
    this.#tell({ do: "harm", way, ...harm });
  }

  /** Forges resets on the connection that carried the newest TCP segment. */
  forgeReset(reset: ForgedReset): void {
    this.#tell({ do: "reset", ...reset });
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  #tell(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error("no standard output");
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the link ended with ${code}`)));
    child.once("error", reject);
  });
}
