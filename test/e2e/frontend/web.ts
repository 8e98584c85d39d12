import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { portOf } from "../../loopback.ts";

const body = "a file from the web\n";

/** The checksum of every file of `serveWeb`. */
export const webChecksum = `sha256:${createHash("sha256").update(body).digest("hex")}`;

/** A web server on this machine that has the same file, of the same age, under every path. */
export async function serveWeb(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((_request, response) => {
    response.setHeader("last-modified", new Date(1_600_000_000_000).toUTCString());
    response.setHeader("etag", '"1"');
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
