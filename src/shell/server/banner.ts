import { REDIS_VERSION } from "../../server/version.ts";

/** What `always-show-logo yes` shows; scripts look for the PID in it (server spec §9.1). */
export function banner(facts: { readonly version: string; readonly port: number }): string {
  return [
    "",
    "      .---.",
    `     /  o  \\    vedette-server ${facts.version} (Redis ${REDIS_VERSION})`,
    "     \\     /",
    `      '---'     Running in standalone mode`,
    `       | |      Port: ${facts.port}`,
    `       |_|      PID: ${process.pid}`,
    "",
    "",
  ].join("\n");
}
