import { homedir, platform } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment.ts";

/** What decides where a worker is looked for, besides what the caller says. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

/** The process's own. */
export function processSurroundings(): Surroundings {
  return { env: environment(), home: homedir(), platform: platform() };
}

/** The folder of the configuration of Docker's client. */
export function dockerFolder({ env, home }: Surroundings): string {
  return isSet(env.DOCKER_CONFIG) ? env.DOCKER_CONFIG : join(home, ".docker");
}

/** An empty variable counts as none. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
