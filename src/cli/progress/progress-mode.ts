import { UsageError } from "../usage-error.ts";

export const progressModes = ["auto", "tty", "plain", "rawjson", "quiet", "none"] as const;

/** How progress is shown. `quiet` prints the image's digest in the end, `none` nothing. */
export type ProgressMode = (typeof progressModes)[number];

/**
 * The mode that the flags and the environment ask for: BUILDKIT_PROGRESS stands in for a mode that is not said.
 * @throws UsageError for what excludes each other, or is no mode.
 */
export function progressModeOf(
  { progress, quiet }: { readonly progress: ProgressMode; readonly quiet?: true },
  env: Readonly<Record<string, string | undefined>>,
): ProgressMode {
  if (quiet === true) {
    if (progress === "auto" || progress === "quiet") return "quiet";
    throw new UsageError(`--progress ${progress} and --quiet exclude each other.`);
  }
  const { BUILDKIT_PROGRESS: wanted = "" } = env;
  if (progress !== "auto" || wanted === "") return progress;
  // Of BuildKit's own variable, quiet prints nothing at all.
  if (wanted === "quiet") return "none";
  const mode = progressModes.find((name) => name === wanted);
  if (mode === undefined) {
    throw new UsageError(
      `BUILDKIT_PROGRESS is ${JSON.stringify(wanted)}, where there are ${progressModes.join(", ")}.`,
    );
  }
  return mode;
}
