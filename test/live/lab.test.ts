// Plays faults between real peers and holds `wscap report` against what the endpoints logged (see test/lab/).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { judgeTruth } from "../lab/judge-directory.ts";
import { labTools, runScenario } from "../lab/run-scenario.ts";
import { scenarios } from "../lab/scenarios.ts";
import { namespacesUnavailable } from "../support/namespace.ts";

const why = namespacesUnavailable(labTools);
const allowedToSkip = process.env["WSCAP_REQUIRE_ALL"] !== "1";

describe.skipIf(why !== null && allowedToSkip)(`fault lab${why ? ` (cannot run: ${why})` : ""}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "wscap-lab-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

  it.concurrent.each(scenarios.filter(({ fast }) => fast))("$name: $injects", { timeout: 60_000 }, async (scenario) => {
    expect(why).toBeNull();
    const truth = await runScenario(scenario, directory);
    expect(await judgeTruth(truth, directory)).toEqual([]);
  });
});
