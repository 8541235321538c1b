// Renders templates with a package of npm's: a JSON list of {template, variables} on stdin becomes a list
// of texts, null for a template that fails. Arguments: the folder the packages are in, the package.
const { createRequire } = require("module");
const velocity = createRequire(process.argv[2] + "/package.json")(process.argv[3]);

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
