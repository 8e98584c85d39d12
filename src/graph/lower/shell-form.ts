import type { ImageState } from "../image-state.ts";

const shellOfUnix: readonly string[] = ["/bin/sh", "-c"];
const shellOfWindows: readonly string[] = ["cmd", "/S", "/C"];

/** The command line of an instruction in shell form: the shell of the image, or that of its system, and one text. */
export function withShell(image: Pick<ImageState, "shell" | "platform">, args: readonly string[]): readonly string[] {
  const systemShell = image.platform.os === "windows" ? shellOfWindows : shellOfUnix;
  return [...(image.shell.length > 0 ? image.shell : systemShell), args.join(" ")];
}
