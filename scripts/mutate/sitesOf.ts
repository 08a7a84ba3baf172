import { asNode, childrenOf, type Node } from "./parse.ts";

/** How a site is put behind its switch: a chosen expression, a condition that is false, a call that is left out, a modifier, a Yul call. */
export type Kind = "expression" | "condition" | "call" | "modifier" | "yul";

/** One change at one place; positions in bytes. */
export type Site = {
  readonly operator: "comparison" | "sign" | "logic" | "rounding" | "modifier" | "check";
  readonly kind: Kind;
  /** What the switch encloses. */
  readonly start: number;
  readonly end: number;
  /** What is changed inside, and to what. */
  readonly at: number;
  readonly until: number;
  readonly becomes: string;
  /** The assembly block or function definition that has to declare something for it. */
  readonly home: Node;
};

const binary: Readonly<Record<string, readonly [Site["operator"], string]>> = {
  "<": ["comparison", "<="],
  "<=": ["comparison", "<"],
  ">": ["comparison", ">="],
  ">=": ["comparison", ">"],
  "==": ["comparison", "!="],
  "!=": ["comparison", "=="],
  "+": ["sign", "-"],
  "-": ["sign", "+"],
  "+=": ["sign", "-="],
  "-=": ["sign", "+="],
  "&&": ["logic", "||"],
  "||": ["logic", "&&"],
};
const roundings: Readonly<Record<string, string>> = {
  fullMulDivUp: "fullMulDiv",
  fullMulDiv: "fullMulDivUp",
  mulWad: "mulWadUp",
  Ceil: "Floor",
  Floor: "Ceil",
};
const yul: Readonly<Record<string, readonly [Site["operator"], string]>> = {
  add: ["sign", "sub"],
  sub: ["sign", "add"],
  lt: ["comparison", "gt"],
  slt: ["comparison", "sgt"],
  gt: ["comparison", "lt"],
  sgt: ["comparison", "slt"],
};

/** Every site of a file, outer before inner. What is computed at compile time has no sites: nothing there can be switched. */
export function sitesOf(root: Node, source: Buffer): Site[] {
  const sites: Site[] = [];
  const walk = (node: Node, home: Node) => {
    if (node.nodeType === "VariableDeclaration" && node.fields.constant === true) return;
    // A modifier is judged where it stands: there each use is left out by itself.
    if (node.nodeType === "ModifierDefinition") return;
    const inner = node.nodeType === "FunctionDefinition" || node.nodeType === "InlineAssembly" ? node : home;
    sites.push(...sitesAt(node, inner, source));
    for (const child of childrenOf(node)) walk(child, inner);
  };
  walk(root, root);
  return sites;
}

function sitesAt(node: Node, home: Node, source: Buffer): Site[] {
  const { nodeType, start, end, fields } = node;
  const name = (value: unknown) => asNode(value)?.fields.name;
  switch (nodeType) {
    case "BinaryOperation":
    case "Assignment": {
      const [left, right] = [
        asNode(fields.leftExpression ?? fields.leftHandSide),
        asNode(fields.rightExpression ?? fields.rightHandSide),
      ];
      const change = binary[String(fields.operator)];
      if (!left || !right || !change || isLiteral(node)) return [];
      const at = source.indexOf(String(fields.operator), left.end);
      const until = at + String(fields.operator).length;
      return [{ operator: change[0], kind: "expression", start, end, at, until, becomes: change[1], home }];
    }
    case "FunctionCall":
    case "MemberAccess": {
      const member = nodeType === "FunctionCall" ? asNode(fields.expression) : node;
      const becomes = roundings[String(member?.fields.memberName)];
      const isRounding = nodeType === "MemberAccess" && source.toString("utf8", start, end).includes("Rounding.");
      if (!member || becomes === undefined || (nodeType === "MemberAccess" && !isRounding)) return [];
      const at = member.end - String(member.fields.memberName).length;
      return [{ operator: "rounding", kind: "expression", start, end, at, until: member.end, becomes, home }];
    }
    case "ModifierInvocation":
      if (!/^(restricted|nonReentrant|onlyQueue)$/.test(String(name(fields.modifierName)))) return [];
      return [{ operator: "modifier", kind: "modifier", start, end, at: start, until: end, becomes: "", home }];
    case "IfStatement": {
      const [condition, body] = [asNode(fields.condition), asNode(fields.trueBody)];
      const only = body?.nodeType === "Block" ? childrenOf(body) : [body];
      if (!condition || fields.falseBody || only.length !== 1 || only[0]?.nodeType !== "RevertStatement") return [];
      const range = { start: condition.start, end: condition.end, at: start, until: end };
      return [{ operator: "check", kind: "condition", ...range, becomes: "", home }];
    }
    case "ExpressionStatement": {
      const call = asNode(fields.expression);
      if (call?.nodeType !== "FunctionCall" || !/^_(require|spend|coolDown|authorize)/.test(String(name(call.fields.expression))))
        return [];
      const semicolon = source.indexOf(";", call.end) + 1;
      return [{ operator: "check", kind: "call", start, end: semicolon, at: start, until: semicolon, becomes: "", home }];
    }
    case "YulFunctionCall": {
      const change = yul[String(name(fields.functionName))];
      const called = asNode(fields.functionName);
      if (!change || !called) return [];
      return [
        {
          operator: change[0],
          kind: "yul",
          start: called.start,
          end: called.end + 1,
          at: called.start,
          until: called.end,
          becomes: change[1],
          home,
        },
      ];
    }
    default:
      return [];
  }
}

function isLiteral(node: Node): boolean {
  return (
    node.nodeType === "Literal" ||
    (/^(BinaryOperation|UnaryOperation|TupleExpression)$/.test(node.nodeType) && childrenOf(node).every(isLiteral))
  );
}
