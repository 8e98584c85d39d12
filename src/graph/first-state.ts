import type { Platform } from "../platform.ts";
import { AppendList } from "./append-list.ts";
import type { BuildConfig } from "./config/build-config.ts";
import { defaultPath, imageEnv, splitEnv } from "./image-state.ts";
import type { StageState } from "./lower/state.ts";
import { enterUser } from "./lower/user.ts";
import { enterWorkdir } from "./lower/workdir.ts";
import type { StageNode } from "./stage-node.ts";

/**
 * The state of a stage before its first instruction: that of its base, with what the base's config says put in force.
 * @throws InvalidDockerfile for a working directory of the base that the platform cannot have.
 */
export function firstState(node: StageNode, config: BuildConfig): StageState {
  const inherited = inherit(node);
  let state: StageState = {
    ...(inherited.env === inherited.settledEnv ? inherited : withImageEnv(inherited)),
    hostname: config.hostname === "" ? inherited.hostname : config.hostname,
    network: config.network,
  };
  if (state.image.workingDir !== "") state = enterWorkdir(state, state.image.workingDir);
  if (state.image.user !== "") state = enterUser(state, state.image.user);
  return state;
}

/** The stage with the variables of its config set, which moves them behind all others. */
function withImageEnv(state: StageState): StageState {
  let { env } = state;
  let hasPath = false;
  for (const entry of imageEnv(state.image)) {
    const [key, value] = splitEnv(entry);
    if (key === "PATH") hasPath = true;
    env = env.set(key, value);
  }
  // Commands can count on a PATH, but for those of Windows.
  const path = defaultPath(state.platform.os);
  if (hasPath || path === undefined) return { ...state, env, settledEnv: env };
  env = env.set("PATH", path);
  const { base, set } = state.image.env;
  return {
    ...state,
    env,
    settledEnv: env,
    image: { ...state.image, env: { base, set: set.append(["PATH", path]) } },
  };
}

function inherit(node: StageNode): StageState {
  const { base } = node;
  if (base === undefined) return stateOfStart(node);
  const from = base.state ?? stateOfStart(base);
  // What is read of this stage is read of the one below it, too.
  node.paths = base.paths;
  node.platform = from.platform;
  node.start = { ...node.start, baseImage: base.start.baseImage };
  return {
    ...from,
    image: { ...from.image, onBuild: AppendList.of() },
    cmdLines: undefined,
    entrypointLines: undefined,
    healthcheckLines: undefined,
    step: node.step,
  };
}

/** What a context without a config leaves the platform of its stage at. */
const noPlatform: Platform = { os: "", architecture: "" };

function stateOfStart(node: StageNode): StageState {
  const { root, env, workdir, opPlatform, image, history } = node.start;
  return {
    root,
    env,
    settledEnv: undefined,
    workdir,
    user: "",
    hostname: "",
    network: "sandbox",
    opPlatform,
    platform: node.platform ?? noPlatform,
    image,
    history,
    buildArgs: AppendList.of(),
    workdirSet: false,
    cmdLines: undefined,
    entrypointLines: undefined,
    healthcheckLines: undefined,
    step: node.step,
  };
}
