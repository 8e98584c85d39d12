// Plugins of the bundler, for the files of the command line: see bundle.mjs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const source = join(root, "src");

/** The name under which one file of the command line asks another for a module. */
export function nameOf(path) {
  return relative(source, path).replaceAll("\\", "/");
}

/** A module that another file has is asked from there, when it is asked for. */
export function later(modulesOf, part) {
  return {
    name: "later",
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind, importer }) => {
        if (kind !== "dynamic-import") return undefined;
        const module = resolve(dirname(importer), path);
        const file = modulesOf.get(module);
        return file === undefined || file === part ? undefined : { path: module, namespace: "later" };
      });
      builder.onLoad({ filter: /.*/, namespace: "later" }, ({ path }) => {
        const from = JSON.stringify(`./${modulesOf.get(path)}.cjs`);
        // Behind a variable: the file is not there yet, and is not to be bundled.
        return { contents: `const load = require; module.exports = load(${from})[${JSON.stringify(nameOf(path))}]();` };
      });
    },
  };
}

/** In the core: what it would load of itself later is there at once, so that all of it is one scope without wrappers. */
export function atOnce(core) {
  return {
    name: "at-once",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!core.has(path)) return undefined;
        const imports = [];
        const contents = readFileSync(path, "utf8").replace(/\bimport\(("\.[^"]+")\)/g, (whole, name) => {
          if (!core.has(resolve(dirname(path), JSON.parse(name)))) return whole;
          const all = `atOnce${imports.length}`;
          imports.push(`import * as ${all} from ${name};`);
          return `Promise.resolve(${all})`;
        });
        return imports.length === 0 ? undefined : { contents: `${imports.join(" ")} ${contents}`, loader: "ts" };
      });
    },
  };
}

/**
 * In the core: of protobufjs the writing alone, of what definitions are made of. What reads messages is in the other
 * files, with a copy of its own.
 */
export function writingOnly() {
  const unused = /^(\.\/(rpc|roots|reader|reader_buffer|aspromise|base64|eventemitter|float)|long)$/;
  return {
    name: "writing-only",
    setup(builder) {
      builder.onResolve({ filter: unused }, ({ path, importer }) =>
        /[\\/]protobufjs[\\/]src[\\/]/.test(importer) ? { path, namespace: "unused" } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "exports._configure = () => {};" }));
      builder.onLoad({ filter: /[\\/]protobufjs[\\/]src[\\/]util[\\/]utf8\.js$/ }, ({ path }) => ({
        contents: `class TextDecoder {}\n${readFileSync(path, "utf8")}`,
      }));
    },
  };
}

/** Outside of the core: its modules are the ones that the core has, under their prefixed names. */
export function sharedCore(names) {
  return {
    name: "shared-core",
    setup(builder) {
      builder.onResolve({ filter: /^(\.{1,2}\/|\/)/ }, ({ path, importer, namespace }) => {
        const module = resolve(dirname(importer), path);
        return namespace !== "shared" && names.has(module) ? { path: module, namespace: "shared" } : undefined;
      });
      builder.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => {
        const { exported, prefix } = names.get(path);
        const all = `const load = require; const all = load("./core.cjs").all ??= load("./core.cjs").shared();`;
        return {
          contents: `${all}\n${exported.map((name) => `export const ${name} = all.${prefix}${name};`).join("\n")}`,
        };
      });
    },
  };
}

/** In place of a module that another file has: functions that load it when they are called. */
export function partsWhenCalled(whenCalled, exportsOf, part) {
  return {
    name: "parts-when-called",
    setup(builder) {
      builder.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind, importer }) => {
        const module = resolve(dirname(importer), path);
        const file = whenCalled.get(module);
        if (kind !== "import-statement" || file === undefined || file === part) return undefined;
        return { path: module, namespace: "part-when-called", sideEffects: false };
      });
      builder.onLoad({ filter: /.*/, namespace: "part-when-called" }, ({ path }) => {
        if (/^export (?!(async )?function |interface |type )/m.test(readFileSync(path, "utf8"))) {
          throw new Error(`${path} exports more than functions: it cannot wait until one of them is called`);
        }
        const place = `load("./${whenCalled.get(path)}.cjs")[${JSON.stringify(nameOf(path))}]()`;
        const lines = exportsOf
          .get(path)
          .exported.map((name) => `export const ${name} = (...all) => ${place}.${name}(...all);`);
        return { contents: ["const load = require;", ...lines].join("\n") };
      });
    },
  };
}

