import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testWorker } from "../worker.ts";
import { packLayer, pushImage } from "./push-image.ts";

/** Writes one statement for each folder that it is to scan, with the names of the files in it. */
const script = `#!/bin/busybox sh
export PATH=/bin
for folder in "$BUILDKIT_SCAN_SOURCE" $(busybox ls -d "$BUILDKIT_SCAN_SOURCE_EXTRAS"/* 2>/dev/null); do
  name=$(busybox basename "$folder")
  files=$(cd "$folder" && busybox find . -type f -name '*.txt' | busybox sort | busybox tr '\\n' ' ')
  echo '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document",' \\
    "\\"predicate\\":{\\"name\\":\\"$name\\",\\"comment\\":\\"$files$BUILDKIT_SCAN_depth\\"}}" \\
    > "$BUILDKIT_SCAN_DESTINATION/$name.spdx.json"
done
`;

/** Pushes an image that scans for SBOMs by BuildKit's protocol; returns its reference. */
export async function pushScanner(): Promise<string> {
  const { programs, registry } = testWorker();
  const platforms = [];
  for (const architecture of ["amd64", "arm64"]) {
    const busybox = readFileSync(join(programs, `busybox-${architecture}/usr/bin/busybox`));
    const layer = await packLayer([
      { path: "bin" },
      { path: "bin/busybox", mode: 0o755, content: busybox },
      { path: "bin/scan", mode: 0o755, content: script },
    ]);
    const config = { config: { Entrypoint: ["/bin/scan"], Env: ["PATH=/bin"] } };
    platforms.push({ os: "linux", architecture, layers: [layer], config });
  }
  return pushImage(registry, "scanner", "1", platforms);
}
