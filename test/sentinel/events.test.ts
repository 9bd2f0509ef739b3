import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EVENT_LEVELS, event } from "../../src/sentinel/events.ts";
import { eventsIn, REPLICA_1, WatchedMaster } from "./watched-master.ts";

/** Redis' catalogue (sentinel spec §8.2), by level. */
const CATALOGUE = {
  warning: `+monitor -monitor +reset-master +set +sdown -sdown +odown -odown +new-epoch
    +vote-for-leader +try-failover +elected-leader +failover-state-select-slave +selected-slave
    +promoted-slave +failover-state-reconf-slaves +failover-end-for-timeout +failover-end
    +switch-master +config-update-from -failover-abort-not-elected -failover-abort-no-good-slave
    -failover-abort-slave-timeout +tilt -tilt -script-error -script-timeout`,
  notice: `+slave +sentinel +sentinel-address-switch +sentinel-address-update +sentinel-invalid-addr
    +reboot +convert-to-slave +fix-slave-config +failover-state-send-slaveof-noone
    +failover-state-wait-promotion +slave-reconf-sent +slave-reconf-inprog +slave-reconf-done
    -slave-reconf-sent-timeout +slave-reconf-sent-be`,
  verbose: "+role-change -role-change",
  debug: "+script-child -script-child -cmd-link-reconnection -pubsub-link-reconnection",
};

/** What Redis does not have, so that no client takes it for something else. */
const OWN_EVENT = /^[+-]vedette-/;

const CORE = fileURLToPath(new URL("../../src/sentinel", import.meta.url));

/** The text of the core but for the list of events itself. */
function coreText(): string {
  return readdirSync(CORE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && name !== "events.ts")
    .map((name) => readFileSync(`${CORE}/${name}`, "utf8"))
    .join("\n");
}

describe("events", () => {
  it("are those of Redis, with their levels", () => {
    const expected = Object.entries(CATALOGUE).flatMap(([level, names]) =>
      names.split(/\s+/).map((name) => [name, level] as const),
    );
    const ofRedis = Object.entries(EVENT_LEVELS).filter(([name]) => !OWN_EVENT.test(name));
    expect(Object.fromEntries(ofRedis)).toEqual(Object.fromEntries(expected));
  });

  const text = coreText();

  it.each(Object.keys(EVENT_LEVELS))("%s is one that the core can emit", (name) => {
    expect(text).toContain(`"${name}"`);
  });

  it("+monitor of each master comes at the start, with its quorum", () => {
    const [first] = eventsIn(new WatchedMaster().effects);
    expect(first).toBe("+monitor master mymaster 10.0.0.2 6379 quorum 2");
  });

  it("-role-change and +role-change tell what was reported", () => {
    const world = new WatchedMaster();
    const replica = "slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.2 6379";
    const report = (role: string): string[] =>
      eventsIn(world.info(world.replica(REPLICA_1), [`role:${role}`]));
    expect(report("master")).toEqual([`-role-change ${replica} new reported role is master`]);
    expect(report("slave")).toEqual([`+role-change ${replica} new reported role is slave`]);
  });

  it("of level debug, for the log alone, tell why no connection came about", () => {
    const world = new WatchedMaster();
    const { link } = world.master;
    world.give({ kind: "link-lost", link: link.id, reason: "reset" });
    const seen = world.give({ kind: "link-lost", link: link.id, reason: "Connection refused" });
    expect(eventsIn(seen)).toEqual([
      "-cmd-link-reconnection master mymaster 10.0.0.2 6379 #Connection refused",
    ]);
    expect(seen).toMatchObject([{ event: { level: "debug" } }, {}]);
  });

  it("are cut off at 1024 bytes", () => {
    expect(event("+set", "x".repeat(2000), {}).payload).toHaveLength(1024);
  });
});
