import type { Context } from "./context.ts";
import { isInLadder, openLadder, showPacket } from "./reduce-ladder.ts";
import type { State, Step } from "./state.ts";

/** What was typed where a packet is asked for: its number, also as Wireshark or this screen writes it ("#1,234"). */
function numberIn(text: string): number | null {
  const digits = text.replace(/[\s,.#]/g, "");
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

const told = (state: State, text: string): Step => [{ ...state, message: { text, tone: "plain" } }];

/** To a packet by its number: in the connection that is open, or in the one that holds it. */
export function goToPacket(state: State, typed: string, { words }: Context): Step {
  if (typed.trim() === "") return [state];
  const packet = numberIn(typed);
  const { packets } = state.latest.statistics;
  if (packet === null) return told(state, words.packetNumber(typed));
  if (packet < 1 || packet > packets) return told(state, words.noSuchPacket(packet, packets));
  if (isInLadder(state, packet)) return showPacket(state, packet);
  return [state, { kind: "find-packet", packet }];
}

/** `connection` null: it belongs to none. */
export function packetFound(state: State, packet: number, connection: number | null, { words }: Context): Step {
  if (connection === null) return told(state, words.packetOfNone(packet));
  // Esc leads to where one was before any ladder.
  const below = state.trail.filter((view) => view !== "ladder" && view !== "detail");
  const isOpen = state.view === "ladder" || state.view === "detail";
  const trail = isOpen ? below : [state.view, ...below];
  return openLadder({ ...state, view: "ladder", trail }, [connection], packet);
}
