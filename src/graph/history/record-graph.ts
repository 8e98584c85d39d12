import type { Op } from "../../llb/op.ts";
import type { BuildGraph } from "../build-graph.ts";
import type { BuildRecord, RecordedVertex } from "./build-record.ts";
import { plainGraph } from "./plain-graph.ts";
import { opOfRecorded } from "./recorded-op.ts";

/** The graph of a recorded build. Of its ops there is what `RecordedOp` has; where there is none, their kind and name. */
export function recordGraph({ vertices }: Pick<BuildRecord, "vertices">): BuildGraph {
  return plainGraph(
    vertices.map((vertex) => {
      const { digest, name, stage, platforms, lines, inputs } = vertex;
      return { digest, op: opOf(vertex), name, stage, platforms, lines, inputs };
    }),
  );
}

function opOf({ kind, name, inputs, traits, op }: RecordedVertex): Op {
  const source = traits.find((trait) => trait.name === "source")?.value ?? `local://${name}`;
  if (op !== undefined) return opOfRecorded(op, source, inputs);
  const base = { inputs, platform: undefined, workerConstraints: undefined };
  const none = inputs.map((_, index) => index);
  switch (kind) {
    case "source":
      return { ...base, kind, identifier: source, attrs: new Map() };
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
