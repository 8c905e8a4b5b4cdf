// A real HAProxy in a namespace.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "./peer-context.ts";
import type { Stage } from "./stage.ts";

/** Starts HAProxy in the proxy's namespace before this backend, with these `timeout` lines; returns when it listens on 80. */
export async function startHaproxy(stage: Stage, backend: string, timeouts: readonly string[]): Promise<void> {
  const directory = stage.temporaryDirectory();
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
  for (let tries = 0; tries < 100; tries += 1) {
    if (stage.run("proxy", "ss", "-Hltn", "sport = :80") !== "") return;
    await sleep(50);
  }
  throw new Error("HAProxy did not start");
}
