import { digestOf } from "../../digest.ts";
import { hasWildcard } from "../../glob.ts";
import { goJsonList, goJsonObject, goJsonString } from "../../go-json.ts";
import type { FileOp, OpCopy, OpFileAction, OpOwner, OpUser } from "../../llb/op.ts";
import { baseName } from "../../slash-path.ts";
import { type CacheDep, type CacheMap, wholeInput } from "./cache-map.ts";
import { byBytes, type ContentSelector, isFiltered, outermostPaths, plainSelector } from "./content-selector.ts";
import { flag, number, text } from "./json-fields.ts";

/**
 * The cache map of file actions. Of what is copied from, only the name at the end of a path counts: the rest is in the
 * selector. An input that an action builds on counts as a whole.
 */
export function fileCacheMap(op: FileOp): CacheMap {
  const actions = op.actions.map((action) => `"${Buffer.from(actionJson(action, op)).toString("base64")}"`);
  const indices = isUsualChain(op) ? undefined : goJsonList(op.actions, indicesOf);
  const json = goJsonObject([
    ["Type", '"buildkit.file.v0"'],
    ["Actions", `[${actions.join(",")}]`],
    ["indexes", indices],
  ]);
  return { digest: digestOf(json), deps: depsOf(op) };
}

function indicesOf({ input, secondaryInput, output }: OpFileAction): string {
  return `[${input},${secondaryInput},${output}]`;
}

/** Chains that begin at the first input and copy from the second were once keyed without their indices, and still are. */
function isUsualChain({ actions }: FileOp): boolean {
  return (
    actions.length > 0 &&
    actions.every(({ input, secondaryInput, output }, index) => {
      const isLast = index === actions.length - 1;
      return (
        input === (index === 0 ? 0 : actions.length + index - 1) &&
        (secondaryInput === -1 || secondaryInput === 1) &&
        output === (isLast ? 0 : -1)
      );
    })
  );
}

function actionJson(action: OpFileAction, op: FileOp): string {
  switch (action.kind) {
    case "copy":
      return copyJson(action, isInput(action.secondaryInput, op) ? baseName(action.src) : action.src);
    case "mkfile":
      return goJsonObject([
        ["path", text(action.path)],
        ["mode", number(action.mode)],
        ["data", action.data.length === 0 ? undefined : `"${Buffer.from(action.data).toString("base64")}"`],
        ["owner", ownerJson(action.owner)],
        ["timestamp", number(action.timestamp)],
      ]);
    case "mkdir":
      return goJsonObject([
        ["path", text(action.path)],
        ["mode", number(action.mode)],
        ["makeParents", flag(action.makeParents)],
        ["owner", ownerJson(action.owner)],
        ["timestamp", number(action.timestamp)],
      ]);
    case "rm":
      return goJsonObject([
        ["path", text(action.path)],
        ["allowNotFound", flag(action.allowNotFound)],
        ["allowWildcard", flag(action.allowWildcard)],
      ]);
    case "symlink":
      return goJsonObject([
        ["oldpath", text(action.oldpath)],
        ["newpath", text(action.newpath)],
        ["owner", ownerJson(action.owner)],
        ["timestamp", number(action.timestamp)],
      ]);
  }
}

function copyJson(copy: OpCopy, src: string): string {
  return goJsonObject([
    ["src", text(src)],
    ["dest", text(copy.dest)],
    ["owner", ownerJson(copy.owner)],
    ["mode", number(copy.mode)],
    ["followSymlink", flag(copy.followSymlink)],
    ["dirCopyContents", flag(copy.dirCopyContents)],
    ["attemptUnpackDockerCompatibility", flag(copy.attemptUnpack)],
    ["createDestPath", flag(copy.createDestPath)],
    ["allowWildcard", flag(copy.allowWildcard)],
    ["allowEmptyWildcard", flag(copy.allowEmptyWildcard)],
    ["timestamp", number(copy.timestamp)],
    ["include_patterns", goJsonList(copy.includePatterns, goJsonString)],
    ["exclude_patterns", goJsonList(copy.excludePatterns, goJsonString)],
    ["alwaysReplaceExistingDestPaths", flag(copy.alwaysReplaceExistingDestPaths)],
    ["modeStr", text(copy.modeStr)],
    ["required_paths", goJsonList(copy.requiredPaths, goJsonString)],
  ]);
}

function ownerJson(owner: OpOwner | undefined): string | undefined {
  return (
    owner &&
    goJsonObject([
      ["user", owner.user && userJson(owner.user)],
      ["group", owner.group && userJson(owner.group)],
    ])
  );
}

function userJson(user: OpUser): string {
  if ("id" in user) return goJsonObject([["User", goJsonObject([["byId", number(user.id)]])]]);
  const named = goJsonObject([
    ["name", text(user.name)],
    ["input", number(user.input)],
  ]);
  return goJsonObject([["User", goJsonObject([["byName", named]])]]);
}

function depsOf(op: FileOp): readonly CacheDep[] {
  const selectors = op.inputs.map((): ContentSelector[] => []);
  for (const action of op.actions) {
    if ("owner" in action) addOwner(action.owner, selectors);
    if (action.kind === "copy") selectors[action.secondaryInput]?.push(selectorOf(action));
  }
  const builtOn = new Set(op.actions.map(({ input }) => input));
  return selectors.map((list, input) => (list.length === 0 || builtOn.has(input) ? wholeInput : depOf(list)));
}

function addOwner(owner: OpOwner | undefined, selectors: readonly ContentSelector[][]): void {
  if (owner?.user !== undefined && "name" in owner.user) {
    selectors[owner.user.input]?.push(plainSelector("/etc/passwd", true));
  }
  if (owner?.group !== undefined && "name" in owner.group) {
    selectors[owner.group.input]?.push(plainSelector("/etc/group", true));
  }
}

function selectorOf({ src, allowWildcard, followSymlink, includePatterns, excludePatterns }: OpCopy): ContentSelector {
  const wildcard = allowWildcard && hasWildcard(src);
  return { path: src, wildcard, followLinks: followSymlink, includePatterns, excludePatterns };
}

function depOf(selectors: readonly ContentSelector[]): CacheDep {
  const paths = selectors.map(({ path }) => path).sort(byBytes);
  return { selector: digestOf(paths.reverse().join("\0")), content: withoutNested(selectors) };
}

function withoutNested(selectors: readonly ContentSelector[]): readonly ContentSelector[] {
  const plain = selectors.filter((selector) => !isFiltered(selector));
  const pathsOf = (followLinks: boolean) =>
    outermostPaths(plain.flatMap((selector) => (selector.followLinks === followLinks ? [selector.path] : []))).map(
      (path) => plainSelector(path, followLinks),
    );
  return [...pathsOf(false), ...pathsOf(true), ...selectors.filter(isFiltered)].sort((a, b) => byBytes(a.path, b.path));
}

function isInput(index: number, { inputs }: FileOp): boolean {
  return index !== -1 && index < inputs.length;
}
