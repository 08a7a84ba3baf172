import { createRequire } from "node:module";
import { z } from "zod";

/** A node of solc's syntax tree: where it stands in the source, in bytes, and what it has. */
export type Node = {
  readonly nodeType: string;
  readonly start: number;
  readonly end: number;
  readonly fields: Readonly<Record<string, unknown>>;
};

const require = createRequire(import.meta.url);
const solc: { compile(input: string): string } = require("solc");
const shape = z.looseObject({ nodeType: z.string(), src: z.string() });

/** The syntax tree of one file; imports are not followed. */
export function parse(path: string, source: string): Node {
  const input = {
    language: "Solidity",
    sources: { [path]: { content: source } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const output = z
    .object({ sources: z.record(z.string(), z.object({ ast: z.unknown() })) })
    .parse(JSON.parse(solc.compile(JSON.stringify(input))));
  const root = asNode(output.sources[path]?.ast);
  if (!root) throw new RangeError(`${path} cannot be parsed`);
  return root;
}

export function asNode(value: unknown): Node | undefined {
  const { success, data } = shape.safeParse(value);
  if (!success) return undefined;
  const [start = 0, length = 0] = data.src.split(":").map(Number);
  return { nodeType: data.nodeType, start, end: start + length, fields: data };
}

/** The nodes right below one, in the order of the tree. */
export function childrenOf({ fields }: Node): Node[] {
  return Object.values(fields)
    .flat()
    .flatMap((value) => asNode(value) ?? []);
}
