import { formatAddress, sameAddress } from "../../base/address.ts";
import type { PublishedHello } from "../hello-texts.ts";
import type { ReferenceCore } from "./reference-core.ts";
import type { RefMaster } from "./reference-state.ts";

/** Sentinel spec §4.1. */
export function helloPayload(core: ReferenceCore, master: RefMaster): string {
  const own = core.surroundings.node.address;
  const announced = core.announcedAddress(master);
  return [
    own.host,
    own.port,
    core.myId,
    core.currentEpoch,
    master.name,
    announced.host,
    announced.port,
    master.configEpoch,
  ].join(",");
}

/** Sentinel spec §4.3, step by step. */
export function takeReferenceHello(core: ReferenceCore, { parsed }: PublishedHello): void {
  if (parsed.kind !== "hello" || parsed.sentinelId === core.myId) return;
  const master = core.masters.get(parsed.masterName);
  if (master === undefined) return;
  const { sentinelId: id, sentinelAddress: address } = parsed;
  const known = master.peers.get(id);
  if (known === undefined || !sameAddress(known.address, address)) {
    known?.link.close();
    if (known === undefined) dropPeersAt(master, address);
    core.addPeer(master, id, address);
    core.event(
      known === undefined ? "+sentinel" : "+sentinel-address-switch",
      `${id} @ ${master.name}`,
    );
    core.save();
  }
  if (parsed.currentEpoch > core.currentEpoch) {
    core.currentEpoch = parsed.currentEpoch;
    core.save();
    core.event("+new-epoch", String(core.currentEpoch));
  }
  if (master.configEpoch >= parsed.configEpoch) return;
  master.configEpoch = parsed.configEpoch;
  if (sameAddress(master.address, parsed.masterAddress)) return;
  core.event("+config-update-from", `${id} @ ${master.name}`);
  const [from, to] = [master.address, parsed.masterAddress];
  core.event("+switch-master", `${master.name} ${formatAddress(from)} ${formatAddress(to)}`);
  core.changeAddress(master, parsed.masterAddress);
}

function dropPeersAt(master: RefMaster, address: RefMaster["address"]): void {
  for (const [id, peer] of master.peers) {
    if (!sameAddress(peer.address, address)) continue;
    peer.link.close();
    master.peers.delete(id);
  }
}
