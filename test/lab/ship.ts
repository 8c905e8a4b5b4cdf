// `npm run lab -- --ship`: plays the scenarios whose captures the project ships, and writes them with their provenance.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../support/namespace.ts";

/** What ships: the scenario, the file it becomes, and the peers that made it. */
export const shipped: readonly { scenario: string; file: string; peers: string }[] = [
  { scenario: "trouble", file: "trouble.pcapng", peers: "ws" },
  { scenario: "socketio-nginx", file: "socketio-nginx.pcapng", peers: "socket.io socket.io-client nginx" },
  { scenario: "clean-close", file: "clean-close.pcap", peers: "ws" },
  { scenario: "rst-by-server", file: "rst-by-server.pcap", peers: "ws" },
  { scenario: "fin-1006", file: "fin-1006.pcap", peers: "ws" },
  { scenario: "frozen-client", file: "frozen-client.pcap", peers: "ws" },
  { scenario: "refused", file: "refused.pcap", peers: "ws kernel" },
  { scenario: "forbidden-403", file: "forbidden-403.pcap", peers: "ws" },
  { scenario: "compressed-fragmented", file: "compressed-fragmented.pcap", peers: "ws" },
  { scenario: "proxied-any", file: "proxied-any.pcap", peers: "ws nginx" },
  { scenario: "wss-frozen-client", file: "wss-frozen-client.pcapng", peers: "ws" },
];

const capturesDirectory = fileURLToPath(new URL("../../captures/", import.meta.url));

/** Copies the captures from a lab directory into `captures/` (as pcapng where the name says so) and writes its README. */
export function ship(labDirectory: string): void {
  mkdirSync(capturesDirectory, { recursive: true });
  const lines = shipped.map(({ scenario, file, peers }) => {
    const made = join(labDirectory, `${scenario}.pcap`);
    // Of TLS the keys that the peers logged go with it, as secrets inside the file.
    const keys = join(labDirectory, `${scenario}.keys`);
    const secrets = existsSync(keys) ? ["--inject-secrets", `tls,${keys}`] : [];
    if (file.endsWith(".pcapng")) run("editcap", "-F", "pcapng", ...secrets, made, join(capturesDirectory, file));
    else copyFileSync(made, join(capturesDirectory, file));
    const truth = JSON.parse(readFileSync(join(labDirectory, `${scenario}.truth.json`), "utf8")) as { injects: string };
    return `| \`${file}\` | ${truth.injects} | ${peers.split(" ").map(version).join(", ")} |`;
  });
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    join(capturesDirectory, "README.md"),
    `# Captures to look at

Each was made by \`npm run lab -- --ship\` (test/lab/): real peers in network namespaces of their own, captured by the real
tcpdump; no traffic but theirs, no address but the namespaces' own. Nothing is drawn by hand or edited
(\`.pcapng\` files are tcpdump's output converted by editcap; of \`wss-\` it has put the keys, which the peers logged, into
the file as a Decryption Secrets Block: \`editcap --discard-all-secrets\` takes them out again).

Made on ${date} with Node ${process.versions.node}, ${tool("tcpdump", /tcpdump version ([\d.]+)/)}, Linux ${run("uname", "-r").split("-")[0]?.trim()}.

| file | what happens in it | peers |
| --- | --- | --- |
${lines.join("\n")}
`,
  );
}

function version(peer: string): string {
  if (peer === "nginx") return tool("nginx", /nginx\/([\d.]+)/);
  if (peer === "kernel") return "the kernel alone";
  const manifest = new URL(`../../node_modules/${peer}/package.json`, import.meta.url);
  return `${peer} ${(JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version}`;
}

function tool(name: string, pattern: RegExp): string {
  const option = name === "nginx" ? "-v" : "--version";
  return `${name} ${pattern.exec(run("sh", "-c", `${name} ${option} 2>&1`))?.[1]}`;
}
