/** What must not outlive the test's process: closed in its last moment, if nobody did before. */
interface Abandonable {
  abandon(): void;
}

const open = new Set<Abandonable>();
let isWatching = false;

function abandonAll(): void {
  for (const set of open) set.abandon();
}

/** From now on the end of the process is the end of the set, whether by itself or by `process.exit`. */
export function endWithProcess(set: Abandonable): void {
  open.add(set);
  if (isWatching) return;
  isWatching = true;
  process.on("exit", abandonAll);
}

export function isClosed(set: Abandonable): void {
  open.delete(set);
}
