/** The text of a step where there is little room: the mounts of a RUN would hide what it runs. */
export function withoutMounts(title: string): string {
  return title.replace(/(RUN(?: --\S+)*?) --mount=\S+(?: --mount=\S+)*/, "$1");
}
