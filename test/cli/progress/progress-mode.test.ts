import { expect, test } from "vitest";
import { progressModeOf } from "../../../src/cli/progress/progress-mode.ts";

test("the environment stands in where no mode is said", () => {
  expect(progressModeOf({ progress: "auto" }, {})).toBe("auto");
  expect(progressModeOf({ progress: "auto" }, { BUILDKIT_PROGRESS: "plain" })).toBe("plain");
  expect(progressModeOf({ progress: "tty" }, { BUILDKIT_PROGRESS: "plain" })).toBe("tty");
  expect(progressModeOf({ progress: "auto" }, { BUILDKIT_PROGRESS: "quiet" })).toBe("none");
  expect(() => progressModeOf({ progress: "auto" }, { BUILDKIT_PROGRESS: "loud" })).toThrow(
    /BUILDKIT_PROGRESS.*rawjson/,
  );
});

test("quiet is a mode, and excludes the others", () => {
  expect(progressModeOf({ progress: "auto", quiet: true }, { BUILDKIT_PROGRESS: "plain" })).toBe("quiet");
  expect(progressModeOf({ progress: "quiet" }, {})).toBe("quiet");
  expect(() => progressModeOf({ progress: "plain", quiet: true }, {})).toThrow(/exclude each other/);
});
