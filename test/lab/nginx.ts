// A real nginx in a namespace.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeCertificate } from "./certificate.ts";
import { sleep } from "./peer-context.ts";
import type { Stage } from "./stage.ts";

/**
 * Starts nginx in the proxy's namespace with this content of its `http` block; returns when it listens on `port`. Where
 * `tlsLines` stand, there is a certificate.
 */
export async function startNginx(stage: Stage, http: string, port = 80): Promise<void> {
  const directory = stage.temporaryDirectory();
  mkdirSync(join(directory, "html"));
  writeFileSync(join(directory, "html", "index.html"), indexPage);
  if (http.includes("ssl_certificate")) writeCertificate(directory);
  const configuration = join(directory, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join("\n  ");
  writeFileSync(
    configuration,
    `daemon off;
master_process off;
user root;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log info;
events { worker_connections 256; }
http {
  access_log ${directory}/access.log;
  ${temporary}
  root ${directory}/html;
  default_type text/html;
  ${http}
}
`,
  );
  const nginx = stage.spawn("proxy", "nginx", "-e", `${directory}/error.log`, "-p", directory, "-c", configuration);
  nginx.stderr?.on("data", (text) => stage.note("nginx-stderr", { text: String(text) }));
  for (let tries = 0; tries < 100; tries += 1) {
    if (stage.run("proxy", "ss", "-Hltn", `sport = :${port}`) !== "") return keepLogs(stage, directory);
    await sleep(50);
  }
  throw new Error("nginx did not start");
}

/** What nginx wrote about the scenario becomes part of its truth. */
function keepLogs(stage: Stage, directory: string): void {
  stage.atEnd(() => {
    for (const name of ["access", "error"]) {
      const lines = readFileSync(join(directory, `${name}.log`), "utf8")
        .split("\n")
        .filter(Boolean);
      for (const line of lines) stage.note(`nginx-${name}`, { line });
    }
  });
}

const indexPage = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>app</title></head><body><div id="root"></div></body></html>
`;

/** The lines every proxied WebSocket needs. */
export const upgradeLines = `proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`;

export const upgradeMap = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";

export const tlsLines = "ssl_certificate cert.pem; ssl_certificate_key key.pem;";
