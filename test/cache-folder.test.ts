import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../src/cache-folder.ts";

test("the folder is where the system keeps what can be had again", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/x", HOME: "/h" }, "images")).toBe(join("/x", "llbc", "images"));
  const places = { darwin: "/h/Library/Caches/llbc/images", linux: "/h/.cache/llbc/images" };
  if (process.platform === "darwin" || process.platform === "linux")
    expect(cacheFolder({ HOME: "/h" }, "images")).toBe(places[process.platform]);
});
