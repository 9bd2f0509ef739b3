import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { masterName } from "../../../src/base/ids.ts";
import { EVENT_LEVELS } from "../../../src/sentinel/events.ts";
import { masterInfo, REPLICA_1, REPLICA_2 } from "../../sentinel/watched-master.ts";
import { ServedSentinel } from "./served-sentinel.ts";

const sentinel = new ServedSentinel();

function read(file: string): string {
  return readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
}

afterAll(() => sentinel.close());

async function scrape(): Promise<string> {
  const answer = await sentinel.get("/metrics");
  expect(answer.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.body;
}

async function series(): Promise<ReadonlyMap<string, number>> {
  const lines = (await scrape()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

describe("metrics", () => {
  it("tell of each master, replica and sentinel", async () => {
    sentinel.world.info(sentinel.world.master, [
      ...masterInfo([REPLICA_1, REPLICA_2]),
      "master_repl_offset:1056",
    ]);
    const found = await series();
    const expected = {
      vedette_masters: 1,
      vedette_tilt: 0,
      vedette_current_epoch: 4,
      'vedette_master_state{master="mymaster",state="ok"}': 1,
      'vedette_master_state{master="mymaster",state="odown"}': 0,
      'vedette_master_info{master="mymaster",address="10.0.0.2:6379"}': 1,
      'vedette_master_sentinels_ok{master="mymaster"}': 3,
      'vedette_master_replicas_promotable{master="mymaster"}': 2,
      'vedette_master_failover_ready{master="mymaster"}': 1,
      'vedette_master_writable_servers{master="mymaster"}': 1,
      'vedette_master_switches_total{master="mymaster"}': 0,
      'vedette_replica_lag_bytes{master="mymaster",replica="222222222222"}': 56,
      'vedette_replica_link_up{master="mymaster",replica="333333333333"}': 1,
      'vedette_sentinel_up{master="mymaster",sentinel="bbbbbbbbbbbb"}': 1,
      vedette_commands_total: 17,
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, found.get(name)]).toEqual([name, value]);
  });

  it("tell of each webhook", async () => {
    sentinel.webhooks = [
      {
        endpoint: "pager",
        queueLength: 3,
        oldestPendingSeconds: 12.5,
        isDisabled: true,
        delivered: 7,
        failedAttempts: 5,
        dead: 1,
        deliveredByOthers: 2,
        deliverySeconds: { count: 4, sum: 0.5 },
      },
    ];
    const found = [...(await series())].filter(([name]) => name.startsWith("vedette_webhook_"));
    sentinel.webhooks = [];
    expect(Object.fromEntries(found)).toEqual({
      'vedette_webhook_deliveries_total{endpoint="pager",result="delivered"}': 7,
      'vedette_webhook_deliveries_total{endpoint="pager",result="failed"}': 5,
      'vedette_webhook_deliveries_total{endpoint="pager",result="by_another"}': 2,
      'vedette_webhook_deliveries_total{endpoint="pager",result="dead"}': 1,
      'vedette_webhook_queue_length{endpoint="pager"}': 3,
      'vedette_webhook_oldest_pending_seconds{endpoint="pager"}': 12.5,
      'vedette_webhook_disabled{endpoint="pager"}': 1,
      'vedette_webhook_first_tries_total{endpoint="pager"}': 4,
      'vedette_webhook_first_tries_seconds_total{endpoint="pager"}': 0.5,
    });
  });

  it("begin every event at 0", async () => {
    const found = await series();
    for (const [event, level] of Object.entries(EVENT_LEVELS)) {
      if (level === "debug") continue;
      expect(found.has(`vedette_events_total{event="${event}"}`)).toBe(true);
    }
  });

  it("have one line of help and one of type for each metric, and each series once", async () => {
    const lines = (await scrape()).split("\n");
    const typed = lines
      .filter((line) => line.startsWith("# TYPE "))
      .map((line) => line.split(" ")[2]);
    expect(new Set(typed).size).toBe(typed.length);
    const names = lines
      .filter((line) => /^[a-z]/.test(line))
      .map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(new Set(names).size).toBe(names.length);
  });

  it("keep labels what they are, whatever a master is called", async () => {
    const { world } = sentinel;
    world.request("SENTINEL", "MONITOR", "a{b}=", "10.0.0.9", "6390", "2");
    expect(await scrape()).toContain('vedette_master_quorum{master="a{b}="} 2\n');
    world.request("SENTINEL", "REMOVE", "a{b}=");
    expect(await scrape()).not.toContain("a{b}=");
  });

  it("have redis_exporter's names where they are wanted", async () => {
    expect(await scrape()).not.toContain("redis_sentinel_");
    sentinel.world.request("SENTINEL", "CONFIG", "SET", "http-exporter-names", "yes");
    const found = await series();
    const label = 'master_name="mymaster",master_address="10.0.0.2:6379"';
    expect(found.get(`redis_sentinel_master_status{${label},master_status="ok"}`)).toBe(1);
    expect(found.get(`redis_sentinel_master_ok_sentinels{${label}}`)).toBe(3);
    expect(found.get("redis_sentinel_masters")).toBe(1);
  });

  it("count changes of the master, and what its receipts tell", async () => {
    const own = new ServedSentinel();
    own.world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
    own.world.hello("b", { currentEpoch: 9, configEpoch: 9, master: REPLICA_1 });
    own.tell();
    const text = (await own.get("/metrics")).body;
    await own.close();
    expect(text).toContain('vedette_master_switches_total{master="mymaster"} 1\n');
    expect(text).toContain('vedette_master_config_epoch{master="mymaster"} 9\n');
    expect(text).toContain('vedette_events_total{event="+switch-master"} 1\n');
    expect(text).toMatch(
      /vedette_master_last_switch_timestamp_seconds\{master="mymaster"\} 1795000000\n/,
    );
  });

  it("give the loop back while they are collected of many masters", async () => {
    const many = new ServedSentinel();
    const { state } = many.world;
    const { master } = many.world;
    for (let n = 0; n < 2000; n++) {
      const name = masterName(`m${n}`);
      state.masters.set(name, { ...master, name, masterName: name });
    }
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const text = Buffer.concat(await many.metrics.chunks());
    isOver = true;
    await many.close();
    expect(turns).toBeGreaterThan(5);
    expect(text.toString().match(/^vedette_master_quorum\{/gm)).toHaveLength(2001);
  });
});

describe("rules and dashboards", () => {
  it.each([
    "prometheus/vedette.rules.yml",
    "prometheus/vedette.rules.test.yml",
    "grafana/vedette.json",
  ])("%s uses only metrics that there are", async (file) => {
    const text = read(`deploy/${file}`);
    const used = new Set(text.match(/\b(?:vedette|redis|process)_[a-z_]+/g));
    const known = new Set(await sentinel.metrics.names());
    const unknown = [...used].filter(
      (name) => !known.has(name.replace(/_(?:bucket|sum|count)$/, "")),
    );
    expect(used.size).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  it("every alert has a section of the documentation and a unit test", () => {
    const alerts = [...read("deploy/prometheus/vedette.rules.yml").matchAll(/alert: (\w+)/g)].map(
      ([, alert]) => alert ?? "",
    );
    const headings = (read("docs/metrics.md").match(/^### .*$/gm) ?? []).join(", ");
    const tests = read("deploy/prometheus/vedette.rules.test.yml");
    expect(alerts.length).toBeGreaterThan(15);
    for (const alert of alerts) {
      expect(headings).toMatch(new RegExp(String.raw`\b${alert}\b`));
      expect(tests).toContain(`- name: ${alert}\n`);
    }
  });
});
