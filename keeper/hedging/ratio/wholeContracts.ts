import { InvalidInputError } from "../../errors.ts";

export type Rounding = "floor" | "nearest" | "ceil";

export type RoundedHedge = {
  readonly rounding: Rounding;
  readonly contracts: number;
  /** Units hedged beyond what is wanted; negative when units stay unhedged. */
  readonly residual: number;
  /** Residual over what is wanted: −0.27 leaves 27 % unhedged, +0.46 over-hedges by 46 %. */
  readonly residualShare: number;
};

export type WholeContracts = {
  /** Units to hedge, h × exposure, and the contracts that would be before rounding. */
  readonly wanted: number;
  readonly contractSize: number;
  readonly exact: number;
  readonly choices: readonly RoundedHedge[];
  /** The same with the smaller contract, when rounding the larger one leaves too much. */
  readonly smaller: WholeContracts | undefined;
  readonly warnings: readonly string[];
};

export type ContractsParameters = {
  readonly wanted: number;
  readonly contractSize: number;
  readonly smallerContractSize?: number | undefined;
};

/** Share of the wanted hedge that rounding may leave open before a smaller contract is proposed. */
const LARGE = 0.05;

/**
 * What whole contracts make of a wanted hedge: never rounded silently, each rounding with what it leaves open or hedges too much, and a smaller
 * contract proposed where even the nearest number misses by more than 5 %. Contracts carry the sign of the hedge wanted.
 * @throws InvalidInputError when a size is not positive, the smaller contract is not smaller, or nothing is to be hedged
 */
export function wholeContracts({ wanted, contractSize, smallerContractSize }: ContractsParameters): WholeContracts {
  if (!(Number.isFinite(wanted) && wanted !== 0))
    throw new InvalidInputError(`There must be something to hedge, got ${wanted} units`, { wanted });
  if (!(contractSize > 0 && contractSize < Number.POSITIVE_INFINITY)) {
    throw new InvalidInputError(`A contract size must be a positive number of units, got ${contractSize}`, { contractSize });
  }
  if (smallerContractSize !== undefined && !(smallerContractSize > 0 && smallerContractSize < contractSize)) {
    throw new InvalidInputError(`The smaller contract must be smaller than ${contractSize} units, got ${smallerContractSize}`, {
      smallerContractSize,
    });
  }
  const sign = Math.sign(wanted);
  const exact = wanted / contractSize;
  const roundings = { floor: Math.floor, nearest: Math.round, ceil: Math.ceil };
  const choices = Object.entries(roundings).map(([rounding, round]): RoundedHedge => {
    const contracts = sign * round(withoutDust(Math.abs(exact)));
    const residual = sign * (contracts * contractSize - wanted);
    return {
      rounding: rounding as Rounding,
      contracts: contracts === 0 ? 0 : contracts,
      residual,
      residualShare: residual / Math.abs(wanted),
    };
  });
  const nearest = choices[1] as RoundedHedge;
  if (Math.abs(nearest.residualShare) <= LARGE) return { wanted, contractSize, exact, choices, smaller: undefined, warnings: [] };
  const smaller = smallerContractSize === undefined ? undefined : wholeContracts({ wanted, contractSize: smallerContractSize });
  const miss = `whole contracts of ${contractSize} miss the hedge by at least ${percent(nearest.residualShare)}`;
  const cure = smaller === undefined ? "look for a smaller contract" : propose(smaller);
  return { wanted, contractSize, exact, choices, smaller, warnings: [`${miss}: ${cure}`, ...(smaller?.warnings ?? [])] };
}

function propose({ choices, contractSize }: WholeContracts): string {
  const nearest = choices[1] as RoundedHedge;
  const left = nearest.residual === 0 ? "nothing" : percent(nearest.residualShare);
  return `${Math.abs(nearest.contracts)} of the ${contractSize}-unit contract miss it by ${left}`;
}

/** 1.3 / 0.1 is thirteen contracts, not what binary fractions make of it. */
function withoutDust(contracts: number): number {
  const whole = Math.round(contracts);
  return Math.abs(contracts - whole) < 1e-9 * Math.max(1, whole) ? whole : contracts;
}

function percent(share: number): string {
  return `${(100 * Math.abs(share)).toFixed(0)} %`;
}
