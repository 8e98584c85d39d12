// Imported by name here, since bundlers give a dynamic import of a CommonJS package no names.
export { DockerfileParser, ModifiableInstruction } from "dockerfile-ast";
