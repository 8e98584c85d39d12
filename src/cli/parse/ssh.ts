import { UsageError } from "../usage-error.ts";

/**
 * The uses of `--ssh ID[=PATH,PATH…]`, by id; the last one wins. An id alone stands for the agent of the environment. A
 * git context over SSH has that agent as `default` where nothing is said, as with docker buildx.
 */
export function parseSsh(uses: readonly string[], context: string): Readonly<Record<string, readonly string[]>> {
  const agents: Record<string, readonly string[]> = Object.create(null);
  for (const use of uses) {
    if (use === "") continue;
    const equals = use.indexOf("=");
    const id = equals === -1 ? use : use.slice(0, equals);
    const paths = equals === -1 ? [] : use.slice(equals + 1).split(",");
    if (id === "") throw new UsageError(`--ssh ${use}: an id is needed, as default or ID=PATH.`);
    agents[id] = paths.filter((path) => path !== "");
  }
  if (Object.keys(agents).length === 0 && /^(ssh:\/\/|[\w.-]+@[\w.-]+:)/.test(context)) agents.default = [];
  return agents;
}
