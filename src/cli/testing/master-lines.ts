/** What a sentinel's INFO says about one master. */
export interface MasterLine {
  readonly name: string;
  readonly status: string;
  readonly port: number;
  readonly replicas: number;
  /** Itself included. */
  readonly sentinels: number;
}

const MASTER_LINE =
  /^master\d+:name=([^,]*),status=([^,]*),address=[^\r\n]*?:(\d+),slaves=(\d+),sentinels=(\d+)/gm;

/** The `masterN:` lines of a sentinel's INFO. */
export function masterLines(info: string): MasterLine[] {
  return [...info.matchAll(MASTER_LINE)].map(
    ([, name = "", status = "", port, replicas, sentinels]) => ({
      name,
      status,
      port: Number(port),
      replicas: Number(replicas),
      sentinels: Number(sentinels),
    }),
  );
}
