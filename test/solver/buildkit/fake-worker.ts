import { gateway } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { pong, type Reply, type Script } from "./fake-buildkit.ts";

const ok: Reply = { message: new Uint8Array() };

const image = {
  digest: `sha256:${"a".repeat(64)}`,
  config: Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } })),
};

/** A worker with one Dockerfile, which knows one image by all names. */
export function workerWith(
  dockerfile: string | Uint8Array,
  more: (method: string) => ReturnType<Script> | undefined = () => undefined,
): Script {
  let solves = 0;
  return (method, request) => {
    const other = more(method);
    if (other !== undefined) return other;
    switch (method) {
      case "Ping":
        return pong();
      case "Solve":
        solves++;
        return { message: gateway.SolveResponse.encode({ result: { ref: { id: `ref${solves}` } } }).finish() };
      case "ReadFile": {
        const { filePath } = gateway.ReadFileRequest.decode(request);
        if (filePath !== "Dockerfile") return { status: 2, text: `open ${filePath}: no such file or directory` };
        return { message: gateway.ReadFileResponse.encode({ data: Buffer.from(dockerfile) }).finish() };
      }
      case "ResolveImageConfig":
        return { message: gateway.ResolveImageConfigResponse.encode(image).finish() };
      default:
        return ok;
    }
  };
}
