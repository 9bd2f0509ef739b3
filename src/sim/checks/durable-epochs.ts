/** The epochs that a configuration file holds. */
export interface DurableEpochs {
  readonly current: number;
  /** By master name. */
  readonly config: ReadonlyMap<string, number>;
  readonly leader: ReadonlyMap<string, number>;
}

const CURRENT = /^sentinel current-epoch (\d+)$/;
const OF_MASTER = /^sentinel (config|leader)-epoch (\S+) (\d+)$/;

/** Reads them by two patterns, so that a mistake of the real reader and writer shows. */
export function durableEpochs(text: string): DurableEpochs {
  let current = 0;
  const config = new Map<string, number>();
  const leader = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (!line.includes("-epoch ")) continue;
    const global = CURRENT.exec(line);
    if (global !== null) current = Number(global[1]);
    const [, which, name = "", value] = OF_MASTER.exec(line) ?? [];
    if (which === "config") config.set(name, Number(value));
    if (which === "leader") leader.set(name, Number(value));
  }
  return { current, config, leader };
}
