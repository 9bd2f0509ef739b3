import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";

const root = new URL("../../deploy/", import.meta.url);

function text(name: string): string {
  return readFileSync(new URL(name, root), "utf8");
}

/** A configuration that a manifest brings must be one that the sentinel reads. */
function mistakesIn(conf: string): readonly string[] {
  const result = parseSentinelConf({
    main: { name: "sentinel.conf", text: conf },
    commandLine: "",
    include: () => ({ kind: "files", files: [] }),
    isExecutable: () => true,
  });
  return result.kind === "mistakes" ? result.mistakes.map(({ text: line }) => line) : [];
}

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

describe("deploy/kubernetes", () => {
  const documents = parseAllDocuments(text("kubernetes/sentinel.yaml"));
  const manifests = documents.map((document) => document.toJS() as Manifest);
  const set = manifests.find(({ kind }) => kind === "StatefulSet");

  it("is YAML without mistakes, one document for each kind", () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      "ConfigMap",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Secret",
      "Service",
      "StatefulSet",
    ]);
  });

  it("brings a configuration that the sentinel reads, with what the first start adds", () => {
    const conf = manifests.find(({ kind }) => kind === "ConfigMap")?.data?.["sentinel.conf"] ?? "";
    expect(conf).toContain("sentinel monitor mymaster");
    const added = [...text("kubernetes/sentinel.yaml").matchAll(/echo "([^"]+)" >>/g)];
    expect(added).toHaveLength(2);
    const lines = added.map(([, line = ""]) => line.replace("$HOSTNAME", "vedette-0"));
    expect(mistakesIn([conf, ...lines].join("\n"))).toEqual([]);
  });

  it("keeps the state in a volume, and may write nothing else", () => {
    expect(set).toMatchObject({
      spec: {
        replicas: 3,
        volumeClaimTemplates: [{ metadata: { name: "state" } }],
        template: {
          spec: {
            securityContext: { runAsNonRoot: true },
            containers: [
              {
                securityContext: {
                  readOnlyRootFilesystem: true,
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                },
                livenessProbe: { httpGet: { path: "/health/live" } },
                readinessProbe: { httpGet: { path: "/health/ready" } },
              },
            ],
          },
        },
      },
    });
  });
});

describe("deploy/docker", () => {
  it("has three hosts' worth: a server and a sentinel each, on volumes of their own", () => {
    const { services, volumes } = parse(text("docker/compose.yaml"), { merge: true }) as {
      readonly services: Readonly<
        Record<string, { readonly volumes: string[]; read_only: boolean }>
      >;
      readonly volumes: object;
    };
    expect(Object.keys(services).toSorted()).toEqual([
      "redis-1",
      "redis-2",
      "redis-3",
      "sentinel-1",
      "sentinel-2",
      "sentinel-3",
    ]);
    for (const [name, { volumes: mounts, read_only: isReadOnly }] of Object.entries(services)) {
      expect(mounts.map((mount) => mount.split(":")[0])).toEqual([name]);
      expect(Object.keys(volumes)).toContain(name);
      expect(isReadOnly).toBe(true);
    }
  });

  it("starts its sentinels with a configuration that they read", () => {
    const lines = [...text("docker/compose.yaml").matchAll(/^ {8}['"](.+)['"](?: \\| > .*)$/gm)];
    const conf = lines.map(([, line = ""]) => line.replace("$$(hostname)", "sentinel-1"));
    expect(conf.length).toBeGreaterThan(7);
    expect(mistakesIn(conf.join("\n"))).toEqual([]);
  });

  it("runs as nobody of consequence, from a pinned base, with the daemon as process 1", () => {
    const lines = text("docker/Dockerfile").split("\n");
    const bases = lines
      .filter((line) => line.startsWith("FROM "))
      .map((line) => line.split(" ")[1]);
    expect(bases.every((base) => base?.includes(":") === true && !base.endsWith(":latest"))).toBe(
      true,
    );
    expect(lines).toContain("USER 10001:10001");
    expect(lines).toContain("VOLUME /state");
    expect(lines.findLast((line) => line.startsWith("ENTRYPOINT"))).toMatch(
      /^ENTRYPOINT \["node", /,
    );
  });
});

const analyze = spawnSync("systemd-analyze", ["--version"]);

describe("deploy/systemd", () => {
  it.each(["vedette-sentinel.service", "vedette-server.service"])(
    "%s tells when it is ready",
    (name) => {
      const lines = text(`systemd/${name}`).split("\n");
      expect(lines).toEqual(
        expect.arrayContaining(["Type=notify", "NotifyAccess=all", "NoNewPrivileges=yes"]),
      );
      // A data server that is busy for long is not killed for it.
      const isWatched = lines.some((line) => /^WatchdogSec=\d+$/.test(line));
      expect(isWatched).toBe(name === "vedette-sentinel.service");
    },
  );

  it.skipIf(analyze.status !== 0).each(["vedette-sentinel.service", "vedette-server.service"])(
    "%s is what systemd-analyze verify accepts",
    (name) => {
      const unit = fileURLToPath(new URL(`systemd/${name}`, root));
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", unit], {
        encoding: "utf8",
      });
      expect(stderr.split("\n").filter((line) => line.includes(name))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});
