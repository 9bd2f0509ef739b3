// What happens to the master in a benchmark of failovers.
import { plainClient } from "./processes.mjs";

/** @typedef {import("./processes.mjs").Daemon} Daemon */
/** @typedef {import("./cut.mjs").SecondNetwork} SecondNetwork */

/**
 * @typedef {object} Fault
 * @property {string} meaning
 * @property {(
 *   master: Daemon,
 *   sentinels: readonly Daemon[],
 *   network: SecondNetwork | undefined,
 * ) => Promise<number> | number} strike
 *   how many of the last sentinels it takes away as well
 * @property {boolean} [cut] the master and the last sentinel live in a network that can be cut off
 * @property {readonly string[]} [settings] lines of a vedette-sentinel's configuration
 */

/** @type {Readonly<Record<string, Fault>>} */
export const FAULTS = {
  kill: {
    meaning: "SIGKILL of the master",
    strike: ({ child }) => {
      child.kill("SIGKILL");
      return 0;
    },
  },
  hang: {
    meaning: "SIGSTOP of the master",
    strike: ({ child }) => {
      child.kill("SIGSTOP");
      return 0;
    },
  },
  shutdown: {
    meaning: "SHUTDOWN of the master",
    strike: ({ port }) => {
      const client = plainClient(port);
      client.call("SHUTDOWN", "NOSAVE").catch(() => client.disconnect());
      return 0;
    },
  },
  partition: {
    meaning: "the master and one sentinel are cut off",
    cut: true,
    strike: ({ child }, sentinels, network) => {
      if (network !== undefined) network.cut();
      else {
        // To those that are left, a cut is the silence of all behind it.
        sentinels.at(-1)?.child.kill("SIGSTOP");
        child.kill("SIGSTOP");
      }
      return 1;
    },
  },
  "crash-detection": {
    meaning: "SIGKILL of the master, vedette crash-detection-milliseconds 100",
    settings: ["vedette crash-detection-milliseconds mymaster 100"],
    strike: ({ child }) => {
      child.kill("SIGKILL");
      return 0;
    },
  },
};
