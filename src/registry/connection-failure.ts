import { errnoOf } from "../errno.ts";
import { Failure } from "../failure.ts";
import type { Endpoint } from "./endpoint.ts";
import { RedirectRefused } from "./http.ts";
import { BodyTooLong } from "./http-message.ts";
import { codeOf, type Matter } from "./matter.ts";
import { isTransient } from "./patient-send.ts";
import { TryAgain } from "./retry.ts";

/**
 * What went wrong on the way to or from a registry, as what is thrown: TryAgain with a Failure of the matter's code for
 * what may go better the next time, else that Failure. A Failure or a TryAgain is what it is already.
 */
export function connectionFailure(error: unknown, endpoint: Endpoint, matter: Matter): Failure | TryAgain {
  if (error instanceof Failure || error instanceof TryAgain) return error;
  const { host } = endpoint;
  const { what, deed } = matter;
  const fail = (why: string, remedy: string) =>
    new Failure(codeOf(matter), `${what} cannot be ${deed} ${host}: ${why}`, { remedy, cause: error });
  if (error instanceof RedirectRefused || error instanceof BodyTooLong) {
    return fail(error.message, "Tell who runs this registry.");
  }
  const code = errnoOf(error) ?? "";
  if (/^ERR_TLS|CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return fail(
      `its certificate is not trusted (${code})`,
      "Name a file with the certificate of its authority in NODE_EXTRA_CA_CERTS.",
    );
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return fail("it does not speak TLS", `If it is to be trusted without, list ${host} as an insecure registry.`);
  }
  if (code.startsWith("HPE_")) {
    return fail("it does not speak HTTP as expected", "Check the address; some registries speak only HTTPS.");
  }
  const why = words.get(code) ?? (error instanceof Error ? error.message : String(error));
  const failure = fail(why, "Check the name and the network; HTTPS_PROXY and NO_PROXY are heeded.");
  return isTransient(error) ? new TryAgain(failure) : failure;
}

const words: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", "there is no host of this name"],
  ["EAI_AGAIN", "its name cannot be looked up"],
  ["ECONNREFUSED", "nothing listens there"],
  ["ECONNRESET", "the connection broke"],
  ["EPIPE", "the connection broke"],
  ["ERR_STREAM_PREMATURE_CLOSE", "the connection broke"],
  ["EHOSTUNREACH", "there is no way to it"],
  ["ENETUNREACH", "there is no network"],
]);
