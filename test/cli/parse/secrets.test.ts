import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSecrets } from "../../../src/cli/parse/secrets.ts";
import { folderWith } from "../rig.ts";

const cwd = () => folderWith({ "token.txt": "from a file", npmrc: "x" });
const env = { TOKEN: "from the environment", npmrc: "variable" };
const bytes = (text: string) => ({ data: Buffer.from(text) });

test("a secret is a file or an environment variable; an id alone is whichever is there, the variable first", async () => {
  const folder = cwd();
  const parse = async (use: string) => ({ ...(await parseSecrets([use], { env, cwd: folder })) });
  const file = { path: join(folder, "token.txt") };
  expect(await parse("id=a,src=token.txt")).toEqual({ a: file });
  expect(await parse("type=file,id=a,source=token.txt")).toEqual({ a: file });
  expect(await parse("ID=a,env=TOKEN")).toEqual({ a: bytes("from the environment") });
  expect(await parse("type=env,id=a,src=TOKEN")).toEqual({ a: bytes("from the environment") });
  expect(await parse("id=TOKEN")).toEqual({ TOKEN: bytes("from the environment") });
  expect(await parse("id=npmrc")).toEqual({ npmrc: bytes("variable") });
  expect(await parse("id=token.txt")).toEqual({ "token.txt": file });
  expect(await parse('id=a,"src=token.txt"')).toEqual({ a: file });
});

test("a variable that is not set is an empty secret, names of JavaScript's own are names, the last use wins", async () => {
  const secrets = await parseSecrets(["id=__proto__,env=toString", "id=b,env=TOKEN", "id=b,env=NONE", ""], {
    env,
    cwd: cwd(),
  });
  expect(Object.entries(secrets)).toEqual([
    ["__proto__", bytes("")],
    ["b", bytes("")],
  ]);
});

test.each([
  ["token", "not of the form key=value"],
  ["src=token.txt", "an id is needed"],
  ["id=a,type=vault,src=x", 'no type "vault"; there are file and env'],
  ["id=a,mode=0400", 'no "mode"; there are id, src, env and type'],
  ["id=a,src=none.txt", "none.txt cannot be read"],
  ["id=nowhere", "or an environment variable as env=NAME"],
  ['id=a,"src=x', "a double quote is not closed"],
])("--secret %s: %s", async (use, says) => {
  await expect(parseSecrets([use], { env, cwd: cwd() })).rejects.toThrow(says);
});
