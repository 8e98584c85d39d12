/** The architecture of this machine, as platforms name it. */
export const ownArchitecture: string =
  new Map<string, string>([
    ["x64", "amd64"],
    ["ia32", "386"],
  ]).get(process.arch) ?? process.arch;

/** The platform of this machine: what `--platform local` means. */
export function ownPlatform(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  return `${os}/${ownArchitecture}`;
}
