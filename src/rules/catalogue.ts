import {
  captureDuplicates,
  captureEmpty,
  captureEndedEarly,
  captureGap,
  captureMidstream,
  captureOneWay,
  captureTruncated,
  http2NotDecoded,
  noWebSocket,
  packetsDropped,
} from "./catalogue/capture.ts";
import { closeCode, closeUnanswered, reservedCode } from "./catalogue/close-code.ts";
import { noCloseFrame } from "./catalogue/close-no-frame.ts";
import { engineIoRefused } from "./catalogue/eio-refused.ts";
import { idleTimeout } from "./catalogue/idle-timeout.ts";
import { deflateUndecodable, messageTooBig } from "./catalogue/messages.ts";
import { noRequest, synAckUnacknowledged } from "./catalogue/open-half.ts";
import { openIcmp } from "./catalogue/open-icmp.ts";
import { openRefused } from "./catalogue/open-refused.ts";
import { openUnanswered } from "./catalogue/open-unanswered.ts";
import { pathBlackhole } from "./catalogue/path-blackhole.ts";
import { pongMissing } from "./catalogue/pong-missing.ts";
import { pingAbsent, pongLate, pongUnsolicited } from "./catalogue/pong-other.ts";
import { reset, resetAfterIdle, resetIgnored, resetInjected } from "./catalogue/reset.ts";
import { keepAliveUnanswered, retransmissions, zeroWindow } from "./catalogue/tcp-quality.ts";
import { acceptInvalid, closedAtOnce, notNegotiated, versionOther } from "./catalogue/upgrade-accept.ts";
import { fieldsStripped, gatewayError, pageReturned, upgradeRedirected } from "./catalogue/upgrade-answered.ts";
import { notForwarded } from "./catalogue/upgrade-not-forwarded.ts";
import { upgradeRefused } from "./catalogue/upgrade-refused.ts";
import { upgradeDropped, upgradeUnanswered } from "./catalogue/upgrade-unanswered.ts";
import { violations } from "./catalogue/violations.ts";
import { httpOnTlsPort, otherProtocol, tlsFailed, tlsOnPlainPort } from "./catalogue/wrong-protocol.ts";
import type { Rule } from "./rule.ts";

/**
 * Every rule, causes before what they cause: of two errors that began at the same moment the one named here first is
 * the root.
 */
export const catalogue: readonly Rule[] = [
  openIcmp,
  openRefused,
  openUnanswered,
  synAckUnacknowledged,
  noRequest,
  httpOnTlsPort,
  tlsOnPlainPort,
  tlsFailed,
  otherProtocol,
  fieldsStripped,
  notForwarded,
  versionOther,
  engineIoRefused,
  upgradeRedirected,
  pageReturned,
  gatewayError,
  upgradeDropped,
  upgradeUnanswered,
  upgradeRefused,
  acceptInvalid,
  notNegotiated,
  closedAtOnce,
  ...violations,
  messageTooBig,
  resetInjected,
  resetAfterIdle,
  pathBlackhole,
  zeroWindow,
  pongMissing,
  keepAliveUnanswered,
  reservedCode,
  closeCode,
  reset,
  noCloseFrame,
  closeUnanswered,
  idleTimeout,
  pongLate,
  pongUnsolicited,
  pingAbsent,
  resetIgnored,
  retransmissions,
  deflateUndecodable,
  captureEmpty,
  noWebSocket,
  http2NotDecoded,
  packetsDropped,
  captureGap,
  captureTruncated,
  captureMidstream,
  captureOneWay,
  captureDuplicates,
  captureEndedEarly,
];
