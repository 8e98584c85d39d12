import type { SourceResolver } from "../../src/graph/compile-options.ts";

/** Knows every image, and that it is the same one. */
export const anyImage: SourceResolver = {
  image: async () => ({
    digest: `sha256:${"a1".repeat(32)}`,
    config: {
      os: "linux",
      architecture: "amd64",
      rootfs: { type: "layers", diff_ids: [`sha256:${"d1".repeat(32)}`] },
    },
  }),
};
