import type { SolveOptions } from "./solve-options.ts";

/** The options of a build that only asks its frontend a question: it leaves nothing behind. */
export function withoutOutputs(options: SolveOptions): SolveOptions {
  return {
    ...options,
    outputs: [{ type: "cacheonly" }],
    push: false,
    cacheTo: [],
    provenanceRecord: undefined,
    sizes: false,
  };
}

/**
 * The question, as options of BuildKit's frontend: with what that has to be able to, besides what it has to for the inputs.
 * None where nothing is asked.
 */
export function callOptions(
  { call }: SolveOptions,
  inputs: ReadonlyMap<string, string>,
): readonly (readonly [name: string, value: string])[] {
  if (call === undefined) return [];
  const caps = [inputs.get("frontend.caps") ?? "", "moby.buildkit.frontend.subrequests+forward"];
  return [
    ["requestid", `frontend.${call}`],
    ["frontend.caps", caps.filter((cap) => cap !== "").join(",")],
  ];
}
