import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import { newMasterAfter, startGroup } from "./harness/watched-group.ts";

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

const lab = new Lab();
afterEach(() => lab.cleanUp());

interface Answer {
  readonly data: {
    readonly result?: readonly { readonly value: readonly [number, string] }[];
    readonly alerts?: readonly {
      readonly labels: { readonly alertname: string };
      readonly state: string;
    }[];
  };
}

async function ask(port: number, path: string): Promise<Answer["data"]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    signal: AbortSignal.timeout(2000),
  });
  const { data } = (await answer.json()) as Answer;
  return data;
}

async function query(port: number, expression: string): Promise<readonly string[]> {
  const { result } = await ask(port, `/api/v1/query?query=${encodeURIComponent(expression)}`);
  return (result ?? []).map(({ value }) => value[1]);
}

describeWithReal(["promtool"], "promtool", () => {
  it.each([
    { words: ["check", "rules", "vedette.rules.yml"] },
    { words: ["test", "rules", "vedette.rules.test.yml"] },
    { words: ["check", "config", "prometheus.yml"] },
  ])("is content with $words", async ({ words }) => {
    const folder = lab.folder("rules");
    for (const file of ["vedette.rules.yml", "vedette.rules.test.yml", "prometheus.yml"]) {
      copyFileSync(join(DEPLOY, "prometheus", file), join(folder, file));
    }
    const [group = "", action = "", file = ""] = words;
    const run = await lab.run("promtool", realProgram("promtool"), [
      group,
      action,
      join(folder, file),
    ]);
    const { code } = await run.exited;
    expect(run.log).toContain("SUCCESS");
    expect(code).toBe(0);
  });
});

describeWithReal(["haproxy"], "the HAProxy example", () => {
  it("is what HAProxy takes", async () => {
    const run = await lab.run("haproxy", realProgram("haproxy"), [
      "-c",
      "-f",
      join(DEPLOY, "haproxy", "haproxy.cfg"),
    ]);
    expect((await run.exited).code).toBe(0);
  });
});

describeWithReal(["prometheus"], "a Prometheus that scrapes three sentinels", () => {
  it("sees the group, and raises the alarm when the master is killed", async () => {
    const httpPorts = [await freePort(), await freePort(), await freePort()];
    const group = await startGroup(lab, {
      data: "vedette",
      sentinels: ["vedette", "vedette", "vedette"],
      lines: (index) => [`vedette http-port ${httpPorts[index] ?? 0}`],
    });
    const folder = lab.folder("prometheus-files");
    copyFileSync(
      join(DEPLOY, "prometheus", "vedette.rules.yml"),
      join(folder, "vedette.rules.yml"),
    );
    writeFileSync(
      join(folder, "prometheus.yml"),
      `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [vedette.rules.yml]
scrape_configs:
  - job_name: vedette
    static_configs: [{ targets: [${httpPorts.map((port) => `"127.0.0.1:${port}"`).join(", ")}] }]
`,
    );
    const port = await freePort();
    await lab.run("prometheus", realProgram("prometheus"), [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await lab.until({
      name: "all sentinels are scraped and find the master well",
      look: () => query(port, 'sum(vedette_master_state{master="mymaster",state="ok"})'),
      holds: (values) => values[0] === "3",
    });
    const [master] = group.servers;
    await master.crash();
    await newMasterAfter(lab, group, master);
    await lab.until({
      name: "the alert VedetteFailover fires",
      look: () => ask(port, "/api/v1/alerts"),
      holds: ({ alerts = [] }) =>
        alerts.some(
          ({ labels, state }) => labels.alertname === "VedetteFailover" && state === "firing",
        ),
    });
    await lab.until({
      name: "the failover and how long it took are told",
      look: () => query(port, "sum(vedette_failover_duration_seconds_count)"),
      holds: (values) => values[0] === "1",
    });
    await lab.until({
      name: "all scrapes name one master",
      look: () => query(port, "count(count by (address) (vedette_master_info))"),
      holds: (values) => values[0] === "1",
    });
  });
});
