import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** sbin is not on everybody's PATH, but tcpdump is there on older systems. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** Path of an executable, or null. */
export function findTool(name: string, path: string = process.env["PATH"] ?? ""): string | null {
  for (const folder of [...path.split(delimiter), ...SYSTEM_FOLDERS]) {
    if (folder === "") continue;
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here.
    }
  }
  return null;
}
