import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { run } from "./run.mjs";

/**
 * Starts a registry on loopback and a dockerd with its containerd on a socket in `folder`, both detached; resolves
 * when both answer. Garbage collection is off, so that a cache that a test fills stays.
 * @param {string} prefix folder of the unpacked programs
 * @param {string} folder state of this worker; short, since socket paths end at 108 bytes
 * @param {{ registryPort?: number, ownImages?: boolean }} [options] port 0, the default, takes any free one; with
 *   `ownImages` dockerd keeps images in a store of its own, as it did before it had containerd do that
 * @returns {Promise<{ dockerHost: string, registry: string, pids: number[] }>}
 */
export async function startDaemons(prefix, folder, options = {}) {
  const socket = join(folder, "docker.sock");
  if (Buffer.byteLength(join(folder, "exec/containerd/containerd-debug.sock")) > 100) {
    throw new Error(`${folder} is too long for the sockets of a worker; choose a shorter folder`);
  }
  for (const path of ["registry", "data", "exec", "tmp", "home"]) mkdirSync(join(folder, path), { recursive: true });
  mountCgroups();
  const registry = `127.0.0.1:${options.registryPort || (await freePort())}`;
  const pids = [
    startRegistry(prefix, folder, registry),
    startDockerd(prefix, folder, socket, registry, options.ownImages !== true),
  ];
  try {
    await answering({ socketPath: socket, path: "/_ping" }, pids[1], join(folder, "dockerd.log"));
    const [host, port] = registry.split(":");
    await answering({ host, port, path: "/v2/" }, pids[0], join(folder, "registry.log"));
  } catch (error) {
    for (const pid of pids) kill(pid, "SIGKILL");
    throw error;
  }
  return { dockerHost: `unix://${socket}`, registry, pids };
}

/**
 * Stops what `startDaemons` started and unmounts what it left mounted.
 * @param {string} folder
 * @param {readonly number[]} pids
 */
export async function stopDaemons(folder, pids) {
  for (const pid of pids) kill(pid, "SIGTERM");
  for (let waited = 0; pids.some(alive) && waited < 20_000; waited += 50) await delay(50);
  for (const pid of pids) kill(pid, "SIGKILL");
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) run("umount", ["-l", mount]);
}

/** @param {number} pid */
export function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function startRegistry(prefix, folder, address) {
  const config = join(folder, "registry.yml");
  writeFileSync(
    config,
    `version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${join(folder, "registry")} }, delete: { enabled: true } }
http: { addr: "${address}" }
`,
  );
  return startDetached(
    join(prefix, "usr/bin/docker-registry"),
    ["serve", config],
    join(folder, "registry.log"),
    process.env,
  );
}

function startDockerd(prefix, folder, socket, registry, hasContainerdImages) {
  rmSync(socket, { force: true });
  rmSync(join(folder, "docker.pid"), { force: true });
  const config = join(folder, "daemon.json");
  const settings = {
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "exec"),
    pidfile: join(folder, "docker.pid"),
    hosts: [`unix://${socket}`],
    group: "root",
    features: { "containerd-snapshotter": hasContainerdImages },
    // Steps get the bridge without NAT: no iptables program, no firewall rules of the machine are touched.
    iptables: false,
    ip6tables: false,
    "userland-proxy": false,
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    "insecure-registries": [registry],
    builder: { gc: { enabled: false }, entitlements: { "network-host": true, "security-insecure": true } },
  };
  writeFileSync(config, JSON.stringify(settings, null, 2));
  const env = {
    ...process.env,
    PATH: `${prefix}/usr/sbin:${prefix}/usr/bin:${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
    HOME: join(folder, "home"),
    DOCKER_TMPDIR: join(folder, "tmp"),
  };
  const libraries = join(prefix, "usr/lib", process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu");
  if (existsSync(join(libraries, "libseccomp.so.2"))) env.LD_LIBRARY_PATH = libraries;
  return startDetached(join(prefix, "usr/sbin/dockerd"), ["--config-file", config], join(folder, "dockerd.log"), env);
}

/** dockerd needs cgroups: on a machine that mounted none, version 2. */
function mountCgroups() {
  const mounted = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .some((line) => / \/sys\/fs\/cgroup[ /]/.test(line));
  if (!mounted) run("mount", ["-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]);
}

function startDetached(program, args, log, env) {
  const output = openSync(log, "w");
  const child = spawn(program, args, { detached: true, stdio: ["ignore", output, output], env });
  closeSync(output);
  child.on("error", () => {});
  child.unref();
  if (child.pid === undefined) throw new Error(`${program} did not start`);
  return child.pid;
}

async function answering(request, pid, log) {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (await answers(request)) return;
    if (!alive(pid)) break;
    await delay(50);
  }
  throw new Error(
    `no answer from the service that logs to ${log}:\n${readFileSync(log, "utf8").split("\n").slice(-15).join("\n")}`,
  );
}

function answers(request) {
  return new Promise((resolve) => {
    http
      .get(request, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on("error", () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function kill(pid, signal) {
  if (alive(pid)) process.kill(pid, signal);
}

function delay(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
