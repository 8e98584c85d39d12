import type { Owner, UserRef } from "../../llb/vertex.ts";

/**
 * `user` or `user:group`, each a number or a name that is looked up in the file system at hand; `root` is 0. An empty
 * name is a name, too, but BuildKit writes it as number 0.
 */
export function parseOwner(text: string): Owner {
  const colon = text.indexOf(":");
  if (colon === -1) return { user: parseUser(text) };
  return { user: parseUser(text.slice(0, colon)), group: parseUser(text.slice(colon + 1)) };
}

function parseUser(text: string): UserRef {
  if (text === "root" || text === "") return { id: 0 };
  if (!/^[+-]?[0-9]+$/.test(text)) return { name: text };
  const id = Number(text);
  // Out of 32 bits it is a name; a negative number wraps around as in the op's unsigned field.
  return id >= -0x80000000 && id <= 0x7fffffff ? { id: id >>> 0 } : { name: text };
}
