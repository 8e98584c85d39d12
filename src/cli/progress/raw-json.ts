import type { Progress } from "./progress.ts";

/** One line of JSON for each message of the worker's, as docker buildx writes it with `--progress rawjson`. */
export function rawJsonProgress(write: (text: string) => void): Progress {
  return {
    onEvent() {},
    onStatus(json) {
      write(`${json}\n`);
    },
    end() {},
  };
}
