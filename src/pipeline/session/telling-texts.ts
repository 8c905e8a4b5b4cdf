import * as limits from "../../base/limits.ts";
import type { MessageView } from "../../websocket/types.ts";

/** A name of something secret before its value, or what shows itself: `"password":`, `passcode:`, `token=`, `Bearer …`. */
const NAMES_SECRET =
  /(?:pass(?:w|c|p|_)|pwd|token|secret|auth|jwt|session|sid|credential|cookie|[cx]srf|signature|sig|ticket|api[-_]?key|access[-_]?key|private[-_]?key|otp|pin|nonce|assertion)\w{0,24}\\{0,7}["']?\s{0,8}[:=]|bearer |eyJ|^40/i;

/** Text before the name, so that a JSON key keeps its quote. */
const LEAD = 64;

/**
 * Texts of a WebSocket that may name a secret, for whoever writes about it: an error may say again, bare, what a login
 * named. Kept are few and short ones; which words of them are secret is the report's matter.
 */
export class TellingTexts {
  private kept: string[] = NONE;

  get texts(): readonly string[] {
    return this.kept;
  }

  look(text: string): void {
    if (this.kept.length >= limits.tellingTexts) return;
    const at = text.search(NAMES_SECRET);
    if (at < 0) return;
    const from = text.length <= limits.tellingCharacters ? 0 : Math.max(0, at - LEAD);
    const part = text.slice(from, from + limits.tellingCharacters);
    if (this.kept.includes(part)) return;
    // A copy: a slice would keep all of the text.
    this.kept = [...this.kept, part === text ? text : Buffer.from(part).toString()];
  }

  lookAt({ bytes, keptLength }: MessageView): void {
    if (this.kept.length >= limits.tellingTexts) return;
    const length = Math.min(keptLength, limits.readMessageBytes);
    this.look(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("utf8"));
  }
}

const NONE: string[] = [];
