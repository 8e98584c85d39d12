/** The description of a vertex by the name of its step alone. */
export function named(name: string): Map<string, string> {
  return new Map<string, string>().set(nameKey, name);
}

/** The description of a vertex that also has the text of its instruction; in the order in which it is written. */
export function namedCommand(name: string, command: string): Map<string, string> {
  return new Map<string, string>().set("com.docker.dockerfile.v1.command", command).set(nameKey, name);
}

const nameKey = "llb.customname";
