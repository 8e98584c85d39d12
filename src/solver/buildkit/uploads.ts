/** What is sent when a worker downloads the address of an upload, by its id. */
export type Uploads = ReadonlyMap<string, AsyncIterable<Uint8Array>>;

/** The address under which a worker downloads an upload of the session. */
export function uploadAddress(id: string): string {
  return `http://buildkit-session/${id}`;
}
