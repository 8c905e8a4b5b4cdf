// The process of one peer: `peer.ts SCENARIO PEER` runs that peer's function and ends when it returns.

import { makePeer } from "./peer-context.ts";
import { scenarios } from "./scenarios.ts";

const [scenarioName, peerName] = process.argv.slice(2);
const row = scenarios.find((scenario) => scenario.name === scenarioName)?.peers[peerName ?? ""];
if (row === undefined) throw new Error(`no peer ${peerName} in scenario ${scenarioName}`);

const peer = makePeer(peerName ?? "");
process.on("uncaughtException", (error) => {
  peer.log("crashed", { message: error.stack });
  process.exit(1);
});
await row.run(peer);
if (row.role === "client") {
  peer.log("done");
  process.exit(0);
}
