import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** For tests that build, on a worker that is set up for all of them. */
const builds = {
  globalSetup: ["test/e2e/setup.ts"],
  // The builds of tests are none of the user's. The setup removes the folder in the end.
  env: { XDG_STATE_HOME: join(tmpdir(), `llbc-test-state-${process.pid}`) },
  testTimeout: 120_000,
  hookTimeout: 120_000,
  fileParallelism: false,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/soak/**", "test/browser/**"],
          // Most of the time went into loading the same modules for each file. They keep no state.
          pool: "threads",
          isolate: false,
          // Against hangs: a property test on a busy machine takes its time.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/e2e/frontend*.test.ts", "test/e2e/*-matrix.test.ts"],
          ...builds,
        },
      },
      {
        // Builds the frontend image and holds it against the worker's frontend: minutes of builds, a command of its own.
        test: {
          name: "frontend",
          include: ["test/e2e/frontend*.test.ts"],
          ...builds,
        },
      },
      {
        // The page of a build in a browser.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Every realistic case under every kind of edit: minutes of builds, a command of its own.
        test: {
          name: "explain",
          include: ["test/e2e/explain-matrix.test.ts"],
          ...builds,
          testTimeout: 600_000,
        },
      },
      { test: { name: "soak", include: ["test/soak/**/*.test.ts"], testTimeout: 1_800_000, fileParallelism: false } },
    ],
  },
});
