import { goJsonString } from "../../go-json.ts";

// Fields of Go structs with the option `omitempty`: undefined for the zero value of their kind.

export function text(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : goJsonString(value);
}

export function number(value: number | bigint): string | undefined {
  return Number(value) === 0 ? undefined : String(value);
}

export function flag(value: boolean | undefined): string | undefined {
  return value === true ? "true" : undefined;
}
