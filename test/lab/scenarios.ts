// Every scenario of the lab.

import { aftermath } from "./scenarios/aftermath.ts";
import { browsers } from "./scenarios/browser.ts";
import { checked } from "./scenarios/checked.ts";
import { closing } from "./scenarios/closing.ts";
import { exhausted } from "./scenarios/exhausted.ts";
import { filtered } from "./scenarios/filtered.ts";
import { frames } from "./scenarios/frames.ts";
import { gateways } from "./scenarios/gateways.ts";
import { haproxies } from "./scenarios/haproxy.ts";
import { heartbeats } from "./scenarios/heartbeat.ts";
import { injected } from "./scenarios/injected.ts";
import { misled } from "./scenarios/misled.ts";
import { moved } from "./scenarios/moved.ts";
import { opening } from "./scenarios/opening.ts";
import { outages } from "./scenarios/outages.ts";
import { paths } from "./scenarios/path.ts";
import { proxies } from "./scenarios/proxied.ts";
import { retries } from "./scenarios/retries.ts";
import { secured } from "./scenarios/secured.ts";
import { socketIo } from "./scenarios/socket-io.ts";
import { socketIoBehindNginx } from "./scenarios/socket-io-nginx.ts";
import { stopped } from "./scenarios/stopped.ts";
import { tokens } from "./scenarios/tokens.ts";
import { trouble } from "./scenarios/trouble.ts";
import { upgrades } from "./scenarios/upgrade.ts";
import { viewpoints } from "./scenarios/viewpoints.ts";
import type { Scenario } from "./types.ts";

export const scenarios: readonly Scenario[] = [
  ...trouble,
  ...opening,
  ...upgrades,
  ...retries,
  ...proxies,
  ...checked,
  ...haproxies,
  ...gateways,
  ...heartbeats,
  ...closing,
  ...frames,
  ...socketIo,
  ...socketIoBehindNginx,
  ...tokens,
  ...paths,
  ...outages,
  ...aftermath,
  ...misled,
  ...moved,
  ...filtered,
  ...stopped,
  ...exhausted,
  ...injected,
  ...viewpoints,
  ...browsers,
  ...secured,
];
