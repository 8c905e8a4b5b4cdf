import { bothEnds } from "./capture/both-ends.ts";
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
} from "./capture/capture.ts";
import { captureEmpty } from "./capture/capture-empty.ts";
import { clockStepped } from "./capture/clock-stepped.ts";
import { captureLeftOut } from "./capture/left-out.ts";
import { closeCode, reservedCode } from "./ending/close-code.ts";
import { noCloseFrame } from "./ending/close-no-frame.ts";
import { closeUnanswered } from "./ending/close-unanswered.ts";
import { closedAtOnce } from "./ending/closed-at-once.ts";
import { idleTimeout } from "./ending/idle-timeout.ts";
import { reset, resetAfterIdle } from "./ending/reset.ts";
import { resetIgnored } from "./ending/reset-ignored.ts";
import { resetInjected } from "./ending/reset-injected.ts";
import { arpUnanswered, dnsFailed } from "./opening/names.ts";
import { noRequest, synAckUnacknowledged } from "./opening/open-half.ts";
import { openIcmp } from "./opening/open-icmp.ts";
import { openRefused } from "./opening/open-refused.ts";
import { openUnanswered } from "./opening/open-unanswered.ts";
import { connectRefused } from "./opening/proxy-connect.ts";
import { tlsFailed } from "./opening/tls-failed.ts";
import { tlsNotDecrypted } from "./opening/tls-secrecy.ts";
import { httpOnTlsPort, otherProtocol, tlsOnPlainPort } from "./opening/wrong-protocol.ts";
import { pathBlackhole } from "./path/path-blackhole.ts";
import { natRebound } from "./path/rebound.ts";
import { keepAliveUnanswered, retransmissions, zeroWindow } from "./path/tcp-quality.ts";
import type { Rule } from "./rule.ts";
import { appHeartbeatMissing, appSilent, viteHmr } from "./running/application.ts";
import { engineIoPongMissing, engineIoUpgradeFailed } from "./running/engine-io.ts";
import { deflateUndecodable, messageTooBig } from "./running/messages.ts";
import { pingStopped } from "./running/ping-stopped.ts";
import { pongMissing } from "./running/pong-missing.ts";
import { pingAbsent, pongLate, pongUnsolicited } from "./running/pong-other.ts";
import { connectErrored, connectMissing, disconnected } from "./running/socket-io.ts";
import { connectUnanswered, exception } from "./running/socket-io-session.ts";
import { serverStandstill } from "./running/standstill.ts";
import { violations } from "./running/violations.ts";
import { corsRefused } from "./upgrade/cors.ts";
import { engineIoRefused } from "./upgrade/eio-refused.ts";
import { clockSkew, tokenExpired } from "./upgrade/tokens.ts";
import { acceptInvalid, notNegotiated, versionOther } from "./upgrade/upgrade-accept.ts";
import { fieldsStripped, gatewayError, pageReturned, upgradeRedirected } from "./upgrade/upgrade-answered.ts";
import { upgradeDropped } from "./upgrade/upgrade-dropped.ts";
import { notForwarded } from "./upgrade/upgrade-not-forwarded.ts";
import { upgradeRefused } from "./upgrade/upgrade-refused.ts";
import { upgradeUnanswered } from "./upgrade/upgrade-unanswered.ts";

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
  serverStandstill,
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
