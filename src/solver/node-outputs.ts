import { Failure } from "../failure.ts";
import { nameOfReference, parseImageReference } from "../image-reference.ts";
import type { SolveOptions, SolveOutput } from "./solve-options.ts";

type OutputOptions = Pick<SolveOptions, "outputs" | "push" | "tags">;

/** Whether the outputs of several nodes make up those of the build: no archive and no engine takes an image in parts. */
export function canBeSharedOut({ outputs = [] }: OutputOptions): boolean {
  return outputs.every(({ type }) => type === "image" || type === "local" || type === "cacheonly");
}

/** The outputs as one of several nodes makes them: what is pushed goes up without a name, by its digest. */
export function nodeOutputs(options: OutputOptions): Required<OutputOptions> {
  const { tags = [] } = options;
  const outputs = allOutputs(options).map((output) => {
    if (output.type !== "image") return output;
    const names = namesOf(output, tags);
    if (!isPushed(output, options)) {
      return names.length === 0 ? output : { ...output, attrs: { ...output.attrs, name: names.join(",") } };
    }
    const repositories = [...new Set(names.map(repositoryOf))].join(",");
    return { ...output, attrs: { ...output.attrs, name: repositories, push: "true", "push-by-digest": "true" } };
  });
  return { outputs, push: false, tags: [] };
}

/** The names under which the whole image is pushed, none where it is not; and whether its registry is spoken to without TLS. */
export function pushedNames(options: OutputOptions): { readonly names: readonly string[]; readonly insecure: boolean } {
  const pushed = allOutputs(options).filter((output) => output.type === "image" && isPushed(output, options));
  return {
    names: [...new Set(pushed.flatMap((output) => namesOf(output, options.tags ?? [])))],
    insecure: pushed.some((output) => isTrue(output, "registry.insecure")),
  };
}

function allOutputs({ outputs = [], push }: OutputOptions): readonly SolveOutput[] {
  return push === true && !outputs.some(({ type }) => type === "image") ? [...outputs, { type: "image" }] : outputs;
}

function isPushed(output: SolveOutput, { push }: OutputOptions): boolean {
  return push === true || isTrue(output, "push");
}

function namesOf({ attrs = {} }: SolveOutput, tags: readonly string[]): readonly string[] {
  if (tags.length > 0) return tags;
  return (attrs.name ?? "").split(",").filter((name) => name !== "");
}

function repositoryOf(name: string): string {
  const reference = parseImageReference(name);
  if (reference !== undefined) return nameOfReference(reference);
  throw new Failure("usage", `"${name}" is no name of an image`, {
    remedy: "Write it as [registry/]repository[:tag].",
  });
}

function isTrue({ attrs = {} }: SolveOutput, name: string): boolean {
  return /^(1|t|true)$/i.test(attrs[name] ?? "");
}
