import type { Definition } from "../llb/definition.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import type { BuildInputs } from "./build-inputs.ts";
import type { Attachable, AttachableContext } from "./buildkit/attachable.ts";
import { auth } from "./buildkit/auth/auth.ts";
import type { ContentFolder } from "./buildkit/content/content-folder.ts";
import { contentStore, storeName } from "./buildkit/content/content-store.ts";
import { fileSend } from "./buildkit/filesend/file-send.ts";
import { fileSync } from "./buildkit/filesync/file-sync.ts";
import { secrets } from "./buildkit/secrets.ts";
import { sshForward } from "./buildkit/ssh/ssh-forward.ts";
import type { SshSource } from "./buildkit/ssh/ssh-sources.ts";
import { upload } from "./buildkit/upload.ts";
import type { CachePlan } from "./caches.ts";
import { declaredLists } from "./declared-lists.ts";
import type { ExportPlan } from "./outputs.ts";
import type { SolveOptions } from "./solve-options.ts";

/** What a build gives to the worker and takes from it. */
export interface Served {
  readonly inputs: BuildInputs;
  readonly exports: ExportPlan;
  readonly caches: CachePlan;
  readonly ssh: ReadonlyMap<string, SshSource>;
  /** As far as they are known by now. */
  readonly definitions: () => readonly Definition[];
  /** Tells the user something. */
  readonly note: (message: string) => void;
}

/** The services of a build's session: only those that it needs, with only what was granted. */
export function attachables(
  options: SolveOptions,
  { inputs, exports, caches, ssh, definitions, note }: Served,
  context: AttachableContext,
): readonly Attachable[] {
  const { onListed, xattrs: sendsAttributes } = options;
  const stores = new Map<string, ContentFolder>([...caches.stores, ...exports.stores]);
  for (const [id, path] of inputs.ociLayouts) stores.set(storeName.layout(id), { path, writable: false });
  return [
    fileSync(
      { sources: inputs.sources, declaredLists: () => declaredLists(definitions()), onListed, sendsAttributes },
      context,
    ),
    fileSend({ targets: exports.targets, onNote: note }, context),
    auth({ credentials: dockerCredentials() }, context),
    secrets(new Map(Object.entries(options.secrets ?? {})), context),
    ...(ssh.size === 0 ? [] : [sshForward(ssh, context)]),
    ...(inputs.uploads.size === 0 ? [] : [upload(inputs.uploads, context)]),
    ...(stores.size === 0 ? [] : [contentStore(stores, context)]),
  ];
}
