import Long from "long";
import { digestOf } from "../../src/digest.ts";
import type { Definition } from "../../src/llb/definition.ts";
import { pb } from "../../src/llb/proto/gen/llb.js";
import { unmarshal } from "../../src/llb/unmarshal.ts";

/** A definition written by hand, op by op. */
export class HandMade {
  readonly #ops: Uint8Array[] = [];
  readonly #metadata: Record<string, pb.OpMetadata.$Properties> = {};

  image(ref: string, platform = "linux/amd64"): string {
    return this.#add(
      { source: { identifier: `docker-image://${ref}` }, platform: wirePlatform(platform) },
      `image ${ref}`,
    );
  }

  /** A shell command whose result is the file system after it; a second output is a folder of its own. */
  run(input: string, command: string, { platform = "linux/amd64", outputs = 1 } = {}): string {
    const meta = { args: ["/bin/sh", "-c", command], env: ["PATH=/bin"], cwd: "/" };
    const second = { input: Long.NEG_ONE, dest: "/second", output: Long.ONE };
    const mounts = [{ dest: "/" }, ...(outputs === 2 ? [second] : [])];
    const op = { inputs: [{ digest: input }], exec: { meta, mounts }, platform: wirePlatform(platform) };
    return this.#add(op, `RUN ${command}`);
  }

  /** Another output of a step than its first, for `file`. */
  output(step: string, index: number): string {
    return `${step}#${index}`;
  }

  /** A file made on top of an input, or of nothing. */
  file(input: string | undefined, path: string, content: string): string {
    const mkfile = { path, mode: 0o644, data: Buffer.from(content), timestamp: Long.NEG_ONE };
    const action = { input: Long.fromNumber(input === undefined ? -1 : 0), secondaryInput: Long.NEG_ONE, mkfile };
    return this.#add({ inputs: input === undefined ? [] : [edge(input)], file: { actions: [action] } }, path);
  }

  /** One file out of each input, on top of nothing. */
  gather(inputs: readonly string[], path: string): string {
    const actions = inputs.map((_, i) => ({
      input: Long.fromNumber(i === 0 ? -1 : inputs.length + i - 1),
      secondaryInput: Long.fromNumber(i),
      output: Long.fromNumber(i === inputs.length - 1 ? 0 : -1),
      copy: { src: path, dest: `/${i}`, mode: -1, timestamp: Long.NEG_ONE },
    }));
    return this.#add({ inputs: inputs.map((digest) => ({ digest })), file: { actions } }, "gather");
  }

  definition(head: string, source?: pb.Source.$Properties): Definition {
    const last = pb.Op.encode({ inputs: [{ digest: head }] }).finish();
    const message = {
      def: [...this.#ops, last],
      metadata: this.#metadata,
      ...(source === undefined ? {} : { Source: source }),
    };
    return unmarshal(pb.Definition.encode(message).finish());
  }

  #add(op: pb.Op.$Properties, name: string): string {
    // Go writes the fields of a oneof last; with another order a worker would call the vertex by another digest.
    const { exec, source, file, ...others } = op;
    const oneof = { ...(exec ? { exec } : {}), ...(source ? { source } : {}), ...(file ? { file } : {}) };
    const bytes = Buffer.concat([pb.Op.encode(others).finish(), pb.Op.encode(oneof).finish()]);
    const digest = digestOf(bytes);
    this.#ops.push(bytes);
    this.#metadata[digest] = { description: { "llb.customname": name } };
    return digest;
  }
}

function wirePlatform(platform: string): pb.Platform.$Properties {
  const [OS = "", Architecture = "", Variant = ""] = platform.split("/");
  return Variant === "" ? { OS, Architecture } : { OS, Architecture, Variant };
}

function edge(input: string): pb.Input.$Properties {
  const [digest = "", index] = input.split("#");
  return index === undefined ? { digest } : { digest, index: Long.fromString(index) };
}