/** Node's modules that take milliseconds to load, and that a compile seldom needs: loaded when a function is called. */
export function loadWhenCalled() {
  return {
    name: "load-when-called",
    setup(builder) {
      builder.onResolve({ filter: /^[./]+\/clock\.ts$/ }, () => ({ path: join(source, "cli/first-clock.ts") }));
      const filter = /^node:(child_process|crypto|fs\/promises|os|readline|timers\/promises)$/;
      builder.onResolve({ filter }, ({ path, kind, importer }) => {
        if (kind === "dynamic-import") return undefined;
        if (importer === join(source, "digest.ts")) return { path: join(source, "cli/first-hashes.ts") };
        return importer.startsWith(source) ? { path, namespace: "when-called", sideEffects: false } : undefined;
      });
      builder.onLoad({ filter: /.*/, namespace: "when-called" }, ({ path }) => {
        const exported = Object.entries(createRequire(import.meta.url)(path));
        const functions = exported.filter(([, value]) => typeof value === "function").map(([name]) => name);
        const lines = functions.map((name) => `export const ${name} = (...all) => node().${name}(...all);`);
        const constants = path === "node:fs/promises" ? ['export { constants } from "node:fs";'] : [];
        return {
          contents: [`const node = () => require(${JSON.stringify(path)});`, ...lines, ...constants].join("\n"),
        };
      });
    },
  };
}

/**
 * Of grpc-js what is used of it, under the names that it exports: one worker at a time is reached, so that of its ways to
 * spread calls there is the plain one. What few calls come to of Node (dns, zlib) is loaded when it is called.
 */
export function lightGrpc() {
  const files = "@grpc/grpc-js/build/src";
  const used = {
    "channel-credentials": "ChannelCredentials",
    client: "Client",
    constants: "Status as status",
    metadata: "Metadata",
    server: "Server",
    "server-credentials": "ServerCredentials",
  };
  const setUp = ["resolver-dns", "resolver-uds", "resolver-ip", "load-balancer-pick-first"];
  const contents = [
    // Its files name each other in circles, into which this one leads.
    `import "${files}/channel.js";`,
    ...Object.entries(used).map(([file, name]) => `export { ${name} } from "${files}/${file}.js";`),
    `import { CallCredentials } from "${files}/call-credentials.js";`,
    "export const credentials = { createEmpty: () => CallCredentials.createEmpty() };",
    ...setUp.map((file, index) => `import { setup as setup${index} } from "${files}/${file}.js"; setup${index}();`),
  ].join("\n");
  return {
    name: "light-grpc",
    setup(builder) {
      builder.onResolve({ filter: /^@grpc\/grpc-js$/ }, ({ path }) => ({ path, namespace: "light-grpc" }));
      builder.onLoad({ filter: /.*/, namespace: "light-grpc" }, () => ({ contents, resolveDir: root }));
      const late = /[\\/]grpc-js[\\/].*[\\/](resolver-dns|compression-filter|server-interceptors)\.js$/;
      builder.onLoad({ filter: late }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replace(
          /^const (dns_1|zlib) = require\("(dns|zlib)"\);$/m,
          (_, name, module) => `const ${name} = new Proxy({}, { get: (_, name) => require("${module}")[name] });`,
        ),
      }));
    },
  };
}

/** In src/cli/sha256.ts. */
const hotLoops = 2;

/** V8 compiles a loop that runs hot, unless it is long: where that would take longer than the loop runs, it is made long. */
export function longLoops() {
  const loop =
    /^( *)(for \([^;]*; [^;]*;) (\w+\+\+)\) \{\n(?: *\/\/ Repeated (\d+) times in the bundle\.\n)(.*?)\n\1\}$/gms;
  return {
    name: "long-loops",
    setup(builder) {
      builder.onLoad({ filter: /[\\/]cli[\\/]sha256\.ts$/ }, ({ path }) => {
        const repeated = (_, space, head, next, times, body) =>
          `${space}${head}) {\n${`{${body}}${next};`.repeat(Number(times))}}`;
        const text = readFileSync(path, "utf8");
        const found = text.match(loop)?.length ?? 0;
        if (found !== hotLoops) throw new Error(`${path}: ${found} of its ${hotLoops} hot loops are found`);
        return { contents: text.replace(loop, repeated), loader: "ts" };
      });
    },
  };
}

/**
 * Packages without what takes time at every start. commander: node:child_process, for commands that are programs of
 * their own, which there are none of; and node:process as a module, which opens the standard streams to export them.
 * long: the WebAssembly that it multiplies by, for which it has code to fall back on. Of ours: all but the version.
 */
export function lightPackages() {
  const contents = { "node:child_process": "module.exports = {};", "node:process": "module.exports = process;" };
  return {
    name: "light-packages",
    setup(builder) {
      builder.onResolve({ filter: /^node:(child_process|process)$/ }, ({ path, importer }) =>
        /[\\/]commander[\\/]/.test(importer) ? { path, namespace: "light" } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: "light" }, ({ path }) => ({ contents: contents[path] }));
      builder.onLoad({ filter: /package\.json$/ }, ({ path }) =>
        path === join(root, "package.json")
          ? { contents: JSON.stringify({ version: JSON.parse(readFileSync(path, "utf8")).version }), loader: "json" }
          : undefined,
      );
      builder.onLoad({ filter: /[\\/]long[\\/](umd[\\/])?index\.js$/ }, ({ path }) => ({
        contents: `const WebAssembly = undefined;\n${readFileSync(path, "utf8")}`,
      }));
    },
  };
}
