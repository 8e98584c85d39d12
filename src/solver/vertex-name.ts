/**
 * The platform in front of a step's name, as `os/arch[/variant]`: `[linux/arm64 build 2/5] RUN make`. Empty in a build
 * of one platform. Of a step that runs on one platform for another (`[linux/amd64->arm64 …]`) it is the one it runs on.
 */
export function platformOfName(name: string): string {
  return /^\[([a-z0-9_]+\/[a-z0-9_]+(?:\/[a-z0-9_.]+)?)(?:->\S+)? /.exec(name)?.[1] ?? "";
}
