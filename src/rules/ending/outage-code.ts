import type { Side } from "../../base/brand.ts";
import type { CloseFrameFacts } from "../../store/websocket-types.ts";
import { TIMED_OUT } from "../rhythm/heartbeat.ts";
import type { Cause } from "../types.ts";
import { isLoginTimeout } from "./login-timeout.ts";
import { reasonCause } from "./reason-causes.ts";

/** What a Close itself says of why; null: nothing, or words of a timer, which an outage brings about. */
export const ownReason = ({ reason }: CloseFrameFacts, from: Side): Cause | null =>
  TIMED_OUT.test(reason) || isLoginTimeout(reason) ? null : reasonCause(reason, from);

/** Codes of applications, graphql-ws's and HTTP-like refusals aside, and those that libraries send for a timer of theirs. */
const isForAnything = (code: number): boolean => code === 1011 || code === 3008 || (code >= 4000 && code < 4400);

/** Whoever closed so while nothing got through most likely closed for it: neither its code nor its words give another reason. */
export const mayBlameOutage = (close: CloseFrameFacts, from: Side): boolean =>
  close.code !== null && isForAnything(close.code) && ownReason(close, from) === null;
