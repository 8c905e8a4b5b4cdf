import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Pipeline } from "../../../src/pipeline/pipeline.ts";
import { learnSecrets } from "../../../src/report/model/learn.ts";
import { createRedactor } from "../../../src/report/redact.ts";
import { analysisOf, connectionFacts, mark, tlsFacts } from "../../support/facts-builder.ts";
import { captureOf, clientText, fromServer, openWebSocket, Talk } from "../../support/planted-capture.ts";
import { readPackets } from "../../support/read-capture.ts";
import { wscap } from "../../support/run-cli.ts";

const PASSWORD = "hunter2hunter2";
const TOKEN = "SuperSecretToken123";
const FILLER = `{"jsonrpc":"2.0","method":"telemetry.report","values":"${"x".repeat(120)}"}`;
const LOGIN = `{"jsonrpc":"2.0","method":"telemetry.report","values":"","password":"${PASSWORD}","rest":"${"x".repeat(120)}"}`;

/** A login, some talk, and a Close that repeats the password and the token of the query. */
function refused(before: number): Uint8Array {
  const talk = new Talk(40_100);
  openWebSocket(talk, `/ws?token=${TOKEN}`, []);
  for (let index = 0; index < before; index++) talk.say(0, clientText(FILLER));
  talk.say(0, clientText(LOGIN));
  for (let index = 0; index < 30; index++) talk.say(0, clientText(FILLER));
  talk.say(1, fromServer(`hello ${PASSWORD}, your token is ${TOKEN}`));
  talk.say(1, fromServer(Buffer.concat([Buffer.from([0x0f, 0xa1]), Buffer.from(`bad ${PASSWORD} ${TOKEN}`)]), 8));
  return captureOf([talk]);
}

let folder = "";
let path = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wscap-learn-"));
  path = join(folder, "login.pcapng");
  await writeFile(path, refused(8));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([["report"], ["report", "--format", "json"], ["frames"], ["frames", "--format", "ndjson"]])(
  "%s %s %s hides what a login or the query has named wherever it stands",
  async (...args) => {
    const { code, stdout, stderr } = await wscap([...args, path]);
    expect([code, stdout.includes(PASSWORD), stdout.includes(TOKEN)]).toEqual([0, false, false]);
    expect(stdout + stderr).toContain("[redacted:");
    expect((await wscap([...args, "--no-redact", path])).stdout).toContain(PASSWORD);
  },
);

test("what is kept of a connection's texts is bounded", () => {
  const talk = new Talk(40_101);
  openWebSocket(talk, "/ws", []);
  for (let index = 0; index < 50; index++)
    talk.say(0, clientText(`{"n":${index},"password":"secret-${index}","more":"${"y".repeat(9000)}"}`));
  const pipeline = new Pipeline({ ports: [], tap: null, keys: null, seed: 1, rethrow: true });
  readPackets(captureOf([talk]), (packet) => pipeline.onPacket(packet));
  pipeline.finish();
  const analysis = pipeline.analysis([], 0n, false);
  const kept = analysis.connections[0]?.session?.tellingTexts ?? [];
  expect(kept.map(({ length }) => length)).toEqual([2048, 2048, 2048, 2048]);
  const redactor = createRedactor(true);
  learnSecrets(analysis, redactor);
  expect(redactor.text("bad secret-0")).toBe("bad [redacted:1]");
});

test("names in a server's certificate are hosts: they are hidden with the addresses", () => {
  const serverCertificate = {
    at: mark(1),
    notBeforeMs: 0,
    notAfterMs: 1,
    names: ["*.shop.internal-name.com", "pay.other-name.net"],
    moreNames: 0,
    namesAsked: false,
    selfSigned: false,
  };
  const redactor = createRedactor(true, { addresses: true });
  learnSecrets(analysisOf([connectionFacts({ tls: tlsFacts({ serverCertificate }) })]), redactor);
  const told = redactor.text("the certificate is for *.shop.internal-name.com, pay.other-name.net, not for this");
  expect(told).not.toMatch(/internal-name|other-name/);
});
