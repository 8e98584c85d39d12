import { goJsonString } from "../../go-json.ts";
import type { SourceVertex } from "../../llb/vertex.ts";

export interface LocalSource {
  /** The folder's name in the session. */
  readonly name: string;
  readonly sessionId: string;
  /** Shown as the name of the step. */
  readonly title: string;
  readonly sharedKeyHint: string;
  /** The paths to send, links followed; none for all. */
  readonly followPaths?: readonly string[] | undefined;
  readonly excludePatterns?: readonly string[] | undefined;
  /** Sends every file anew instead of comparing with an earlier transfer: right for a few small files. */
  readonly sendAll?: boolean | undefined;
}

/** A source op for a folder of the client. Empty fields leave out their attribute. */
export function localSource(source: LocalSource): SourceVertex {
  const attrs = new Map<string, string>();
  const caps = ["source.local"];
  const attribute = (name: string, value: string, cap: string) => {
    if (value === "") return;
    attrs.set(name, value);
    caps.push(cap);
  };
  // Both in the order in which they are written.
  // Workers that do not know this one compare as they always did, so it asks for no capability.
  if (source.sendAll === true) attrs.set("local.differ", "none");
  attribute("local.excludepatterns", jsonList(source.excludePatterns), "source.local.excludepatterns");
  attribute("local.followpaths", jsonList(source.followPaths), "source.local.followpaths");
  attribute("local.session", source.sessionId, "source.local.sessionid");
  attribute("local.sharedkeyhint", source.sharedKeyHint, "source.local.sharedkeyhint");
  return {
    kind: "source",
    identifier: `local://${source.name}`,
    attrs,
    metadata: { caps, description: new Map([["llb.customname", source.title]]) },
  };
}

function jsonList(texts: readonly string[] | undefined): string {
  return texts === undefined || texts.length === 0 ? "" : `[${texts.map(goJsonString).join(",")}]`;
}
