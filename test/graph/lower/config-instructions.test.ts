import { describe, expect, it } from "vitest";
import { compile } from "../../../src/graph/compile.ts";
import { goDuration } from "../../../src/graph/lower/go-duration.ts";

/** The config and the history lines that a Dockerfile on scratch leads to. */
async function imageOf(...instructions: string[]) {
  const { platforms } = await compile(["FROM scratch", ...instructions].join("\n"));
  const image = platforms[0]?.image;
  return { config: image?.config, history: image?.history?.map((entry) => entry.created_by) };
}

describe("instructions of the image config", () => {
  it("CMD before ENTRYPOINT of the same stage stays", async () => {
    const { config, history } = await imageOf('CMD ["a b"]', "ENTRYPOINT echo hi");
    expect(config?.Cmd).toEqual(["a b"]);
    expect(config?.Entrypoint).toEqual(["/bin/sh", "-c", "echo hi"]);
    expect(history).toEqual(['CMD ["a b"]', 'ENTRYPOINT ["/bin/sh" "-c" "echo hi"]']);
  });

  it("HEALTHCHECK shows as Go's structure", async () => {
    const { config, history } = await imageOf("HEALTHCHECK --interval=90s --retries=3 CMD curl x");
    expect(config?.Healthcheck).toEqual({ Test: ["CMD-SHELL", "curl x"], Interval: 90e9, Retries: 3 });
    expect(history).toEqual([
      "HEALTHCHECK {Test:[CMD-SHELL curl x] Interval:1m30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:3}",
    ]);
  });

  it("EXPOSE takes ranges and protocols", async () => {
    const { config, history } = await imageOf("ENV P='80 443/UDP'", "EXPOSE $P 8000-8002");
    expect(Object.keys(config?.ExposedPorts ?? {})).toEqual(["443/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"]);
    expect(history?.at(-1)).toBe("EXPOSE [80/tcp 443/udp 8000/tcp 8001/tcp 8002/tcp]");
  });

  it.each(["EXPOSE 70000", "EXPOSE 1/icmp", "EXPOSE 9-1", "STOPSIGNAL SIGNONE", "STOPSIGNAL 0", 'VOLUME [""]'])(
    "%s is refused at its line",
    async (instruction) => {
      await expect(imageOf(instruction)).rejects.toMatchObject({ diagnostics: [{ severity: "error", lines: [2] }] });
    },
  );

  it("ARG with a secret's name and ENV with the old separator are warned about", async () => {
    const { diagnostics } = await compile("FROM scratch\nARG API_KEY\nENV a b");
    expect(diagnostics.map(({ rule, lines }) => [rule, lines])).toEqual([
      ["SecretsUsedInArgOrEnv", [2]],
      ["LegacyKeyValueFormat", [3]],
    ]);
  });

  it.each([
    [0n, "0s"],
    [1n, "1ns"],
    [1_500n, "1.5µs"],
    [2_000_000n, "2ms"],
    [1_000_000_001n, "1.000000001s"],
    [5_400_000_000_000n, "1h30m0s"],
    [-60_000_000_000n, "-1m0s"],
  ])("durations print as in Go: %s", (nanoseconds, text) => {
    expect(goDuration(nanoseconds)).toBe(text);
  });
});
