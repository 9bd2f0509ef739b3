import type { ConfLine } from "../wire/conf/conf-lines.ts";
import { type CheckedFile, finding, masterLine, type Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

const READ_BY_ALL = 0o004;
const READ_BY_GROUP = 0o040;

/** Where passwords stand and who can read them. */
export const secretRules: Rule = (file) => [
  ...readable(file),
  ...kept(file),
  ...usersWithoutPass(file),
];

const OWN: readonly string[] = ["requirepass", "tls-key-file-pass", "tls-client-key-file-pass"];

/** Lines with a password that is there to be read. */
function secretLines(file: CheckedFile): ConfLine[] {
  return file.lines.filter(({ directive, words: [setting = "", ...rest] }) => {
    if (OWN.includes(directive)) return setting !== "";
    if (directive === "user") return rest.some((rule) => rule.startsWith(">"));
    if (directive !== "sentinel") return false;
    return ["auth-pass", "sentinel-pass"].includes(setting.toLowerCase());
  });
}

function readable(file: CheckedFile): Finding[] {
  const [first, ...more] = secretLines(file).filter(({ source }) => source === "main");
  const { mode } = file.itself;
  if (first === undefined || (mode & (READ_BY_ALL | READ_BY_GROUP)) === 0) return [];
  const byAll = (mode & READ_BY_ALL) !== 0;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return [
    finding(
      file,
      { line: first },
      {
        code: byAll ? "password-readable-by-all" : "password-readable-by-group",
        severity: byAll ? "warning" : "note",
        message: `a password stands here${others}, and ${byAll ? "every user of the machine" : "the file's group"} can read the file (mode ${(mode & 0o777).toString(8)})`,
        help: `chmod 600 ${file.path}, or keep it elsewhere: vedette auth-pass-file, requirepass-file, …-env`,
      },
    ),
  ];
}

/** A secret that stands here and is said to be elsewhere as well. */
function kept(file: CheckedFile): Finding[] {
  const { daemon, sentinel, secrets } = file.config;
  const twice: {
    readonly what: string;
    readonly line: ConfLine | undefined;
    readonly master?: string;
  }[] = [];
  for (const secret of secrets.keys()) {
    const stands =
      secret === "requirepass"
        ? daemon.requirePass !== undefined
        : secret === "sentinel-pass" && sentinel.sentinelPass !== undefined;
    if (!stands) continue;
    const line = file.lines.findLast(
      ({ directive, words: [setting = ""] }) =>
        directive === "vedette" && setting.toLowerCase().startsWith(`${secret}-`),
    );
    twice.push({ what: secret, line });
  }
  for (const { name, authPass, authPassSource } of sentinel.masters) {
    if (authPass === undefined || authPassSource === undefined) continue;
    const line = masterLine(
      file,
      name,
      `auth-pass-${authPassSource.kind === "file" ? "file" : "env"}`,
    );
    twice.push({ what: `auth-pass of ${name}`, line, master: name });
  }
  return twice.map(({ what, ...place }) =>
    finding(file, place, {
      code: "secret-twice",
      severity: "warning",
      message: `the ${what} stands in the file and is said to be kept elsewhere too: this line counts, and whoever changes the other one waits in vain`,
      help: "delete one of the two lines",
    }),
  );
}

function usersWithoutPass(file: CheckedFile): Finding[] {
  return file.config.sentinel.masters.flatMap(({ name, authUser, authPass, authPassSource }) =>
    authUser === undefined || authPass !== undefined || authPassSource !== undefined
      ? []
      : [
          finding(
            file,
            { line: masterLine(file, name, "auth-user"), master: name },
            {
              code: "auth-user-without-pass",
              severity: "warning",
              message: `auth-user ${authUser} of ${name} has no auth-pass: without a password nobody logs in, and a server that wants one looks as if it were down`,
              help: `sentinel auth-pass ${name} PASSWORD, or vedette auth-pass-file ${name} PATH`,
            },
          ),
        ],
  );
}
