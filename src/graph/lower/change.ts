import type { ImageState } from "../image-state.ts";
import type { StageState } from "./state.ts";

/**
 * The state with some fields changed. Field by field, and not by spreading: V8 copies a copy by spreading so slowly
 * that it would cost more than all else that an instruction does. A field cannot be changed to undefined.
 */
export function changeState(state: StageState, changes: Partial<StageState>): StageState {
  return {
    root: changes.root ?? state.root,
    env: changes.env ?? state.env,
    settledEnv: changes.settledEnv ?? state.settledEnv,
    workdir: changes.workdir ?? state.workdir,
    user: changes.user ?? state.user,
    hostname: changes.hostname ?? state.hostname,
    network: changes.network ?? state.network,
    opPlatform: changes.opPlatform ?? state.opPlatform,
    platform: changes.platform ?? state.platform,
    image: changes.image ?? state.image,
    history: changes.history ?? state.history,
    buildArgs: changes.buildArgs ?? state.buildArgs,
    workdirSet: changes.workdirSet ?? state.workdirSet,
    cmdLines: changes.cmdLines ?? state.cmdLines,
    entrypointLines: changes.entrypointLines ?? state.entrypointLines,
    healthcheckLines: changes.healthcheckLines ?? state.healthcheckLines,
    step: changes.step ?? state.step,
  };
}

/** The config with some fields changed, as `changeState` does it. */
export function changeImage(image: ImageState, changes: Partial<ImageState>): ImageState {
  return {
    author: changes.author ?? image.author,
    created: changes.created ?? image.created,
    platform: changes.platform ?? image.platform,
    rootfs: changes.rootfs ?? image.rootfs,
    user: changes.user ?? image.user,
    exposedPorts: changes.exposedPorts ?? image.exposedPorts,
    env: changes.env ?? image.env,
    entrypoint: changes.entrypoint ?? image.entrypoint,
    cmd: changes.cmd ?? image.cmd,
    volumes: changes.volumes ?? image.volumes,
    workingDir: changes.workingDir ?? image.workingDir,
    labels: changes.labels ?? image.labels,
    stopSignal: changes.stopSignal ?? image.stopSignal,
    argsEscaped: changes.argsEscaped ?? image.argsEscaped,
    healthcheck: changes.healthcheck ?? image.healthcheck,
    onBuild: changes.onBuild ?? image.onBuild,
    shell: changes.shell ?? image.shell,
  };
}
