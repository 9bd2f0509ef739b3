// What a process has cost so far, from /proc: Linux only.
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
/** Fields of /proc/PID/stat behind the name: utime and stime. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/**
 * User and system time of all its threads, in seconds.
 * @param {{ pid?: number | undefined }} child
 */
export function cpuSeconds({ pid }) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / ticksPerSecond;
}

/**
 * Memory that is in RAM now, in MB.
 * @param {{ pid?: number | undefined }} child
 */
export function residentMegabytes({ pid }) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
