import { execFileSync } from "node:child_process";
import { chownSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { EXIT, UserError } from "../../base/user-error.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { findTool } from "./find-tool.ts";
import type { Owner } from "./types.ts";

/** A fifo in a folder that only its owner can enter. Read through the event loop: no thread waits for packets. */
export interface Fifo {
  readonly path: string;
  readonly stream: Socket;
  /** The name is not needed any more once both ends are open. */
  removeName(): void;
}

export function makeFifo(owner: Owner | null): Fifo {
  // Where even this is missing, a backend that needs no fifo may still capture.
  const mkfifo = findTool("mkfifo");
  if (mkfifo === null)
    throw new UserError(EXIT.capture, "capture.tool-missing", { name: "mkfifo", package: "coreutils" });
  const folder = temporaryFolder("wscap-", EXIT.capture);
  // AppArmor's profile for tcpdump allows names that end so.
  const path = join(folder.path, "live.pcap");
  execFileSync(mkfifo, ["-m", "600", path]);
  if (owner !== null) {
    chownSync(path, owner.uid, owner.gid);
    chownSync(folder.path, owner.uid, owner.gid);
  }
  // Without waiting for the writer, which may never come.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stream = new Socket({ fd, readable: true, writable: false });
  return { path, stream, removeName: () => folder.remove() };
}
