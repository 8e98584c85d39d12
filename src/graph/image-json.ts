import { goJsonString } from "../go-json.ts";
import { compareUtf8 } from "../utf8.ts";
import type { AppendList } from "./append-list.ts";
import { type Healthcheck, type HistoryEntry, type Image, imageEnv } from "./image-state.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { formatTimestamp, type Timestamp } from "./timestamp.ts";

/**
 * The image config as JSON, byte for byte as Go writes the structs of the Docker image specification: their field
 * order, empty fields left out, map keys sorted by bytes.
 * @throws InvalidDockerfile when a time lies outside the years 0–9999, which JSON times cannot say, and when no text
 * can be so long.
 */
export function encodeImage(image: Image): string {
  try {
    return encode(image);
  } catch (error) {
    // What V8 says of a text of more than half a gigabyte.
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidDockerfile("too-large", "the image config grows too large", { placeless: true, cause: error });
  }
}

function encode({ image, history }: Image): string {
  const fields = new Fields();
  if (image.created !== undefined) fields.add("created", time(image.created));
  fields.addText("author", image.author);
  fields.add("architecture", goJsonString(image.platform.architecture));
  fields.add("os", goJsonString(image.platform.os));
  fields.addText("os.version", image.platform.osVersion);
  fields.addTexts("os.features", image.platform.osFeatures ?? []);
  fields.addText("variant", image.platform.variant);
  const { type, diffIds } = image.rootfs;
  const layers = diffIds === undefined ? "null" : textList(diffIds);
  fields.add("rootfs", `{"type":${goJsonString(type)},"diff_ids":${layers}}`);
  if (history.length > 0) fields.add("history", `[${history.toArray().map(encodeHistory).join(",")}]`);
  fields.add("config", encodeConfig(image));
  return fields.toString();
}

function encodeConfig(image: Image["image"]): string {
  const fields = new Fields();
  fields.addText("User", image.user);
  fields.addSet("ExposedPorts", image.exposedPorts);
  fields.addTexts("Env", imageEnv(image));
  fields.addTexts("Entrypoint", image.entrypoint);
  fields.addTexts("Cmd", image.cmd);
  fields.addSet("Volumes", image.volumes);
  fields.addText("WorkingDir", image.workingDir);
  if (image.labels.length > 0) {
    const labels = [...new Map(image.labels.toArray())].sort(([a], [b]) => compareUtf8(a, b));
    fields.add("Labels", `{${labels.map(([key, value]) => `${goJsonString(key)}:${goJsonString(value)}`).join(",")}}`);
  }
  fields.addText("StopSignal", image.stopSignal);
  if (image.argsEscaped) fields.add("ArgsEscaped", "true");
  if (image.healthcheck !== undefined) fields.add("Healthcheck", encodeHealthcheck(image.healthcheck));
  fields.addTexts("OnBuild", image.onBuild.toArray());
  fields.addTexts("Shell", image.shell);
  return fields.toString();
}

function encodeHealthcheck(check: Healthcheck): string {
  const fields = new Fields();
  fields.addTexts("Test", check.test);
  fields.addNumber("Interval", check.interval);
  fields.addNumber("Timeout", check.timeout);
  fields.addNumber("StartPeriod", check.startPeriod);
  fields.addNumber("StartInterval", check.startInterval);
  fields.addNumber("Retries", check.retries);
  return fields.toString();
}

function encodeHistory(entry: HistoryEntry): string {
  const fields = new Fields();
  if (entry.created !== undefined) fields.add("created", time(entry.created));
  fields.addText("created_by", entry.createdBy);
  fields.addText("author", entry.author);
  fields.addText("comment", entry.comment);
  if (entry.emptyLayer) fields.add("empty_layer", "true");
  return fields.toString();
}

/** The members of a JSON object; all but `add` leave out what is empty. */
class Fields {
  #text = "";

  add(name: string, json: string): void {
    this.#text += this.#text === "" ? `"${name}":${json}` : `,"${name}":${json}`;
  }

  addText(name: string, value: string): void {
    if (value !== "") this.add(name, goJsonString(value));
  }

  addTexts(name: string, values: readonly string[]): void {
    if (values.length > 0) this.add(name, textList(values));
  }

  addNumber(name: string, value: bigint): void {
    if (value !== 0n) this.add(name, value.toString());
  }

  addSet(name: string, keys: AppendList<string>): void {
    if (keys.length === 0) return;
    const sorted = [...new Set(keys)].sort(compareUtf8);
    this.add(name, `{${sorted.map((key) => `${goJsonString(key)}:{}`).join(",")}}`);
  }

  toString(): string {
    return `{${this.#text}}`;
  }
}

function textList(values: readonly string[]): string {
  return `[${values.map(goJsonString).join(",")}]`;
}

function time(timestamp: Timestamp): string {
  const text = formatTimestamp(timestamp);
  if (text === undefined) {
    throw new InvalidDockerfile(
      "epoch-out-of-range",
      "the time of SOURCE_DATE_EPOCH lies outside the years 0 to 9999",
      {
        placeless: true,
      },
    );
  }
  return `"${text}"`;
}
