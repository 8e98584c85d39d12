// What is measured, bundled from the sources as `npm run build` bundles them.
export { analyze } from "../src/graph/analyses/analyze.ts";
export { reportOf } from "../src/graph/analyses/report.ts";
export { simulate } from "../src/graph/analyses/simulate.ts";
export { compile } from "../src/graph/compile.ts";
export { pageData } from "../src/graph/page/page-data-of.ts";
export { pageHtml } from "../src/graph/page/page-html.ts";
export { marshal } from "../src/llb/marshal.ts";
export { unmarshal } from "../src/llb/unmarshal.ts";
export { parseDockerfile } from "../src/parser/parse-dockerfile.ts";
