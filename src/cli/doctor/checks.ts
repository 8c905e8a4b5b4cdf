import type { CheckId } from "../../i18n/doctor/words.ts";
import type { Examination } from "./examine.ts";

/** One line of the doctor: what it is about, how it is, and the command that makes it well. */
export interface Check {
  readonly id: CheckId;
  readonly state: "good" | "wrong" | "unknown";
  readonly args: Readonly<Record<string, string | number>>;
  readonly command: string | null;
}

const LEAST_NODE = [20, 19] as const;

/** What follows from what was seen. Pure. */
export function checksOf(seen: Examination): Check[] {
  return [
    nodeCheck(seen),
    ...backendChecks(seen),
    ...portChecks(seen),
    ...firewallChecks(seen),
    clockCheck(seen),
    ...leftChecks(seen),
  ];
}

function nodeCheck({ nodeVersion }: Examination): Check {
  const [major = 0, minor = 0] = nodeVersion.slice(1).split(".").map(Number);
  const good = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return {
    id: good ? "node" : "node-old",
    state: good ? "good" : "wrong",
    args: { version: nodeVersion, least: LEAST_NODE.join(".") },
    command: good ? null : "nvm install 20",
  };
}

function backendChecks({ backends, user, libpcapVersion }: Examination): Check[] {
  const checks = backends.map(({ name, works, version }): Check => {
    const args = { name, version: version ?? "", libpcap: libpcapVersion ?? "" };
    return { id: works ? "backend" : "backend-not", state: works ? "good" : "unknown", args, command: null };
  });
  if (backends.some(({ works }) => works)) return checks;
  const present = backends.some(({ why }) => why?.messageId.startsWith("capture.no-permission"));
  const command = present
    ? "sudo setcap cap_net_raw+ep $(readlink -f $(command -v tcpdump))"
    : "sudo apt install tcpdump";
  const id = present ? "capture-not-permitted" : "capture-no-tool";
  return [...checks, { id, state: "wrong", args: { uid: user.uid }, command }];
}

function portChecks({ listeners, port }: Examination): Check[] {
  if (listeners.length === 0) {
    return [{ id: "nothing-listens", state: "wrong", args: { port }, command: "sudo ss -tlnp" }];
  }
  const listening = listeners.map(({ address, pid, command }): Check => {
    const who = command === null ? "" : `${command} (${pid})`;
    return {
      id: who === "" ? "listens-unknown" : "listens",
      state: "good",
      args: { port, address, who },
      command: null,
    };
  });
  const loopbackOnly = listeners.every(({ address }) => /^(?:127\.|::1$|::ffff:127\.)/.test(address));
  if (loopbackOnly) {
    listening.push({
      id: "loopback-only",
      state: "wrong",
      args: { port, address: listeners[0]?.address ?? "" },
      command: null,
    });
  }
  // "localhost" is ::1 first on many systems: a server on 127.0.0.1 alone refuses it.
  const versions = new Set(listeners.map(({ ipVersion }) => ipVersion));
  const everywhere = listeners.some(({ address }) => address === "::");
  if (!versions.has(6)) listening.push({ id: "ipv4-only", state: "unknown", args: { port }, command: null });
  else if (!versions.has(4) && !everywhere)
    listening.push({ id: "ipv6-only", state: "wrong", args: { port }, command: null });
  return listening;
}

function firewallChecks({ firewalls, port }: Examination): Check[] {
  const there = firewalls.filter(({ state }) => state !== "absent");
  if (there.length === 0) return [{ id: "no-firewall", state: "good", args: {}, command: null }];
  return there.map(({ tool, state, lines, dropsByDefault }): Check => {
    const args = { tool, port, rules: lines.join(" | ") };
    if (state === "unreadable")
      return { id: "firewall-unreadable", state: "unknown", args, command: "sudo wscap doctor" };
    if (state === "open") return { id: "firewall-open", state: "good", args, command: null };
    if (dropsByDefault && !lines.some((line) => line.includes(String(port)))) {
      const command =
        tool === "ufw" ? `sudo ufw allow ${port}/tcp` : `sudo iptables -I INPUT -p tcp --dport ${port} -j ACCEPT`;
      return {
        id: "firewall-drops",
        state: "wrong",
        args,
        command: tool === "nft" ? "sudo nft list ruleset" : command,
      };
    }
    return { id: lines.length === 0 ? "firewall-open" : "firewall-rules", state: "unknown", args, command: null };
  });
}

const leftChecks = ({ leftBehind }: Examination): Check[] =>
  leftBehind.map(({ folder, bytes, lastMs }) => ({
    id: "left-behind",
    state: "unknown",
    args: { folder, megabytes: (bytes / 1e6).toFixed(2), when: new Date(lastMs).toISOString() },
    command: `wscap report ${folder}/*`,
  }));

function clockCheck({ clockSynchronised }: Examination): Check {
  if (clockSynchronised === null)
    return { id: "clock-unknown", state: "unknown", args: {}, command: "timedatectl status" };
  return clockSynchronised
    ? { id: "clock", state: "good", args: {}, command: null }
    : { id: "clock-not", state: "wrong", args: {}, command: "sudo timedatectl set-ntp true" };
}
