import type { Command } from "commander";

/** Where the answers about base images come from, as typed. */
export interface ImageFlags {
  readonly images?: string;
  readonly addr?: string;
  readonly builder?: string;
  /**
   * Not a flag: also without an address a worker is asked, the one that a build would find; or it is where the Dockerfile
   * lies where only a worker reads.
   */
  readonly findsWorker?: true | "for remote Dockerfiles";
  /** Not a flag: a Dockerfile that names another frontend is read as one of docker's all the same. */
  readonly ignoresSyntax?: boolean;
}

export function addImageFlags(command: Command): Command {
  return command
    .option("--images <file>", "JSON with the configs and digests of base images; see below")
    .option("--addr <address>", "the worker that resolves base images: unix://, tcp:// or docker://");
}

/** For the help of a command with these flags. */
export const imageFlagsHelp = `
Base images are looked up in --images FILE, else by the worker at --addr, else in their registry.
FILE holds what is known of images, by reference or by "reference|platform":
  {"docker.io/library/alpine:latest":
     {"digest": "sha256:…", "config": {"os": "linux", "architecture": "amd64", …}},
   "docker.io/library/alpine:latest|linux/arm64": {"digest": "sha256:…", "config": {…}}}`;
