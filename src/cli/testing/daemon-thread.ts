/**
 * One vedette-server or vedette-sentinel in a thread of its own: its memory and its event loop are
 * its alone, so that ending or stopping the thread is to all others what SIGKILL or SIGSTOP is.
 */
import { resolve } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadOrder, ThreadTask } from "./thread-orders.ts";

const task = workerData as ThreadTask;

// A thread has no working directory of its own: what the daemon asks and says about it is kept here.
let folder = task.folder;
process.cwd = () => folder;
process.chdir = (to) => {
  folder = resolve(folder, to);
};

const main =
  task.kind === "sentinel"
    ? (await import("../vedette-sentinel.ts")).main
    : (await import("../vedette-server.ts")).main;
// What a sentinel loads once it has begun is loaded before: it begins on order.
if (task.kind === "sentinel") await import("../../shell/links/links.ts");

parentPort?.on("message", (order: ThreadOrder) => {
  switch (order.kind) {
    case "start":
      void Promise.resolve(main(order.argv)).then((status) => {
        if (status !== undefined) process.exit(status);
      });
      break;
    case "hang":
      parentPort?.postMessage("hangs", []);
      Atomics.wait(order.gate, 0, 0);
      break;
  }
});
