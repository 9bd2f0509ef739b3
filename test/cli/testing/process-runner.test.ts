import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { ProcessRunner } from "../../../src/cli/testing/process-runner.ts";

const folder = mkdtempSync(join(tmpdir(), "vedette-runner-"));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it("signals nobody when its program has ended by itself: the number may be another's", async () => {
  const runner = new ProcessRunner(folder, ["/bin/sh", "-c", "exit 3"]);
  runner.start();
  await vi.waitFor(() => expect(runner.lastWords()).toContain("status 3"), { timeout: 20_000 });
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  await runner.kill();
  await runner.hang();
  runner.resume();
  runner.abandon();
  expect(kill).not.toHaveBeenCalled();
});
