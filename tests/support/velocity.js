// Renders templates with npm's velocityjs: a JSON list of {template, variables} on stdin becomes a list
// of texts, null for a template that fails. It takes its packages from the folder in its argument.
const { createRequire } = require("module");
const velocity = createRequire(process.argv[2] + "/package.json")("velocityjs");

let input = "";
process.stdin.on("data", (bytes) => (input += bytes));
process.stdin.on("end", () => {
  const results = JSON.parse(input).map((row) => {
    try {
      return (velocity.render || velocity.default.render)(row.template, JSON.parse(JSON.stringify(row.variables)));
    } catch (error) {
      return null;
    }
  });
  process.stdout.write(JSON.stringify(results));
});
