import type { Argv } from "yargs";
import { eventsOptions } from "./events/command.ts";
import { failoverOptions } from "./failover/command.ts";
import { forgetOptions } from "./forget/command.ts";
import { explainOptions, historyOptions } from "./history/command.ts";
import { planOptions } from "./plan/command.ts";
import { pauseOptions, resumeOptions } from "./pause/command.ts";
import { resetOptions } from "./reset/command.ts";
import { statusOptions } from "./status/command.ts";
import { switchoverOptions } from "./switchover/command.ts";
import { topologyOptions } from "./topology/command.ts";
import { webhookOptions } from "./webhook/command.ts";

/** The commands that talk to running sentinels; each command's own code is loaded when it is called. */
export function operatorCommands<Options>(cli: Argv<Options>) {
  return cli
    .command(
      "status [master]",
      "How the masters stand, and what may still be lost",
      statusOptions,
      async (options) => {
        const { runStatus } = await import("./status/status.ts");
        process.exit(await runStatus(options));
      },
    )
    .command(
      "topology [master]",
      "Who follows whom and who sees whom, as a tree",
      topologyOptions,
      async (options) => {
        const { runTopology } = await import("./topology/topology.ts");
        process.exit(await runTopology(options));
      },
    )
    .command(
      "events [master]",
      "Follow what the sentinels publish",
      eventsOptions,
      async (options) => {
        const { runEvents } = await import("./events/events.ts");
        process.exit(await runEvents(options));
      },
    )
    .command(
      "plan [master]",
      "Who would take over now, and why not the others",
      planOptions,
      async (options) => {
        const { runPlan } = await import("./plan/plan.ts");
        process.exit(await runPlan(options));
      },
    )
    .command(
      "switchover <master>",
      "Move a healthy master without losing a write",
      switchoverOptions,
      async (options) => {
        const { runSwitchover } = await import("./switchover/switchover.ts");
        process.exit(await runSwitchover(options));
      },
    )
    .command(
      "failover <master>",
      "Replace a master by its best replica",
      failoverOptions,
      async (options) => {
        const { runFailover } = await import("./failover/failover.ts");
        process.exit(await runFailover(options));
      },
    )
    .command(
      "pause <master>",
      "No automatic failover for a while",
      pauseOptions,
      async (options) => {
        const { runPause } = await import("./pause/pause.ts");
        process.exit(await runPause(options));
      },
    )
    .command("resume <master>", "End a pause", resumeOptions, async (options) => {
      const { runResume } = await import("./pause/pause.ts");
      process.exit(await runResume(options));
    })
    .command(
      "history [master]",
      "The failovers that are remembered",
      historyOptions,
      async (options) => {
        const { runHistory } = await import("./history/history.ts");
        process.exit(await runHistory(options));
      },
    )
    .command("explain [id]", "One failover in words", explainOptions, async (options) => {
      const { runExplain } = await import("./history/explain.ts");
      process.exit(await runExplain(options));
    })
    .command(
      "forget <master> <who>",
      "Forget a replica or a sentinel that is gone for good",
      forgetOptions,
      async (options) => {
        const { runForget } = await import("./forget/forget.ts");
        process.exit(await runForget(options));
      },
    )
    .command(
      "reset <master>",
      "Let the sentinels look for everybody anew, one after the other",
      resetOptions,
      async (options) => {
        const { runReset } = await import("./reset/reset.ts");
        process.exit(await runReset(options));
      },
    )
    .command(
      "webhook <verb> [name] [id]",
      "What receivers on the web are told: list, test, log, replay",
      webhookOptions,
      async (options) => {
        const { runWebhook } = await import("./webhook/webhook.ts");
        process.exit(await runWebhook(options));
      },
    );
}
