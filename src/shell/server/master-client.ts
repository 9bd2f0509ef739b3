import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { clientLine, NO_DAEMON_FACTS } from "../listener/client-line.ts";
import type { ListedClient } from "../listener/listed-client.ts";

/** The link to our master as CLIENT LIST shows it and CLIENT KILL TYPE master finds it. */
export function masterClient(options: {
  readonly id: ClientId;
  readonly remoteAddress: string;
  readonly localAddress: () => string;
  readonly connectedAt: Millis;
  readonly kill: () => void;
}): ListedClient {
  const { id, remoteAddress, connectedAt } = options;
  const user = "(superuser)";
  return {
    id,
    type: "master",
    remoteAddress,
    connectedAt,
    user,
    get localAddress() {
      return options.localAddress();
    },
    kill: () => options.kill(),
    describe: (now) => {
      const ageSeconds = Math.floor((now - connectedAt) / 1000);
      return clientLine({
        id,
        remoteAddress,
        localAddress: options.localAddress(),
        fileDescriptor: -1,
        name: "",
        ageSeconds,
        idleSeconds: 0,
        flags: "M",
        channels: 0,
        patterns: 0,
        shardChannels: 0,
        unparsedBytes: 0,
        argumentBytes: 0,
        queuedCommandBytes: 0,
        replyBytes: 0,
        unsentBytes: 0,
        command: "replconf",
        user,
        protocol: 2,
        libraryName: "",
        libraryVersion: "",
        daemon: NO_DAEMON_FACTS,
      });
    },
  };
}
