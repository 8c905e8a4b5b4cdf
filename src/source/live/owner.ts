import { execFileSync } from "node:child_process";
import type { Owner } from "./types.ts";

/** The user who called sudo; null when nobody did, or when that was root. */
export function sudoOwner(env: NodeJS.ProcessEnv): Owner | null {
  const [uid, gid] = [Number(env["SUDO_UID"]), Number(env["SUDO_GID"])];
  if (process.geteuid?.() !== 0 || !Number.isInteger(uid) || !Number.isInteger(gid) || uid <= 0) return null;
  return { name: env["SUDO_USER"] ?? nameOf(uid), uid, gid };
}

const nameOf = (uid: number): string => {
  try {
    return execFileSync("id", ["-un", String(uid)], { encoding: "utf8" }).trim();
  } catch {
    return String(uid);
  }
};

/** Gives root up for good. The order matters: without root the groups could not be changed any more. */
export function becomeOwner({ uid, gid }: Owner): void {
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
