import type { SourceVertex } from "../../llb/vertex.ts";

/** The name that a download used as a context has in its op. */
export const downloadName = "context";

export function isWebAddress(text: string): boolean {
  return text.startsWith("http://") || text.startsWith("https://");
}

/** A source op that downloads a file, under the name `context`. */
export function downloadContext(url: string, title: string): SourceVertex {
  return downloadFile(url, downloadName, title);
}

/** A source op that downloads a file under a name. */
export function downloadFile(url: string, filename: string, title: string): SourceVertex {
  return {
    kind: "source",
    identifier: url,
    attrs: new Map([["http.filename", filename]]),
    metadata: { caps: ["source.http"], description: new Map([["llb.customname", title]]) },
  };
}
