import { defineConfig } from "vitest/config";

/** `fast` needs no process and no port; `e2e` and `fuzz` start real daemons from dist/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/bench/**", "test/fuzz/**"],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Real daemons with real deadlines: after everything else. They mostly wait, so three files
          // share the machine.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
