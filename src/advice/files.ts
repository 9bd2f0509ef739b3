import { type CheckedFile, directiveLine, finding, masterLine, type Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

const WRITTEN_BY_ALL = 0o002;

/** Whether the sentinel can keep what it must not forget, and nobody else can change it. */
export const fileRules: Rule = (file) => [...writable(file), ...openToAll(file), ...folders(file)];

function writable(file: CheckedFile): Finding[] {
  const found: Finding[] = [];
  if (!file.itself.isWritable) {
    found.push(
      finding(
        file,
        { line: undefined },
        {
          code: "file-not-writable",
          severity: "error",
          message:
            "a sentinel keeps its votes and what it knows in this file and does not start without being able to write it",
          help: "run the check as the user that the sentinel runs as; a file of its own for each sentinel, not a read-only mount",
        },
      ),
    );
  }
  if (!file.folder.isWritable) {
    found.push(
      finding(
        file,
        { line: undefined },
        {
          code: "folder-not-writable",
          severity: "error",
          message:
            "each save puts a new file in the place of this one, so its folder must be writable too; the sentinel does not start",
          help: "a folder that belongs to the sentinel's user, with nothing else in it",
        },
      ),
    );
  }
  return found;
}

function openToAll(file: CheckedFile): Finding[] {
  const found: Finding[] = [];
  if ((file.itself.mode & WRITTEN_BY_ALL) !== 0) {
    found.push(
      finding(
        file,
        { line: undefined },
        {
          code: "file-writable-by-all",
          severity: "warning",
          message: `every user of the machine can change the file (mode ${(file.itself.mode & 0o777).toString(8)}): the master, and the programs that are run`,
          help: `chmod 600 ${file.path}`,
        },
      ),
    );
  }
  for (const { name, notificationScript, clientReconfigScript } of file.config.sentinel.masters) {
    for (const [setting, path] of [
      ["notification-script", notificationScript],
      ["client-reconfig-script", clientReconfigScript],
    ] as const) {
      if (path === undefined || (file.look(path).mode & WRITTEN_BY_ALL) === 0) continue;
      found.push(
        finding(
          file,
          { line: masterLine(file, name, setting), master: name },
          {
            code: "script-writable-by-all",
            severity: "warning",
            message: `every user of the machine can change ${path}, which runs as the sentinel's user`,
            help: `chmod go-w ${path}`,
          },
        ),
      );
    }
  }
  return found;
}

function folders(file: CheckedFile): Finding[] {
  const { dir } = file.config.daemon;
  if (file.look(".").exists) return [];
  return [
    finding(
      file,
      { line: directiveLine(file, "dir") },
      {
        code: "dir-missing",
        severity: "error",
        message: `the working directory ${dir} is not there: the sentinel does not start`,
        help: `mkdir ${dir}, or another dir`,
      },
    ),
  ];
}
