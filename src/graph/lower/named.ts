/** The description of a vertex by the name of its step alone. */
export function named(name: string): Map<string, string> {
  return new Map<string, string>().set("llb.customname", name);
}

/** The description of a vertex that also has the text of its instruction. */
export function namedCommand(name: string, command: string): Map<string, string> {
  return named(name).set("com.docker.dockerfile.v1.command", command);
}
