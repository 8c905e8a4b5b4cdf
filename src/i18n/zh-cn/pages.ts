import type { RuleId } from "../../rules/types.ts";
import type { RulePage } from "../texts.ts";
import { pagesApplication } from "./pages-application.ts";
import { pagesOpening } from "./pages-opening.ts";
import { pagesRunning } from "./pages-running.ts";

export const pages: Readonly<Record<RuleId, RulePage>> = { ...pagesApplication, ...pagesOpening, ...pagesRunning };
