import type { DoctorWords } from "./words.ts";

export const doctorEn: DoctorWords = {
  checks: {
    node: "Node {version}",
    "node-old": "Node {version} is too old: wscap needs {least} or newer",
    backend: "{name} {version} can capture",
    "backend-not": "{name} cannot capture: {reason}",
    "capture-not-permitted": "Nothing may capture as this user (uid {uid}): use sudo, or allow tcpdump",
    "capture-no-tool": "There is nothing to capture with",
    "nothing-listens": "Nothing listens on TCP port {port}: the server is not running, or uses another port",
    listens: "{who} listens on {address} port {port}",
    "listens-unknown": "Somebody else's program listens on {address} port {port} (sudo shows which)",
    "loopback-only":
      "Port {port} is bound to {address} only: other machines are refused. Bind the server to 0.0.0.0 (or ::)",
    "ipv4-only": "Port {port} is open on IPv4 only: a client whose localhost means ::1 is refused; use 127.0.0.1",
    "ipv6-only": "Port {port} is open on IPv6 only: clients that use IPv4 are refused. Bind the server to 0.0.0.0 too",
    "no-firewall": "No firewall tool is installed",
    "firewall-unreadable": "{tool} is there, but only root may read its rules",
    "firewall-open": "{tool} lets everything in",
    "firewall-rules": "{tool} has rules that may concern port {port}: {rules}",
    "firewall-drops": "{tool} drops what no rule allows, and none names port {port}: {rules}",
    clock: "The clock is synchronised",
    "clock-not":
      "The clock is not synchronised: tokens look expired or not yet valid, and times of two captures differ",
    "clock-unknown": "Whether the clock is synchronised cannot be told here",
    "left-behind":
      "A capture that was cut off is still there: {megabytes} MB, until {when} (rm -r {folder} deletes it)",
  },
  interfaces: "Interfaces",
  states: { up: "up", down: "down", "no-carrier": "no cable" },
  everyInterface: "all of them at once (the default)",
  loopback: "this machine to itself",
};
