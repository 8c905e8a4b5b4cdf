import type { TlsFacts, TlsSecrecy } from "../../../store/tls-types.ts";
import type { ConnectionFacts } from "../../../store/types.ts";
import { cause, type Draft, draft, shows } from "../../draft.ts";
import { safeTarget } from "../../reading/reading.ts";
import type { Cause, EvidenceItem } from "../../types.ts";
import type { Rule } from "../rule.ts";

type Secret = ConnectionFacts & { readonly tls: TlsFacts };

/** TLS that came about, or was already there, and that the keys given did not open. */
const isClosed = (connection: ConnectionFacts): connection is Secret => {
  const { tls } = connection;
  if (tls === null || tls.decrypted || tls.whyNot === null || tls.whyNot === "no-keys") return false;
  return (
    tls.handshakeComplete || (tls.whyNot === "not-captured" && tls.applicationDataBytes.some((bytes) => bytes > 0))
  );
};

const NAMES_SHOWN = 5;

const namesOf = (connections: readonly Secret[]): string =>
  [...new Set(connections.map(({ tls }) => tls.serverName).filter((name) => name !== null))]
    .slice(0, NAMES_SHOWN)
    .join(", ");

/** How to come by keys, by what the peers are. */
export const keyCauses = (): Cause[] => [
  cause("likely", "keyLogNeeded", {}),
  cause("possible", "keyLogOfProgram", {}),
  cause("possible", "keyLogOfProxy", {}),
];

/** The key log has lines of it, and not the one that a direction needs. */
const isIncomplete = ({ tls }: Secret): boolean => tls.whyNot === "no-secret" && tls.closedBy.length > 0;

/** One of its directions opened, by a log of the right connection. */
const isDamaged = ({ tls }: Secret): boolean => tls.whyNot === "secret-does-not-fit" && tls.closedBy.length === 1;

const labelsOf = ({ tls }: Secret): string => tls.closedBy.join(", ");

const byLabels = (connections: readonly Secret[]): readonly (readonly [Secret, ...Secret[]])[] =>
  [...new Set(connections.map(labelsOf))].map(
    (labels) => connections.filter((one) => labelsOf(one) === labels) as unknown as [Secret, ...Secret[]],
  );

function incomplete(group: readonly [Secret, ...Secret[]], variant: "incomplete" | "damaged"): Draft {
  const [first] = group;
  return draft("tls.not-decrypted", variant, {
    at: first.tls.clientHello,
    foldBy: `${variant} ${labelsOf(first)}`,
    args: { connections: group.length, names: namesOf(group), labels: labelsOf(first) },
    evidence: halfEvidence(first.tls),
    causes: [cause("likely", "keyLogCut", {}), cause("possible", "keyLogOfOther", {})],
  });
}

/** What the other direction said. */
function halfEvidence({ halfRead, clientHello, serverName }: TlsFacts): (EvidenceItem | null)[] {
  const { request, response, closeFrames } = halfRead ?? { request: null, response: null, closeFrames: [] };
  return [
    shows(clientHello, "tlsHello", { name: serverName }),
    request && shows(request, "request", { method: request.method, target: safeTarget(request.target) }),
    response && shows(response, "response", { status: response.status, reason: response.reason }),
    ...closeFrames.map(({ from, code, reason, ...mark }) => shows(mark, "closeFrame", { from, code, reason })),
  ];
}

/** Keys were given, and connections stayed closed all the same. */
function checkSecrecy(connections: readonly ConnectionFacts[]): Draft[] {
  const closed = connections.filter(isClosed);
  const because = (why: TlsSecrecy): readonly Secret[] => closed.filter(({ tls }) => tls.whyNot === why);
  const drafts: Draft[] = [];
  for (const group of byLabels(closed.filter(isIncomplete))) drafts.push(incomplete(group, "incomplete"));
  for (const group of byLabels(closed.filter(isDamaged))) drafts.push(incomplete(group, "damaged"));
  const noSecret = because("no-secret").filter((one) => !isIncomplete(one));
  if (noSecret.length > 0)
    drafts.push(
      draft("tls.not-decrypted", "noSecret", {
        at: noSecret[0]?.tls.clientHello ?? null,
        foldBy: "no-secret",
        args: { connections: noSecret.length, names: namesOf(noSecret) },
        causes: [
          cause("likely", "keyLogOfOther", {}),
          ...keyCauses().map((one) => ({ ...one, confidence: "possible" as const })),
        ],
      }),
    );
  const midstream = because("not-captured");
  if (midstream.length > 0)
    drafts.push(
      draft("tls.not-decrypted", "notCaptured", {
        at: midstream[0]?.first ?? null,
        foldBy: "not-captured",
        args: { connections: midstream.length },
        causes: [cause("certain", "captureFromStart", {})],
      }),
    );
  const misfits = because("secret-does-not-fit").filter((one) => !isDamaged(one));
  if (misfits.length > 0)
    drafts.push(
      draft("tls.not-decrypted", "doesNotFit", {
        at: misfits[0]?.tls.clientHello ?? null,
        foldBy: "does-not-fit",
        args: { connections: misfits.length, names: namesOf(misfits) },
        causes: [cause("likely", "keyLogOfOther", {})],
      }),
    );
  const odd = closed.filter(({ tls }) => tls.whyNot === "version" || tls.whyNot === "cipher-suite");
  if (odd.length > 0)
    drafts.push(
      draft("tls.not-decrypted", "notSupported", {
        at: odd[0]?.tls.serverHello ?? null,
        foldBy: "not-supported",
        args: {
          connections: odd.length,
          version: odd[0]?.tls.negotiatedVersion,
          suite: odd[0]?.tls.cipherSuite,
        },
        causes: [cause("possible", "captureBehindProxy", {})],
      }),
    );
  return drafts;
}

export const tlsNotDecrypted: Rule = {
  id: "tls.not-decrypted",
  severity: "note",
  spec: "RFC 9850",
  causes: [
    "keyLogOfOther",
    "keyLogCut",
    "keyLogNeeded",
    "keyLogOfProgram",
    "keyLogOfProxy",
    "captureFromStart",
    "captureBehindProxy",
  ],
  sources: ["https://www.rfc-editor.org/rfc/rfc9850", "https://wiki.wireshark.org/TLS"],
  checkCapture: ({ analysis }) => checkSecrecy(analysis.connections),
};
