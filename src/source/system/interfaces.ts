import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

/** Where can be captured. */
export interface NetworkInterface {
  readonly name: string;
  readonly state: "up" | "down" | "no-carrier";
  readonly loopback: boolean;
  /** With prefix length. */
  readonly addresses: readonly string[];
}

const FLAG_UP = 0x1;
const FLAG_LOOPBACK = 0x8;

const readText = (path: string): string => {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    // A downed interface has no carrier to tell of.
    return "";
  }
};

/** All interfaces of this machine (of this network namespace), also those that are down. */
export function listInterfaces(): NetworkInterface[] {
  const addresses = networkInterfaces();
  const names = namesInSysfs() ?? Object.keys(addresses);
  return names.map((name) => {
    const flags = Number(readText(`/sys/class/net/${name}/flags`));
    const isUp = (flags & FLAG_UP) !== 0;
    const carrier = readText(`/sys/class/net/${name}/carrier`) !== "0";
    return {
      name,
      state: isUp ? (carrier ? "up" : "no-carrier") : "down",
      loopback: (flags & FLAG_LOOPBACK) !== 0,
      addresses: (addresses[name] ?? []).map(({ cidr, address }) => cidr ?? address),
    };
  });
}

function namesInSysfs(): string[] | null {
  try {
    return readdirSync("/sys/class/net").filter((name) => readText(`/sys/class/net/${name}/flags`) !== "");
  } catch {
    return null;
  }
}
