declare module "quadprog" {
  /** Goldfarb and Idnani (1983): minimises ½xᵀDx − dᵀx subject to Aᵀx ≥ b. Every array starts at index 1. */
  export function solveQP(
    dmat: number[][],
    dvec: number[],
    amat: number[][],
    bvec: number[],
    equalities?: number,
  ): { solution: number[]; message: string };
}
