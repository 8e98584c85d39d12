import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { errnoText } from "../../../errno.ts";
import { Failure } from "../../../failure.ts";
import { type Endpoint, parseAddress, type Tls } from "../address.ts";
import { asEngine, contextEndpoint } from "../docker-context.ts";
import { type Candidate, dockerSockets, enginePlaces, hostEngine } from "../engine-places.ts";
import { dockerFolder, isSet, type Surroundings } from "../surroundings.ts";
import type { Builder, BuilderNode } from "./builder.ts";

/**
 * Where the worker of a builder's node is, in the order in which places are to be tried. Rejects with a Failure `usage`
 * for a driver or an endpoint that cannot be reached from here.
 */
export async function nodePlaces(
  { name, driver }: Builder,
  node: BuilderNode,
  surroundings: Surroundings,
): Promise<readonly Candidate[]> {
  const endpoints = await endpointsOf(name, driver, node, surroundings);
  return endpoints.map((endpoint) => ({ endpoint, origin: `the builder "${name}"` }));
}

/** The container of a name, in the engine of the surroundings or in that of the Docker context of a `context` query. */
export async function containerPlaces(address: string, surroundings: Surroundings): Promise<readonly Endpoint[]> {
  const [, container = "", query = ""] = /^docker-container:\/\/([^/?]+)\/?(?:\?(.*))?$/.exec(address) ?? [];
  if (container === "") {
    throw new Failure("usage", `"${address}" names no container`, { remedy: "Say docker-container://NAME." });
  }
  const context = new URLSearchParams(query).get("context") ?? "";
  const engines = await enginesOf(context, surroundings);
  return engines.map((engine) => inContainer(container, engine, address));
}

async function endpointsOf(
  name: string,
  driver: string,
  node: BuilderNode,
  surroundings: Surroundings,
): Promise<readonly Endpoint[]> {
  switch (driver) {
    case "docker":
      return enginesOf(node.endpoint, surroundings);
    case "docker-container": {
      const container = `buildx_buildkit_${node.name}`;
      const engines = await enginesOf(node.endpoint, surroundings);
      return engines.map((engine) => inContainer(container, engine, `docker-container://${container}`));
    }
    case "remote":
      if (node.endpoint.startsWith("docker-container://")) return containerPlaces(node.endpoint, surroundings);
      return [parseAddress(node.endpoint, await remoteTls(name, node))];
    case "kubernetes":
      throw unreachable(
        name,
        driver,
        "Forward its port (kubectl port-forward deployment/NAME 1234, where its buildkitd listens on TCP) and give tcp://127.0.0.1:1234 as addr (--addr), or make a builder with --driver remote.",
      );
    default:
      throw unreachable(
        name,
        driver,
        "Give its worker's address as addr (--addr), or make a builder with --driver remote.",
      );
  }
}

function unreachable(name: string, driver: string, remedy: string): Failure {
  return new Failure("usage", `the builder "${name}" has the driver ${driver}, which is not reached from here`, {
    remedy,
  });
}

/** The engine by its address, or by the name of its Docker context. */
async function enginesOf(endpoint: string, surroundings: Surroundings): Promise<readonly Endpoint[]> {
  if (endpoint.includes("://")) return [await hostEngine(endpoint, surroundings)];
  if (endpoint === "") return (await enginePlaces(surroundings)).map((place) => place.endpoint);
  if (endpoint !== "default") return [asEngine(await contextEndpoint(dockerFolder(surroundings), endpoint))];
  const { DOCKER_HOST: host } = surroundings.env;
  if (isSet(host)) return [await hostEngine(host, surroundings)];
  return dockerSockets(surroundings).map((place) => place.endpoint);
}

function inContainer(container: string, engine: Endpoint, text: string): Endpoint {
  return { address: { kind: "container", container, engine }, protocol: "buildkit", text };
}

/** The certificates that the options of a remote node name: buildx wants all of them or none. */
async function remoteTls(name: string, { options, endpoint }: BuilderNode): Promise<Tls | undefined> {
  const { cacert = "", cert = "", key = "", servername = "" } = Object.fromEntries(options);
  if ([cacert, cert, key, servername].every((text) => text === "")) return undefined;
  const missing = [
    ...(cacert === "" ? ["cacert"] : []),
    ...(cert !== "" && key === "" ? ["key"] : []),
    ...(key !== "" && cert === "" ? ["cert"] : []),
  ];
  if (missing.length > 0) {
    throw new Failure("usage", `the builder "${name}" asks for TLS to ${endpoint} without ${missing.join(", ")}`, {
      remedy: "Make it anew with docker buildx create --driver-opt cacert=…,cert=…,key=….",
    });
  }
  const [ca, certificate, privateKey] = await Promise.all([cacert, cert, key].map((path) => pem(name, path)));
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
    ...(servername === "" ? {} : { servername }),
  };
}

async function pem(name: string, path: string): Promise<Uint8Array | undefined> {
  if (path === "") return undefined;
  const why = isAbsolute(path) ? "" : "its path has to be absolute";
  try {
    if (why === "") return await readFile(path);
  } catch (error) {
    throw unreadable(name, path, errnoText(error));
  }
  throw unreadable(name, path, why);
}

function unreadable(name: string, path: string, why: string): Failure {
  return new Failure("usage", `the builder "${name}" names the file ${path}, which cannot be used: ${why}`, {
    remedy: "Make the builder anew with docker buildx create --driver-opt cacert=…,cert=…,key=….",
  });
}
