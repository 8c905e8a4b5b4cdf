import {
  deflateAnswerFits,
  deflateParameters,
  type Extension,
  PERMESSAGE_DEFLATE,
  type PermessageDeflate,
  parseExtensions,
} from "./extensions.ts";
import { fieldCount, fieldValue, members, tokens } from "./fields.ts";
import { sha1 } from "./sha1.ts";
import type { HttpRequest, HttpResponse } from "./types.ts";

/** Where an opening handshake is not what RFC 6455 §4.1 asks of a client. Words are stable. */
export type RequestDeviation =
  | "method-not-get"
  | "http-1.0"
  | "host-missing"
  | "upgrade-field-missing"
  | "connection-field-missing"
  | "key-missing"
  | "key-invalid"
  | "key-repeated"
  | "version-missing"
  | "version-not-13"
  | "extensions-invalid";

/** Where a response is not what RFC 6455 §4.2.2 asks of a server, and a client must fail the connection (§4.1). */
export type ResponseDeviation =
  | "status"
  | "upgrade-field-missing"
  | "connection-field-missing"
  | "accept-missing"
  | "accept-wrong"
  | "extensions-invalid"
  | "extension-not-offered"
  | "extension-parameters"
  | "protocol-not-offered"
  | "protocol-repeated"
  | "protocol-absent";

export interface UpgradeRequest {
  /**
   * websocket: it asks for one, however badly. stripped: evidently meant as one, but the Upgrade field is gone (a proxy
   * that does not forward it). other: asks for other protocols only.
   */
  readonly kind: "websocket" | "stripped" | "other";
  /** Members of the Upgrade field as sent: "websocket", "h2c", "TLS/1.0" … */
  readonly protocolsAsked: readonly string[];
  readonly deviations: readonly RequestDeviation[];
  readonly key: string | null;
  /** The Sec-WebSocket-Accept that must answer the key (RFC 6455 §4.2.2); null without a key. */
  readonly expectedAccept: string | null;
  readonly version: string | null;
  /** Sec-WebSocket-Protocol, in the client's order of preference. */
  readonly protocolsOffered: readonly string[];
  readonly extensionsOffered: string | null;
}

export interface UpgradeResponse {
  /** 101 for a WebSocket, be it a faulty one. */
  readonly isWebSocket: boolean;
  /** Members of the Upgrade field as sent; what a 101 switches to, or what a 426 wants. */
  readonly protocolsNamed: readonly string[];
  readonly deviations: readonly ResponseDeviation[];
  /** null: not a 101, or key or accept is not in the capture. */
  readonly acceptValid: boolean | null;
  readonly protocol: string | null;
  readonly extensions: string | null;
  /** "none": no compression was agreed; "invalid": the client must refuse these parameters (RFC 7692 §7.1). */
  readonly deflate: PermessageDeflate | "none" | "invalid";
}

const WEBSOCKET = "websocket";
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** RFC 6455 §4.2.2 step 5.4. */
export function acceptFor(key: string): string {
  const digest = sha1(Buffer.from(key + GUID, "latin1"));
  return btoa(String.fromCharCode(...digest));
}

/** Fields and targets that only a WebSocket client sends, whatever a proxy made of Upgrade and Connection. */
const meansWebSocket = ({ fields, target }: HttpRequest): boolean =>
  fieldValue(fields, "sec-websocket-key") !== null ||
  fieldValue(fields, "sec-websocket-version") !== null ||
  /[?&]transport=websocket(?:&|$)/.test(target);

/** Heads never change once they were read, and several ask what they say. */
const requestsRead = new WeakMap<HttpRequest, UpgradeRequest | null>();
const responsesRead = new WeakMap<HttpResponse, UpgradeResponse>();

/** null: a request that asks for no other protocol. */
export function readUpgradeRequest(request: HttpRequest): UpgradeRequest | null {
  let read = requestsRead.get(request);
  if (read === undefined) {
    read = upgradeRequestOf(request);
    requestsRead.set(request, read);
  }
  return read;
}

function upgradeRequestOf(request: HttpRequest): UpgradeRequest | null {
  const { fields } = request;
  const asked = members(fieldValue(fields, "upgrade"));
  const websocket = asked.some((protocol) => protocol.toLowerCase() === WEBSOCKET);
  const stripped = !websocket && meansWebSocket(request);
  if (!websocket && !stripped && asked.length === 0) return null;
  const key = fieldValue(fields, "sec-websocket-key");
  return {
    kind: websocket ? "websocket" : stripped ? "stripped" : "other",
    protocolsAsked: asked,
    deviations: websocket || stripped ? requestDeviations(request) : [],
    key,
    expectedAccept: key === null ? null : acceptFor(key),
    version: fieldValue(fields, "sec-websocket-version"),
    protocolsOffered: members(fieldValue(fields, "sec-websocket-protocol")),
    extensionsOffered: fieldValue(fields, "sec-websocket-extensions"),
  };
}

