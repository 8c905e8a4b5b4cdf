// Plays one scenario and writes NAME.pcap and NAME.truth.json.

import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { sleep } from "./peer-context.ts";
import { type CaptureTruth, Stage } from "./stage.ts";
import type { LogEntry, Scenario } from "./types.ts";
import { disagreements, observe } from "./verify.ts";

/** What scenarios need besides iproute2. */
export const labTools = [
  "tcpdump",
  "tshark",
  "nft",
  "conntrack",
  "nginx",
  "haproxy",
  "openssl",
  "python3",
  "chromium",
] as const;

export interface Truth {
  readonly scenario: string;
  readonly injects: string;
  readonly captures: readonly CaptureTruth[];
  readonly log: readonly LogEntry[];
}

/** Setting the stage is the machine's business: servers, proxies and captures have this long, and are set up again. */
const SETTING_SECONDS = 10;
const SETTINGS = 3;

/** Plays the scenario within its bound; throws when a peer crashed or the time is up. Everything it started is ended. */
export async function runScenario(scenario: Scenario, directory: string): Promise<Truth> {
  const stage = await settledStage(scenario, directory);
  try {
    await within(scenario.seconds ?? 20, scenario.name, play(stage, scenario));
    stage.end();
    const truth: Truth = {
      scenario: scenario.name,
      injects: scenario.injects,
      captures: stage.captures.map(({ file, keys, expect }) => ({
        file: basename(file),
        ...(keys === undefined ? {} : { keys: basename(keys) }),
        expect,
      })),
      log: stage.log,
    };
    writeFileSync(join(directory, `${scenario.name}.truth.json`), `${JSON.stringify(truth, null, 1)}\n`);
    const crash = stage.log.find((entry) => entry.event === "crashed" || entry.event === "stderr");
    if (crash) throw new Error(`${crash.peer}: ${crash["message"] ?? crash["text"]}`);
    const wrong: string[] = [];
    for (const { file, keys, expect } of stage.captures)
      wrong.push(...disagreements(stage.log, expect, await observe(file, keys)));
    if (wrong.length > 0) throw new Error(`the expectation is not so: ${wrong.join("; ")}`);
    return truth;
  } finally {
    stage.close();
  }
}

const named = (scenario: Scenario, role: "server" | "client") =>
  Object.keys(scenario.peers).filter((name) => scenario.peers[name]?.role === role);

/**
 * The servers listen and the captures have begun. What fails before that says nothing of the scenario and is tried again;
 * once a client has been started there is no second try: a play that comes out differently at times is a defect.
 */
async function settledStage(scenario: Scenario, directory: string, tries = SETTINGS): Promise<Stage> {
  const stage = await Stage.open(scenario, directory);
  try {
    await within(SETTING_SECONDS, `setting the stage of ${scenario.name}`, set(stage, scenario));
    return stage;
  } catch (error) {
    stage.close();
    if (tries === 1) throw error;
    process.stderr.write(`${scenario.name} again: ${(error as Error).message}\n`);
    return settledStage(scenario, directory, tries - 1);
  }
}

async function set(stage: Stage, scenario: Scenario): Promise<void> {
  await Promise.all(
    named(scenario, "server").map((name) => {
      stage.startPeer(name);
      return stage.logged(name, "listening");
    }),
  );
  await scenario.prepare?.(stage);
  await stage.startCaptures(false);
}

async function play(stage: Stage, scenario: Scenario): Promise<void> {
  const clients = named(scenario, "client");
  for (const name of clients) stage.startPeer(name);
  const verdict = await scenario.fault?.(stage);
  if (verdict !== "over") await Promise.all(clients.map((name) => stage.logged(name, "exited")));
  // The other end still has to notice and to log its close.
  await sleep(200);
  await stage.stopCaptures();
}

function within(seconds: number, name: string, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} took more than ${seconds} s`)), seconds * 1000);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
