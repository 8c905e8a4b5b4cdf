import type { PacketView } from "../../base/packet-view.ts";
import { AddressRewriter } from "../../pipeline/scrub/address-rewriter.ts";
import { PacketScrub } from "../../pipeline/scrub/packet-scrub.ts";
import type { ScrubPipeline } from "../../pipeline/scrub/scrub-pipeline.ts";
import type { Redactor } from "../../report/redact.ts";

/** Secrets and addresses in the bytes of packets. */
export class PacketPatcher {
  readonly scrub: PacketScrub;
  private readonly scrubs: boolean;
  private readonly rewriter: AddressRewriter | null;

  constructor(pipeline: ScrubPipeline, redactor: Redactor, scrubs: boolean) {
    this.scrub = new PacketScrub(pipeline, (text) => redactor.spans(text));
    this.scrubs = scrubs;
    this.rewriter = redactor.addresses
      ? new AddressRewriter(
          (address) => redactor.address(address),
          (labels) => redactor.hostLabels(labels),
        )
      : null;
  }

  /** The packet's bytes as they may be shown; null: as they are. */
  patched(packet: PacketView): Uint8Array | null {
    const scrubbed = this.scrubs ? this.scrub.scrub(packet) : null;
    if (this.rewriter === null) return scrubbed;
    const { bytes, start, capturedLength } = packet;
    const own = scrubbed ?? bytes.slice(start, start + capturedLength);
    this.rewriter.rewrite(own, packet.linkType);
    return own;
  }
}
