// Runs a Python program in Pyodide, with wheels installed, and prints what it returns.
//
//   node run.mjs WHEELS PROGRAM.py < INPUT > OUTPUT
//
// WHEELS is a folder; the program finds INPUT in the global `given` and ends with an expression
// that is a string.  No package is fetched: what is not in WHEELS is not there.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const [wheels, program] = process.argv.slice(2);
const python = await loadPyodide();
for (const name of readdirSync(wheels).filter((name) => name.endsWith(".whl")).sort()) {
  python.unpackArchive(new Uint8Array(readFileSync(join(wheels, name))), "wheel");
}
python.globals.set("given", readFileSync(0, "utf8"));
try {
  process.stdout.write(await python.runPythonAsync(readFileSync(program, "utf8")));
} catch (error) {
  console.error(error.message); // not the stack, which quotes a megabyte of loader
  process.exitCode = 1;
}
