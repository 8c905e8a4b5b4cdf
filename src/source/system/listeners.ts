import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A program that waits for TCP connections. */
export interface Listener {
  readonly address: string;
  readonly ipVersion: 4 | 6;
  readonly port: number;
  /** null: it belongs to somebody else, and only root may look. */
  readonly pid: number | null;
  readonly command: string | null;
}

const LISTEN = "0A";

/** Who listens on a port, from /proc/net/tcp and tcp6 (proc(5)). */
export function listenersOn(port: number): Listener[] {
  const found = ([4, 6] as const).flatMap((ipVersion) =>
    rowsOf(ipVersion === 4 ? "/proc/net/tcp" : "/proc/net/tcp6").flatMap((row) => {
      const [local = "", , state, , , , , , inode = ""] = row.slice(1);
      const [address = "", portHex = ""] = local.split(":");
      return state === LISTEN && Number.parseInt(portHex, 16) === port
        ? [{ address: addressOf(address), ipVersion, port, inode }]
        : [];
    }),
  );
  const owners = ownersOf(new Set(found.map(({ inode }) => inode)));
  return found.map(({ inode, ...listener }) => ({ ...listener, pid: null, command: null, ...owners.get(inode) }));
}

function rowsOf(path: string): string[][] {
  try {
    const lines = readFileSync(path, "latin1").trim().split("\n").slice(1);
    return lines.map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/** The kernel prints 32-bit words in host order: on the little-endian machines we run on, bytes come backwards. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return "::1";
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return `::ffff:${bytes.slice(12).join(".")}`;
  }
  const groups = Array.from({ length: 8 }, (_, group) => ((bytes[group * 2] ?? 0) << 8) | (bytes[group * 2 + 1] ?? 0));
  return groups.map((group) => group.toString(16)).join(":");
}

function ownersOf(inodes: ReadonlySet<string>): Map<string, { pid: number; command: string }> {
  const owners = new Map<string, { pid: number; command: string }>();
  if (inodes.size === 0) return owners;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const inode of socketsOf(pid)) {
      if (inodes.has(inode) && !owners.has(inode)) owners.set(inode, { pid: Number(pid), command: commandOf(pid) });
    }
  }
  return owners;
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
    });
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim().slice(0, 200);
  } catch {
    return "";
  }
}
