import type { Master } from "../../../sentinel/state.ts";
import {
  EXTENSION_TABLES,
  extensionValue,
  type GlobalExtensions,
  type MasterExtensions,
} from "../../../wire/sentinel-conf/extension-settings.ts";
import {
  type ExtensionLines,
  type ExtensionSetting,
  extensionText,
} from "../../../wire/sentinel-conf/extension-kinds.ts";
import { readEndpoint, shownAddress } from "../../../wire/webhooks/endpoint.ts";
import { readableText } from "../reply-value.ts";
import type { Route } from "../route.ts";
import { object, TEXT } from "../schemas.ts";
import type { HttpSource } from "../source.ts";

const SETTINGS = { type: "object", additionalProperties: true } as const;

/** What it runs with. Secrets are told as set or not set. */
export function configurationRoutes({ state, facts }: HttpSource): readonly Route[] {
  return [
    {
      method: "GET",
      url: "/api/v1/configuration",
      tag: "state",
      summary: "What the sentinel runs with, without secrets",
      answers: {
        200: {
          description: "Settings",
          schema: object({ file: TEXT, global: SETTINGS, masters: SETTINGS }),
        },
      },
      handle: () => {
        const { settings, secrets } = state;
        return {
          file: facts.configFile,
          global: {
            port: settings.port,
            "announce-ip": settings.announceIp ?? null,
            "announce-port": settings.announcePort,
            "resolve-hostnames": settings.resolveHostnames,
            "announce-hostnames": settings.announceHostnames,
            "deny-scripts-reconfig": settings.denyScriptsReconfig,
            loglevel: settings.logLevel,
            "sentinel-user": settings.sentinelUser ?? null,
            "sentinel-pass": shownSecret(secrets.sentinelPass ?? settings.sentinelPass),
            requirepass: shownSecret(secrets.requirePass ?? settings.requirePass),
            ...extensions(EXTENSION_TABLES.global, settings.extensions),
          },
          masters: Object.fromEntries(
            [...state.masters.values()].map((master) => [
              readableText(master.name),
              masterSettings(master, secrets.authPass.get(master.masterName)),
            ]),
          ),
        };
      },
    },
  ];
}

function masterSettings({ settings }: Master, outsidePassword: string | undefined) {
  return {
    quorum: settings.quorum,
    "down-after-milliseconds": settings.downAfterMs,
    "failover-timeout": settings.failoverTimeoutMs,
    "parallel-syncs": settings.parallelSyncs,
    "master-reboot-down-after-period": settings.rebootDownAfterMs,
    "notification-script": settings.notificationScript ?? null,
    "client-reconfig-script": settings.clientReconfigScript ?? null,
    // By their new names they are called: those are as good as passwords.
    "rename-command": [...settings.renamedCommands.keys()],
    "auth-user": settings.authUser ?? null,
    "auth-pass": shownSecret(outsidePassword ?? settings.authPass),
    ...extensions(EXTENSION_TABLES.master, settings.extensions),
  };
}

function shownSecret(secret: string | undefined): string {
  return secret === undefined || secret === "" ? "(not set)" : "(set)";
}

/** Where they lead; what stands behind a host may be a secret. */
function* shownWebhooks(lines: ExtensionLines): Generator<string> {
  for (const [name, words] of lines) {
    const read = readEndpoint([name, ...words]);
    yield read.ok ? `${name} ${shownAddress(read.endpoint)}` : name;
  }
}

function extensions(
  table: ReadonlyMap<string, ExtensionSetting>,
  values: GlobalExtensions | MasterExtensions,
): object {
  return Object.fromEntries(
    [...table].map(([name, setting]) => {
      const value = extensionValue(values, name);
      if (setting.kind === "text" && setting.isSecret)
        return [name, shownSecret(extensionText(value))];
      if (name === "webhook" && value instanceof Map) return [name, [...shownWebhooks(value)]];
      return [name, typeof value === "object" ? extensionText(value).split("\n") : value];
    }),
  );
}
