import { appHeartbeatMissing, appSilent, viteHmr } from "./catalogue/application.ts";
import { bothEnds } from "./catalogue/both-ends.ts";
import {
  captureDuplicates,
  captureEndedEarly,
  captureGap,
  captureMidstream,
  captureOneWay,
  captureTruncated,
  http2NotDecoded,
  noWebSocket,
  packetsDropped,
} from "./catalogue/capture.ts";
import { captureEmpty } from "./catalogue/capture-empty.ts";
import { clockStepped } from "./catalogue/clock-stepped.ts";
import { closeCode, closeUnanswered, reservedCode } from "./catalogue/close-code.ts";
import { noCloseFrame } from "./catalogue/close-no-frame.ts";
import { closedAtOnce } from "./catalogue/closed-at-once.ts";
import { corsRefused } from "./catalogue/cors.ts";
import { engineIoRefused } from "./catalogue/eio-refused.ts";
import { engineIoPongMissing, engineIoUpgradeFailed } from "./catalogue/engine-io.ts";
import { idleTimeout } from "./catalogue/idle-timeout.ts";
import { captureLeftOut } from "./catalogue/left-out.ts";
import { deflateUndecodable, messageTooBig } from "./catalogue/messages.ts";
import { arpUnanswered, dnsFailed } from "./catalogue/names.ts";
import { noRequest, synAckUnacknowledged } from "./catalogue/open-half.ts";
import { openIcmp } from "./catalogue/open-icmp.ts";
import { openRefused } from "./catalogue/open-refused.ts";
import { openUnanswered } from "./catalogue/open-unanswered.ts";
import { pathBlackhole } from "./catalogue/path-blackhole.ts";
import { pingStopped } from "./catalogue/ping-stopped.ts";
import { pongMissing } from "./catalogue/pong-missing.ts";
import { pingAbsent, pongLate, pongUnsolicited } from "./catalogue/pong-other.ts";
import { connectRefused } from "./catalogue/proxy-connect.ts";
import { natRebound } from "./catalogue/rebound.ts";
import { reset, resetAfterIdle, resetIgnored } from "./catalogue/reset.ts";
import { resetInjected } from "./catalogue/reset-injected.ts";
import { connectErrored, connectMissing, disconnected } from "./catalogue/socket-io.ts";
import { connectUnanswered, exception } from "./catalogue/socket-io-session.ts";
import { keepAliveUnanswered, retransmissions, zeroWindow } from "./catalogue/tcp-quality.ts";
import { tlsFailed } from "./catalogue/tls-failed.ts";
import { tlsNotDecrypted } from "./catalogue/tls-secrecy.ts";
import { clockSkew, tokenExpired } from "./catalogue/tokens.ts";
import { acceptInvalid, notNegotiated, versionOther } from "./catalogue/upgrade-accept.ts";
import { fieldsStripped, gatewayError, pageReturned, upgradeRedirected } from "./catalogue/upgrade-answered.ts";
import { upgradeDropped } from "./catalogue/upgrade-dropped.ts";
import { notForwarded } from "./catalogue/upgrade-not-forwarded.ts";
import { upgradeRefused } from "./catalogue/upgrade-refused.ts";
import { upgradeUnanswered } from "./catalogue/upgrade-unanswered.ts";
import { violations } from "./catalogue/violations.ts";
import { httpOnTlsPort, otherProtocol, tlsOnPlainPort } from "./catalogue/wrong-protocol.ts";
import type { Rule } from "./rule.ts";

/**
 * Every rule, causes before what they cause: of two errors that began at the same moment the one named here first is
 * the root.
 */
export const catalogue: readonly Rule[] = [
  dnsFailed,
  arpUnanswered,
  openIcmp,
  openRefused,
  openUnanswered,
  synAckUnacknowledged,
  noRequest,
  httpOnTlsPort,
  tlsOnPlainPort,
  tlsFailed,
  otherProtocol,
  connectRefused,
  tokenExpired,
  fieldsStripped,
  notForwarded,
  versionOther,
  engineIoRefused,
  corsRefused,
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
  natRebound,
  resetInjected,
  resetAfterIdle,
  pathBlackhole,
  zeroWindow,
  pongMissing,
  engineIoPongMissing,
  connectErrored,
  connectMissing,
  connectUnanswered,
  disconnected,
  keepAliveUnanswered,
  reservedCode,
  closeCode,
  reset,
  noCloseFrame,
  closeUnanswered,
  idleTimeout,
  engineIoUpgradeFailed,
  appHeartbeatMissing,
  clockSkew,
  pongLate,
  pongUnsolicited,
  pingStopped,
  pingAbsent,
  exception,
  appSilent,
  viteHmr,
  resetIgnored,
  retransmissions,
  deflateUndecodable,
  captureEmpty,
  noWebSocket,
  tlsNotDecrypted,
  http2NotDecoded,
  packetsDropped,
  captureGap,
  captureTruncated,
  captureMidstream,
  captureOneWay,
  captureDuplicates,
  bothEnds,
  clockStepped,
  captureEndedEarly,
  captureLeftOut,
];
