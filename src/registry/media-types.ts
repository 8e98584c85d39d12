/** The kinds of content that images are made of, by their media types: OCI's and Docker's. */
export const indexTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
]);

export const manifestTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
]);

/** What the config of an image may be called; `application/octet-stream` by the first builders. */
export const configTypes: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
  "application/octet-stream",
  "application/vnd.in-toto+json",
]);

/** What is asked for in Accept. The wildcard is for registries that do not know all of the others. */
export const acceptedManifests: string = [...manifestTypes, ...indexTypes, "*/*"].join(", ");

/** Docker's first format, that BuildKit does not read any more. */
export function isSchema1(mediaType: string): boolean {
  return /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/.test(mediaType);
}
