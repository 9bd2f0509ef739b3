import type { ConnectionFacts } from "../../server/environment.ts";
import { monotonicNow } from "../clock.ts";
import type { Listener } from "../listener/listener.ts";
import { Rate } from "../rate.ts";

/** What INFO tells of the connections, counted by the listener. */
export class ConnectionCounts {
  readonly #listener: Listener;
  readonly #inputRate: Rate;
  readonly #outputRate: Rate;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#inputRate = new Rate(() => listener.stats.netInputBytes);
    this.#outputRate = new Rate(() => listener.stats.netOutputBytes);
  }

  /** @param replicas connections that INFO counts apart */
  read({
    maxClients,
    replicas,
  }: {
    readonly maxClients: number;
    readonly replicas: number;
  }): ConnectionFacts {
    const { stats, clients, pubSub, access } = this.#listener;
    const subscribers = clients.accepted().filter((client) => client.subscriptions > 0);
    const now = monotonicNow();
    return {
      connected: clients.size - replicas,
      maxClients,
      pubsubClients: subscribers.length,
      received: stats.connectionsReceived,
      rejected: stats.connectionsRejected,
      netInputBytes: stats.netInputBytes,
      netOutputBytes: stats.netOutputBytes,
      inputBytesPerSecond: this.#inputRate.perSecond(now),
      outputBytesPerSecond: this.#outputRate.perSecond(now),
      reads: stats.reads,
      writes: stats.writes,
      denials: access.denials,
      channels: pubSub.channelCount,
      patterns: pubSub.patternCount,
      shardChannels: pubSub.shardChannelCount,
      queryBufferLimitDisconnections: stats.queryBufferDisconnections,
      outputBufferLimitDisconnections: stats.outputBufferDisconnections,
      errorReplies: stats.errorReplies,
      errorsByCode: stats.errorsByCode,
    };
  }
}
