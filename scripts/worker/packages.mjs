// Debian's packages, unpacked into a folder of our own: the machine's own packages and lists stay as they are.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

// Newest first: the worker wants a recent BuildKit and QEMU; a mirror may lack the one or the other suite.
const suites = (process.env.LLBC_WORKER_SUITES ?? "forky sid trixie").split(" ");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks the programs of a worker (dockerd, containerd, registry, QEMU, busybox for two platforms, client tools) into
 * `folder` once; later calls find them there. Returns the folder that holds `usr/`.
 * @param {string} folder
 * @param {(line: string) => void} say
 */
export function installPrograms(folder, say) {
  const prefix = join(folder, "programs");
  if (existsSync(join(prefix, ".complete"))) return prefix;
  if (!existsSync("/usr/bin/dpkg"))
    throw new Error("a worker can be set up on Debian only; start a BuildKit worker yourself and name it with --addr");
  mkdirSync(folder, { recursive: true });
  const reasons = [];
  for (const suite of suites) {
    say(`fetching the worker's programs (Debian ${suite})`);
    try {
      const staging = join(folder, `staging-${process.pid}`);
      rmSync(staging, { recursive: true, force: true });
      unpackSuite(suite, folder, staging);
      addRunc(folder, staging);
      writeFileSync(join(staging, ".complete"), `${suite}\n`);
      rmSync(prefix, { recursive: true, force: true });
      renameSync(staging, prefix);
      return prefix;
    } catch (error) {
      reasons.push(`${suite}: ${error.message}`);
    }
  }
  throw new Error(`no Debian suite gave a working worker\n${reasons.join("\n")}`);
}

function unpackSuite(suite, folder, staging) {
  const downloads = join(folder, `downloads-${suite}`);
  download(suite, folder, downloads, [
    ...["docker.io", "containerd", "docker-registry", "docker-cli", "docker-buildx", "qemu-user"],
    ...["busybox-static:amd64", "busybox-static:arm64"],
  ]);
  mkdirSync(staging, { recursive: true });
  for (const name of ["docker.io", "containerd", "docker-registry", "docker-cli", "docker-buildx"]) {
    unpack(packageFile(downloads, name), staging);
  }
  const qemu = join(staging, "qemu");
  unpack(packageFile(downloads, "qemu-user"), qemu);
  renameSync(join(qemu, "usr/bin/qemu-aarch64"), join(staging, "usr/bin/qemu-aarch64"));
  rmSync(qemu, { recursive: true });
  for (const architecture of ["amd64", "arm64"]) {
    unpack(packageFile(downloads, "busybox-static", architecture), join(staging, `busybox-${architecture}`));
  }
  // A newer suite's programs may ask for a newer libc than this machine has.
  for (const program of ["usr/sbin/dockerd", "usr/bin/containerd", "usr/bin/docker-registry"]) {
    run(join(staging, program), ["--version"]);
  }
  rmSync(downloads, { recursive: true });
}

function download(suite, folder, destination, packages) {
  const options = aptState(suite, join(folder, `apt-${suite}`), ["amd64", "arm64"]);
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  run("apt-get", [...options, "download", ...packages], { cwd: destination });
}

/**
 * Makes an apt state of its own in `state` with the packages of one suite, and returns the options that make apt-get
 * use it. Signatures are checked against the machine's Debian keys.
 * @param {string} suite
 * @param {string} state
 * @param {readonly string[]} architectures the first is the one of packages that name none
 */
export function aptState(suite, state, architectures) {
  for (const path of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(state, path), { recursive: true });
  writeFileSync(join(state, "status"), "");
  writeFileSync(join(state, "sources.list"), `deb [signed-by=${keyring}] ${debianMirror()} ${suite} main\n`);
  const settings = {
    "Dir::Etc::SourceList": join(state, "sources.list"),
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::Etc::Preferences": "/dev/null",
    "Dir::Etc::PreferencesParts": "/dev/null",
    "Dir::State::Lists": join(state, "lists"),
    "Dir::State::Status": join(state, "status"),
    "Dir::Cache": join(state, "cache"),
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    // A mirror's copy of a moving suite may be some days old.
    "Acquire::Check-Valid-Until": "false",
    "APT::Architecture": architectures[0],
    "APT::Sandbox::User": "root",
  };
  const options = [
    "-qq",
    ...architectures.flatMap((architecture) => ["-o", `APT::Architectures::=${architecture}`]),
    ...Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
  ];
  run("apt-get", [...options, "update"]);
  return options;
}

/** runc is linked against the machine's own libc and libseccomp: it comes from the machine's own suite. */
function addRunc(folder, staging) {
  if (spawnSync("runc", ["--version"]).status === 0) return;
  const downloads = join(folder, "downloads-own");
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  const fetch = () =>
    run("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", "runc", "libseccomp2"], { cwd: downloads });
  try {
    fetch();
  } catch {
    run("apt-get", ["-qq", "update"]);
    fetch();
  }
  unpack(packageFile(downloads, "runc"), staging);
  unpack(packageFile(downloads, "libseccomp2"), staging);
  rmSync(downloads, { recursive: true });
}

/** The mirror that the machine's own package configuration names. */
function debianMirror() {
  const listed = run("apt-get", [
    "indextargets",
    "--no-release-info",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
  ]);
  const mirror = listed.split("\n").find((line) => line !== "" && !line.includes("security"));
  if (mirror === undefined) throw new Error("the machine's package configuration names no Debian mirror");
  return mirror;
}

function packageFile(folder, name, architecture) {
  const file = readdirSync(folder).find(
    (entry) => entry.startsWith(`${name}_`) && (architecture === undefined || entry.endsWith(`_${architecture}.deb`)),
  );
  if (file === undefined) throw new Error(`package ${name} did not arrive`);
  return join(folder, file);
}

/** @param {string} file a package
 * @param {string} destination */
export function unpack(file, destination) {
  mkdirSync(destination, { recursive: true });
  run("dpkg", ["-x", file, destination]);
}
