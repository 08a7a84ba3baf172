export type Mutant = {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  /** The whole file, changed. */
  readonly source: string;
};

type Operator = { readonly name: string; readonly pattern: RegExp; readonly becomes: string };

/** One change each, at every place where the pattern occurs. */
const operators: readonly Operator[] = [
  { name: "comparison", pattern: / < /g, becomes: " <= " },
  { name: "comparison", pattern: / <= /g, becomes: " < " },
  { name: "comparison", pattern: / > /g, becomes: " >= " },
  { name: "comparison", pattern: / >= /g, becomes: " > " },
  { name: "comparison", pattern: / == /g, becomes: " != " },
  { name: "comparison", pattern: / != /g, becomes: " == " },
  { name: "sign", pattern: / \+ /g, becomes: " - " },
  { name: "sign", pattern: / - /g, becomes: " + " },
  { name: "sign", pattern: / \+= /g, becomes: " -= " },
  { name: "sign", pattern: / -= /g, becomes: " += " },
  { name: "sign", pattern: /\badd\(/g, becomes: "sub(" },
  { name: "sign", pattern: /\bsub\(/g, becomes: "add(" },
  { name: "comparison", pattern: /\bs?lt\(/g, becomes: "gt(" },
  { name: "comparison", pattern: /\bs?gt\(/g, becomes: "lt(" },
  { name: "logic", pattern: / && /g, becomes: " || " },
  { name: "logic", pattern: / \|\| /g, becomes: " && " },
  { name: "rounding", pattern: /\.fullMulDivUp\(/g, becomes: ".fullMulDiv(" },
  { name: "rounding", pattern: /\.fullMulDiv\(/g, becomes: ".fullMulDivUp(" },
  { name: "rounding", pattern: /\.mulWad\(/g, becomes: ".mulWadUp(" },
  { name: "rounding", pattern: /Rounding\.Ceil/g, becomes: "Rounding.Floor" },
  { name: "rounding", pattern: /Rounding\.Floor/g, becomes: "Rounding.Ceil" },
  { name: "modifier", pattern: / (restricted|nonReentrant|onlyQueue)(?= )/g, becomes: "" },
  { name: "check", pattern: /^\s*if \(.*\) revert .*;$/g, becomes: "" },
  { name: "check", pattern: /^\s*_(require|spend|coolDown|authorize)\w*\(.*\);$/g, becomes: "" },
];

/** Every mutant of a Solidity source; comments, imports and pragmas are left alone. */
export function mutantsOf(path: string, source: string): Mutant[] {
  const lines = source.split("\n");
  return lines.flatMap((before, index) => {
    const code = before.replace(/\/\/.*$/, "");
    if (/^\s*(import|pragma|\*|\/\*|error |event )/.test(before)) return [];
    return operators.flatMap(({ name, pattern, becomes }) =>
      [...code.matchAll(pattern)].map((match) => {
        const after = before.slice(0, match.index) + becomes + before.slice(match.index + match[0].length);
        const changed = [...lines.slice(0, index), after, ...lines.slice(index + 1)].join("\n");
        return { path, line: index + 1, operator: name, before, after: after === "" ? "(removed)" : after, source: changed };
      }),
    );
  });
}
