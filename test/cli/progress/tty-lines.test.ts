import { expect, test, vi } from "vitest";
import { ttyProgress } from "../../../src/cli/progress/tty.ts";
import type { SolveEvent } from "../../../src/solver/events.ts";
import { memoryTerminal } from "../fake-terminal.ts";

const vertex = "sha256:a";

test.each([
  [{}, 6],
  [{ BUILDKIT_TTY_LOG_LINES: "2" }, 2],
  [{ BUILDKIT_TTY_LOG_LINES: "many" }, 6],
])("so many of the last lines of a running step are drawn (%j)", (env: Record<string, string>, count) => {
  vi.useFakeTimers();
  try {
    const { terminal, err } = memoryTerminal({ isTTY: true });
    const progress = ttyProgress(terminal.stderr, { NO_COLOR: "1", ...env }, () => 1000);
    const events: readonly SolveEvent[] = [
      { kind: "vertex", vertex, name: "[1/1] RUN", inputs: [], platform: "", internal: false },
      { kind: "started", vertex, at: 1000 },
      { kind: "log", vertex, stream: "stdout", at: 1000, data: Buffer.from("line\n".repeat(9)) },
    ];
    for (const event of events) progress.onEvent(event);
    vi.advanceTimersByTime(100);
    expect(err().match(/# line/g)).toHaveLength(count);
    progress.end();
  } finally {
    vi.useRealTimers();
  }
});
