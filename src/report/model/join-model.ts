import type { ChangedField, JoinFacts } from "../../store/across-types.ts";
import type { Redactor } from "../redact.ts";
import type { JoinModel } from "./schema.ts";

const NS_PER_MS = 1e6;

/** Two connections that carry one WebSocket, for reports. */
export function joinModel(facts: JoinFacts, redactor: Redactor): JoinModel {
  const [nearClient, nearServer] = facts.connections;
  const milliseconds = (ns: number | null): number | null => (ns === null ? null : ns / NS_PER_MS);
  const changed = ({ name, before, behind }: ChangedField): JoinModel["changedRequest"][number] => ({
    name,
    before: before === null ? null : redactor.field(name, before),
    behind: behind === null ? null : redactor.field(name, behind),
  });
  return {
    kind: facts.kind,
    by: facts.by,
    nearClient,
    nearServer,
    clockOffsetMs: milliseconds(facts.clockOffsetNs),
    clockErrorMs: milliseconds(facts.clockErrorNs),
    foreignResets: facts.foreignResets.map(({ connection, packet, from }) => ({ connection, packet, from })),
    lostBytes: { client: facts.lostBytes[0], server: facts.lostBytes[1] },
    changedRequest: facts.changedRequest.map(changed),
    changedResponse: facts.changedResponse.map(changed),
  };
}
