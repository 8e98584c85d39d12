import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type { Failure } from "../../src/failure.ts";
import { session } from "../../src/solver/buildkit/proto/gen/buildkit.js";
import { secrets } from "../../src/solver/buildkit/secrets.ts";
import { secretsService } from "../../src/solver/buildkit/session-services.ts";
import { askAttachable } from "./ask-attachable.ts";
import { tempFolder } from "./filesync/rig.ts";

test("secrets come from bytes and from files, when they are asked for", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "late"), "before");
  const reported: Failure[] = [];
  const ask = await askAttachable(
    secrets(
      new Map([
        ["bytes", { data: Buffer.from("s3cret") }],
        ["__proto__", { data: Buffer.from("odd") }],
        ["file", { path: join(folder, "late") }],
        ["empty", { data: Buffer.alloc(0) }],
        ["largest", { data: Buffer.alloc(500 * 1024) }],
        ["too large", { data: Buffer.alloc(500 * 1024 + 1) }],
        ["gone", { path: join(folder, "gone") }],
      ]),
      { signal: new AbortController().signal, report: (failure) => reported.push(failure) },
    ),
  );
  const get = async (id: string) => {
    const answer = await ask(secretsService.GetSecret, Object.assign(session.GetSecretRequest.create(), { id }));
    return "response" in answer ? Buffer.from(answer.response.data ?? []).toString() : answer;
  };
  writeFileSync(join(folder, "late"), "after");

  expect(await get("bytes")).toBe("s3cret");
  expect(await get("__proto__")).toBe("odd");
  expect(await get("file")).toBe("after");
  expect(await get("empty")).toBe("");
  expect(await get("largest")).toHaveLength(500 * 1024);
  expect(reported).toEqual([]);

  expect(await get("unknown")).toEqual({ code: status.NOT_FOUND, details: 'there is no secret "unknown"' });
  expect(reported).toEqual([]);

  expect(await get("too large")).toMatchObject({ details: expect.stringContaining("512001 bytes") });
  expect(await get("gone")).toMatchObject({ details: expect.stringContaining("it does not exist") });
  expect(reported.map(({ code }) => code)).toEqual(["usage", "usage"]);
});
