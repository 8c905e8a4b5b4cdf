// Every scenario of the lab.

import { closing } from "./scenarios/closing.ts";
import { frames } from "./scenarios/frames.ts";
import { heartbeats } from "./scenarios/heartbeat.ts";
import { opening } from "./scenarios/opening.ts";
import { proxies } from "./scenarios/proxied.ts";
import { socketIo } from "./scenarios/socket-io.ts";
import { trouble } from "./scenarios/trouble.ts";
import { upgrades } from "./scenarios/upgrade.ts";
import type { Scenario } from "./types.ts";

export const scenarios: readonly Scenario[] = [
  ...trouble,
  ...opening,
  ...upgrades,
  ...proxies,
  ...heartbeats,
  ...closing,
  ...frames,
  ...socketIo,
];
