import { decodeImage } from "./image-decode.ts";
import type { Image, ImageState } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";

/**
 * The config of a base image. `name` is what the Dockerfile or the options call it.
 * @throws InvalidDockerfile for what is no image config.
 */
export function decodedBase(config: object | Uint8Array, name: string): Image {
  const image = decodeImage(config);
  if (image === undefined)
    throw new InvalidDockerfile("image-config", `the config of the image ${name} cannot be read`);
  return image;
}

/** A build starts without the time at which its base was made. */
export function withoutCreated({ image }: Image): ImageState {
  return image.created === undefined ? image : { ...image, created: undefined };
}
