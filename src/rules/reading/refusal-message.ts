import { isAboutLogin } from "./last-words.ts";

/** What the words of a refusal are about: each wants something else to be looked at. */
export type RefusalKind = "failure" | "limit" | "noToken" | "login" | "other";

/** Errors of system calls and of what a check asks: the check broke, it did not decide. */
const FAILURE =
  /\bE(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|NOTFOUND|HOSTUNREACH|PIPE|AI_AGAIN)\b|getaddrinfo|database|redis|mysql|mongo|postgres|prisma|sequelize|typeorm|query failed|internal (?:server )?error|cannot read propert|is not a function|is not defined|数据库|内部错误|服务器错误/i;
const LIMIT =
  /too many|rate.?limit|limit (?:exceeded|reached)|max(?:imum)? (?:number of )?(?:connections|clients|users)|throttl|过于频繁|过多|上限|限流/i;
const LACKS =
  /\b(?:no|missing|without|empty|absent)\b|not (?:provided|found|supplied|present|set)|(?:is )?required|must be provided|缺少|缺失|没有|未提供|未携带|不能为空|为空/i;

/** The words of a program, untrusted: where they fit several, the one that says most of what to do. */
export function refusalKind(message: string): RefusalKind {
  if (FAILURE.test(message)) return "failure";
  if (LIMIT.test(message)) return "limit";
  if (!isAboutLogin(message)) return "other";
  return LACKS.test(message) ? "noToken" : "login";
}
