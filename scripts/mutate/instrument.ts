import { parse } from "./parse.ts";
import { type Site, sitesOf } from "./sitesOf.ts";

export type Mutant = {
  readonly id: number;
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly operator: Site["operator"];
  readonly before: string;
  readonly after: string;
};

/**
 * A contract file with all its mutants in it, each behind a switch.
 * @param first  number of its first mutant
 * @param up     the way from the file's folder to that of Mutant.sol
 */
export function instrument(path: string, text: string, first: number, up: string): { source: string; mutants: Mutant[] } {
  const bytes = Buffer.from(text);
  const slice = (start: number, end: number) => bytes.toString("utf8", start, end);
  // Of what starts at one place, the outer is opened first; of what ends at one place, the inner is closed first.
  const opened = new Map<number, string>();
  const closed = new Map<number, string>();
  const open = (at: number, code: string) => opened.set(at, (opened.get(at) ?? "") + code);
  const close = (at: number, code: string) => closed.set(at, code + (closed.get(at) ?? ""));
  const dropped = new Map<number, number>();

  const sites = sitesOf(parse(path, text), bytes);
  const mutants = sites.map((site, index): Mutant => {
    const { kind, start, end, at, until, becomes, home } = site;
    const id = first + index;
    switch (kind) {
      case "expression":
        open(start, `(mutant() == ${id} ? (${slice(start, at) + becomes + slice(until, end)}) : (`);
        close(end, "))");
        break;
      case "condition":
        open(start, `mutant() != ${id} && (`);
        close(end, ")");
        break;
      case "call":
        open(start, `{ if (mutant() != ${id}) { `);
        close(end, " } }");
        break;
      case "modifier":
        open(home.end, modifier(slice(start, end), id));
        open(start, `unless${id}`);
        dropped.set(start, end);
        break;
      case "yul": {
        // One function for all sites of an operator: the compiler would inline one of its own and run out of stack.
        const name = slice(at, until);
        const body = bytes.indexOf("{", home.start) + 1;
        const chosen = (called: string) => `{ result := ${called}(left, right) }`;
        const declared = ` function ${name}Or(mutated, left, right) -> result { switch mutated case 0 ${chosen(name)} default ${chosen(becomes)} }`;
        if (!opened.has(home.start)) open(home.start, `uint256 mutant${home.start} = mutant(); `);
        if (!opened.get(body)?.includes(declared)) open(body, declared);
        open(start, `${name}Or(eq(mutant${home.start}, ${id}), `);
        dropped.set(start, end);
      }
    }
    const [from, to] = [bytes.lastIndexOf("\n", at) + 1, bytes.indexOf("\n", until)];
    const tidy = (code: string) => code.replace(/\s+/g, " ").trim() || "(removed)";
    const after = tidy(slice(from, at) + becomes + slice(until, to));
    return { id, path, line: slice(0, at).split("\n").length, operator: site.operator, before: tidy(slice(from, to)), after };
  });

  let source = "";
  let position = 0;
  for (const at of [...new Set([...opened.keys(), ...closed.keys()])].sort((a, b) => a - b)) {
    source += slice(position, at) + (closed.get(at) ?? "") + (opened.get(at) ?? "");
    position = dropped.get(at) ?? at;
  }
  source += slice(position, bytes.length);
  return { source: source.replace(/^pragma .*$/m, (line) => `${line}\nimport {mutant} from "${up}Mutant.sol";`), mutants };
}

/** The modifier `name`, but for mutant `id`. */
function modifier(name: string, id: number): string {
  const store = (value: number) =>
    `{ bytes32 slot = _reentrancyGuardStorageSlot(); assembly ("memory-safe") { tstore(slot, ${value}) } }`;
  const bodies: Readonly<Record<string, readonly [string, string]>> = {
    restricted: ["_checkCanCall(_msgSender(), _msgData());", ""],
    onlyQueue: ["if (msg.sender != queue) revert NotQueue(msg.sender);", ""],
    nonReentrant: [`if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall(); ${store(1)}`, store(0)],
  };
  const [before = "", after = ""] = bodies[name] ?? [];
  const unless = (code: string) => (code === "" ? "" : `if (mutant() != ${id}) { ${code} }`);
  return `\n    modifier unless${id}() { ${unless(before)} _; ${unless(after)} }`;
}
