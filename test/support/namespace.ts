// Network namespaces for tests that need a network of their own. They are removed when the set is closed, when the process
// exits or is interrupted, and, after a SIGKILL, by the next process that makes a set.

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const OWNED_NAME = /^wscap-(\d+)-/;
const openSets = new Set<NamespaceSet>();
let setsMade = 0;

/** Runs a program to its end and returns its standard output; throws with its standard error when it fails. */
export function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 });
}

/** As `run`, for programs that take a while: other scenarios' clocks go on meanwhile. */
export async function runSlow(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    encoding: "utf8",
    timeout: 30_000,
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

/** Why namespaces cannot be made here, as a sentence, or null when they can. */
export function namespacesUnavailable(tools: readonly string[] = []): string | null {
  if (process.platform !== "linux") return "network namespaces exist on Linux only";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const tool of ["ip", ...tools]) {
    try {
      run("sh", "-c", `command -v ${tool}`);
    } catch {
      return `${tool} is not installed`;
    }
  }
  try {
    const set = new NamespaceSet();
    set.add("probe");
    set.close();
    return null;
  } catch (error) {
    return `namespaces cannot be made here: ${(error as Error).message.split("\n")[0]}`;
  }
}

export class NamespaceSet {
  readonly #prefix: string;
  readonly #names: string[] = [];

  constructor() {
    this.#prefix = `wscap-${process.pid}-${setsMade++}-`;
    if (setsMade === 1) {
      removeAbandoned();
      process.once("exit", () => {
        for (const set of openSets) set.close();
      });
    }
    openSets.add(this);
  }

  /** Makes a namespace with loopback up and IPv6 silent (no neighbour discovery noise in captures); returns its full name. */
  add(label: string): string {
    const name = this.#prefix + label;
    run("ip", "netns", "add", name);
    this.#names.push(name);
    setSysctl(name, "net.ipv6.conf.all.disable_ipv6", 1);
    setSysctl(name, "net.ipv6.conf.default.disable_ipv6", 1);
    run("ip", "-n", name, "link", "set", "lo", "up");
    return name;
  }

  /** Ends what still runs inside the namespaces and removes them. */
  close(): void {
    openSets.delete(this);
    for (const name of this.#names.splice(0)) removeNamespace(name);
  }
}

/** A veth pair: interface `left.interface` in one namespace is wired to `right.interface` in the other. */
export function wire(
  left: { namespace: string; interface: string; mac?: string },
  right: { namespace: string; interface: string; mac?: string },
): void {
  const end = (e: typeof left) => ["name", e.interface, "netns", e.namespace, ...(e.mac ? ["address", e.mac] : [])];
  run("ip", "link", "add", ...end(left), "type", "veth", "peer", ...end(right));
}

/** Gives an interface its addresses ("192.168.50.10/24") and takes it up. */
export function configure(namespace: string, interfaceName: string, ...addresses: string[]): void {
  run("ip", "-n", namespace, "link", "set", interfaceName, "up");
  for (const address of addresses) {
    const family = address.includes(":") ? ["-6"] : [];
    if (family.length > 0) setSysctl(namespace, `net.ipv6.conf.${interfaceName}.disable_ipv6`, 0);
    run(
      "ip",
      ...family,
      "-n",
      namespace,
      "addr",
      "add",
      address,
      "dev",
      interfaceName,
      ...(family[0] ? ["nodad"] : []),
    );
  }
}

export function setSysctl(namespace: string, key: string, value: number | string): void {
  const path = `/proc/sys/${key.replaceAll(".", "/")}`;
  run("ip", "netns", "exec", namespace, "sh", "-c", `[ ! -e ${path} ] || echo '${value}' > ${path}`);
}

function removeAbandoned(): void {
  for (const line of run("ip", "netns", "list").split("\n")) {
    const owner = OWNED_NAME.exec(line)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    removeNamespace(line.split(" ")[0] ?? "");
  }
}

function removeNamespace(name: string): void {
  try {
    for (const pid of run("ip", "netns", "pids", name).split("\n").filter(Boolean))
      process.kill(Number(pid), "SIGKILL");
  } catch {
    // a process that ended between listing and killing is what we wanted
  }
  try {
    run("ip", "netns", "del", name);
  } catch (error) {
    process.stderr.write(`could not remove namespace ${name}: ${(error as Error).message}\n`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
