// Every scenario of the lab.

import { trouble } from "./scenarios/trouble.ts";
import type { Scenario } from "./types.ts";

export const scenarios: readonly Scenario[] = [...trouble];
