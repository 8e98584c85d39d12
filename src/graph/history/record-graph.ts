import type { Op } from "../../llb/op.ts";
import type { BuildGraph } from "../build-graph.ts";
import type { BuildRecord, RecordedVertex } from "./build-record.ts";
import { plainGraph } from "./plain-graph.ts";

/** The graph of a recorded build. Of its ops only the kind is known, and of commands and sources their name. */
export function recordGraph({ vertices }: Pick<BuildRecord, "vertices">): BuildGraph {
  return plainGraph(
    vertices.map((vertex) => {
      const { digest, name, stage, platforms, lines, inputs } = vertex;
      return { digest, op: opOf(vertex), name, stage, platforms, lines, inputs };
    }),
  );
}

function opOf({ kind, name, inputs, traits }: RecordedVertex): Op {
  const base = { inputs, platform: undefined, workerConstraints: undefined };
  const none = inputs.map((_, index) => index);
  switch (kind) {
    case "source": {
      const identifier = traits.find((trait) => trait.name === "source")?.value ?? `local://${name}`;
      return { ...base, kind, identifier, attrs: new Map() };
    }
    case "exec": {
      const meta = { args: ["/bin/sh", "-c", name], cwd: "/", removeMountStubsRecursive: true };
      const plain = { mounts: [], network: "sandbox", security: "sandbox", secretEnv: [], cdiDevices: [] } as const;
      return { ...base, ...plain, kind, meta };
    }
    case "file":
      return { ...base, kind, actions: [] };
    case "merge":
      return { ...base, kind, layers: none };
    case "diff":
      return { ...base, kind, lower: -1, upper: -1 };
    case "build":
      return { ...base, kind, builder: -1, named: new Map(), attrs: new Map(), definition: undefined };
    case "passthrough":
      return { ...base, kind, id: "", outputs: none };
    case "head":
      return { ...base, kind };
  }
}
