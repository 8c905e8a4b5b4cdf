// A real HAProxy in a namespace.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "./peer-context.ts";
import type { Stage } from "./stage.ts";

/** Starts HAProxy in the proxy's namespace before this backend, with these `timeout` lines; returns when it listens on 80. */
export async function startHaproxy(stage: Stage, backend: string, timeouts: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "wscap-haproxy-"));
  const configuration = join(directory, "haproxy.cfg");
  writeFileSync(
    configuration,
    `defaults
  mode http
  timeout connect 3s
${timeouts.map((line) => `  timeout ${line}`).join("\n")}
frontend web
  bind *:80
  default_backend app
backend app
  server one ${backend}
`,
  );
  const haproxy = stage.spawn("proxy", "haproxy", "-db", "-f", configuration);
  haproxy.stderr?.on("data", (text) => stage.note("haproxy-stderr", { text: String(text) }));
  stage.atEnd(() => rmSync(directory, { recursive: true, force: true }));
  for (let tries = 0; tries < 100; tries += 1) {
    if (stage.run("proxy", "ss", "-Hltn", "sport = :80") !== "") return;
    await sleep(50);
  }
  throw new Error("HAProxy did not start");
}
