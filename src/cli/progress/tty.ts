import type { OutputStream, Terminal } from "../terminal.ts";
import { BuildView } from "./build-view.ts";
import { drawBuild } from "./draw-build.ts";
import { Painter } from "./painter.ts";
import { palette } from "./palette.ts";
import type { Progress } from "./progress.ts";

const frameInterval = 100;

/**
 * The build redrawn in place: a line for each step, running ones with a timer, the bytes they move and the last lines
 * they wrote. What does not fit on the screen is left out from the oldest finished steps on; the last drawing is whole.
 */
export function ttyProgress(stream: OutputStream, env: Terminal["env"], now: () => number = Date.now): Progress {
  const view = new BuildView();
  const painter = new Painter(stream);
  const colours = palette(stream, env);
  const logLines = logLinesOf(env);
  const began = now();
  let worker = "";
  let ended = false;
  // The worker's clock may differ from ours: what has just begun has begun now.
  let ahead: number | undefined;
  for (const problem of colours.problems) stream.write(`warning: ${problem}\n`);
  const lines = (rows: number, isFinished: boolean): readonly string[] => {
    const time = now();
    const clocks = { spent: time - began, now: time - (ahead ?? 0) };
    return drawBuild(view, { ...clocks, worker, columns: stream.columns || 80, rows, logLines, colours, isFinished });
  };
  const draw = (): void => painter.draw(lines((stream.rows || 24) - 1, false));
  const timer = setInterval(draw, frameInterval);
  timer.unref();
  // The sooner it is drawn anew, the less is left of lines that the terminal broke.
  stream.on("resize", draw);
  const show = (): void => painter.show();
  process.once("exit", show);
  return {
    onEvent(event) {
      if (event.kind === "started") ahead ??= now() - event.at;
      if (event.kind === "worker") worker = event.worker.description;
      view.apply(event);
    },
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      stream.off("resize", draw);
      process.removeListener("exit", show);
      painter.end(lines(Number.POSITIVE_INFINITY, true));
    },
  };
}

/** BUILDKIT_TTY_LOG_LINES: so many lines of a running step's output are shown, six where it does not say. */
function logLinesOf({ BUILDKIT_TTY_LOG_LINES: lines = "" }: Terminal["env"]): number {
  return /^[1-9]\d{0,3}$/.test(lines) ? Number(lines) : 6;
}
