import { isAboutLogin } from "./last-words.ts";

/** What the words of a refusal are about: each wants something else to be looked at. */
export type RefusalKind =
  | "failure"
  | "limit"
  | "expired"
  | "otherTerm"
  | "otherKey"
  | "noToken"
  | "permission"
  | "login"
  | "other";

/** Errors of system calls and of what a check asks: the check broke, it did not decide. */
const FAILURE =
  /\bE(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|NOTFOUND|HOSTUNREACH|PIPE|AI_AGAIN)\b|getaddrinfo|database|redis|mysql|mongo|postgres|prisma|sequelize|typeorm|query failed|internal (?:server )?error|cannot read propert|is not a function|is not defined|数据库|内部错误|服务器错误/i;
const LIMIT =
  /too many|rate.?limit|limit (?:exceeded|reached)|max(?:imum)? (?:number of )?(?:connections|clients|users)|throttl|过于频繁|过多|上限|限流/i;
const LACKS =
  /\b(?:no|missing|without|empty|absent)\b|not (?:provided|found|supplied|present|set)|(?:is )?required|must be provided|缺少|缺失|没有|未提供|未携带|不能为空|为空/i;

/** Of jsonwebtoken, jose, PyJWT (“Signature has expired”) and people; one that names other reasons, too, has not said which. */
const EXPIRED = /expired|"?exp"? claim timestamp|过期|失效/i;
const OR_ELSE = /invalid(?!_token)|malformed|missing|\bor\b|无效|或/i;
/** What a login is not, though it stands beside one: then the words have not said which of them ran out. */
const OTHER_TERM = /licen[cs]e|subscription|\bplan\b|trial|certificate|passw|account|证书|密码|账号|账户|套餐|会员/i;
/** Who asks, and by what. */
const BY_LOGIN =
  /token|jwt|auth|log(?:ged)? ?(?:in|on)\b|sign(?:ed)? ?in\b|signature|credential|session|cookie|ticket|passw|"exp"|令牌|认证|鉴权|授权|登录|登陆|会话|身份|签名|凭证|票据|密码/i;
/** What the words say has run out; none where they leave it open (“expired”, “Error: expired at …”). */
const TERM_NAMED =
  /\b(?!(?:error|exception|it|this|that|message|reason|code|status|and|or)\b)\p{L}+[\s_-]+(?:(?:has|have|had|is|was|are|already|been)\s+)*expired\b|\bexpired[\s_-]+(?!(?:at|on|since|ago|please|and|or|error)\b)\p{L}+|(?![已经您你])\p{Script=Han}(?:已经?)?(?:过期|失效)/iu;
/** Of the same libraries: the token is fine for whoever signed it, or for whom it was made. */
const OTHER_KEY =
  /signature|audience|issuer|unexpected "?(?:aud|iss)"?|invalid algorithm|\bjwks?\b.{0,20}\bkey|json web key|secret or public key|签名|密钥/i;
/** Names what the user lacks; the other one says no more than no. */
const ROLE = /permission|privilege|insufficient|\brole\b|\bscope\b|admin(?:istrator)?s? only|权限|无权|角色/i;
const NO =
  /forbidden|access denied|not (?:allowed|permitted)|\b(?:code|status(?:code)?)"?\s*[:=]\s*"?403\b|禁止|拒绝访问/i;
const OF_THE_PAGE = /\bcors\b|origin|来源/i;
/** Beside a message that says nothing (“Error”). */
const CODE_401 = /\b(?:code|status(?:code)?)"?\s*[:=]\s*"?401\b/i;

/** A licence, a plan, an invitation, a room: it ran out, and that is no login. */
export const saysOtherTerm = (message: string): boolean => TERM_NAMED.test(message) && !BY_LOGIN.test(message);

/** The words of a program, untrusted: where they fit several, the one that says most of what to do. */
export function refusalKind(message: string): RefusalKind {
  if (FAILURE.test(message)) return "failure";
  if (LIMIT.test(message)) return "limit";
  if (saysOtherTerm(message)) return "otherTerm";
  if (EXPIRED.test(message) && !OR_ELSE.test(message) && !OTHER_TERM.test(message)) return "expired";
  if (OTHER_KEY.test(message)) return "otherKey";
  if (ROLE.test(message)) return "permission";
  if (isAboutLogin(message)) return LACKS.test(message) ? "noToken" : "login";
  if (CODE_401.test(message)) return "login";
  return NO.test(message) && !OF_THE_PAGE.test(message) ? "permission" : "other";
}

/** Applications have sessions and tokens of other kinds, too: these words speak of who asks. */
const WHO_ASKS =
  /unauthori|unauthenticat|not (?:authori|authenticat|logged)|auth\w*[^\w]{0,3}(?:fail|error)|(?:invalid|bad|wrong|无效).{0,20}(?:\btoken\b|jwt|credential|session|令牌|凭证)|(?:\btoken\b|jwt|session|令牌|凭证).{0,20}(?:invalid|malformed|revoked|rejected|无效|撤销|吊销)|(?:认证|鉴权|登录)失败|未授权|未登录|请.{0,4}登录/i;
const NAMES_LOGIN = /\b(?:token|jwt|auth\w*|credentials?|login)\b|令牌|凭证|登录/i;

/** The server turns away whoever asks, whatever for. */
export function isRefusal(message: string): boolean {
  const kind = refusalKind(message);
  if (kind === "login") return WHO_ASKS.test(message) || CODE_401.test(message);
  return kind === "noToken" ? NAMES_LOGIN.test(message) : REFUSALS.has(kind);
}

const REFUSALS: ReadonlySet<RefusalKind> = new Set(["expired", "otherKey", "permission"]);