/** RFC 6455 §4.1, numbered list of what the handshake must hold. A head that was cut off lacks nothing for certain. */
function requestDeviations({ method, version, fields, complete }: HttpRequest): RequestDeviation[] {
  const deviations: RequestDeviation[] = [];
  const note = (deviation: RequestDeviation, deviates: boolean): void => {
    if (deviates) deviations.push(deviation);
  };
  const key = fieldValue(fields, "sec-websocket-key");
  const webSocketVersion = fieldValue(fields, "sec-websocket-version");
  const repeated = fieldCount(fields, "sec-websocket-key") > 1;
  note("method-not-get", method !== "GET");
  note("http-1.0", version === "1.0");
  note("host-missing", complete && fieldValue(fields, "host") === null);
  note("upgrade-field-missing", complete && !tokens(fieldValue(fields, "upgrade")).includes(WEBSOCKET));
  note("connection-field-missing", complete && !tokens(fieldValue(fields, "connection")).includes("upgrade"));
  note("key-missing", complete && key === null);
  note("key-repeated", repeated);
  // Item 7: base64 of 16 bytes.
  note("key-invalid", key !== null && !repeated && !/^[+/0-9A-Za-z]{22}==$/.test(key));
  note("version-missing", complete && webSocketVersion === null);
  note("version-not-13", webSocketVersion !== null && webSocketVersion !== "13");
  note("extensions-invalid", parseExtensions(fieldValue(fields, "sec-websocket-extensions") ?? "") === null);
  return deviations;
}

/**
 * `request` is the one of the same exchange; null where the capture does not hold it: then what was offered is not
 * known, and not judged.
 */
export function readUpgradeResponse(request: HttpRequest | null, response: HttpResponse): UpgradeResponse {
  let read = responsesRead.get(response);
  if (read === undefined) {
    read = upgradeResponseOf(request, response);
    responsesRead.set(response, read);
  }
  return read;
}

function upgradeResponseOf(request: HttpRequest | null, response: HttpResponse): UpgradeResponse {
  const { fields, status } = response;
  const named = members(fieldValue(fields, "upgrade"));
  const asked = request === null ? null : readUpgradeRequest(request);
  const isWebSocket =
    status === 101 &&
    (named.some((protocol) => protocol.toLowerCase() === WEBSOCKET) ||
      fieldValue(fields, "sec-websocket-accept") !== null ||
      // A head that was cut off may have lost the field that says so; hardly anything else answers 101.
      (named.length === 0 && (!response.complete || (asked !== null && asked.kind !== "other"))));
  const extensions = fieldValue(fields, "sec-websocket-extensions");
  const answered = parseExtensions(extensions ?? "");
  return {
    isWebSocket,
    protocolsNamed: named,
    deviations: isWebSocket ? responseDeviations(request, asked, response, answered) : status === 101 ? [] : ["status"],
    acceptValid: isWebSocket ? acceptValid(asked, response) : null,
    protocol: fieldValue(fields, "sec-websocket-protocol"),
    extensions,
    deflate: isWebSocket ? agreedDeflate(answered) : "none",
  };
}

function acceptValid(asked: UpgradeRequest | null, { fields, complete }: HttpResponse): boolean | null {
  const accept = fieldValue(fields, "sec-websocket-accept");
  if (accept === null) return complete ? false : null;
  return asked === null || asked.key === null ? null : accept === asked.expectedAccept;
}

function agreedDeflate(answered: readonly Extension[] | null): PermessageDeflate | "none" | "invalid" {
  if (answered === null) return "invalid";
  const answers = answered.filter(({ name }) => name === PERMESSAGE_DEFLATE);
  const [answer] = answers;
  if (answer === undefined) return "none";
  return answers.length > 1 ? "invalid" : deflateParameters(answer);
}

/** RFC 6455 §4.1, what the client must validate in the server's response. */
function responseDeviations(
  request: HttpRequest | null,
  asked: UpgradeRequest | null,
  response: HttpResponse,
  answered: readonly Extension[] | null,
): ResponseDeviation[] {
  const { fields, complete } = response;
  const deviations: ResponseDeviation[] = [];
  if (complete && !tokens(fieldValue(fields, "upgrade")).includes(WEBSOCKET)) deviations.push("upgrade-field-missing");
  if (complete && !tokens(fieldValue(fields, "connection")).includes("upgrade")) {
    deviations.push("connection-field-missing");
  }
  const accept = fieldValue(fields, "sec-websocket-accept");
  if (accept === null && complete) deviations.push("accept-missing");
  if (accept !== null && acceptValid(asked, response) === false) deviations.push("accept-wrong");
  if (answered === null) deviations.push("extensions-invalid");
  if (request === null || !request.complete) return deviations;
  deviations.push(...extensionDeviations(asked?.extensionsOffered ?? null, answered ?? []));
  const protocol = fieldValue(fields, "sec-websocket-protocol");
  const offered = asked?.protocolsOffered ?? [];
  if (protocol === null) {
    // RFC 6455 lets a server choose none; browsers and ws give up all the same when they asked for one.
    if (complete && offered.length > 0) deviations.push("protocol-absent");
  } else if (members(protocol).length !== 1) deviations.push("protocol-repeated");
  else if (!offered.includes(protocol)) deviations.push("protocol-not-offered");
  return deviations;
}

function extensionDeviations(offered: string | null, answered: readonly Extension[]): ResponseDeviation[] {
  const offers = parseExtensions(offered ?? "") ?? [];
  const unasked = answered.some(({ name }) => !offers.some((offer) => offer.name === name));
  const unfit = answered.some(
    (answer) => answer.name === PERMESSAGE_DEFLATE && !unasked && !answerFits(offers, answer),
  );
  const repeated = answered.filter(({ name }) => name === PERMESSAGE_DEFLATE).length > 1;
  return [
    ...(unasked ? ["extension-not-offered" as const] : []),
    ...(unfit || repeated ? ["extension-parameters" as const] : []),
  ];
}

/** A client may make several offers of one extension, in order of preference; the answer must fit one of them. */
function answerFits(offers: readonly Extension[], answer: Extension): boolean {
  const agreed = deflateParameters(answer);
  if (agreed === "invalid") return false;
  return offers.some((offer) => offer.name === PERMESSAGE_DEFLATE && deflateAnswerFits(offer, agreed, answer));
}
