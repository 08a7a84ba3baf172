/** How an option's implied vol at a fixed strike moves: deviation in vol (1.00 = 100 %) per √year, and its correlation with spot's move. */
export type VolMoves = { readonly volDeviation: number; readonly correlation: number };

/** Exponential averages per year of squared spot returns, squared vol moves and their products. */
export type VolMoveState = { readonly spotRate: number; readonly volRate: number; readonly sharedRate: number };

/** A weekly option's vol in crypto moves by three points a day and falls when prices rise. */
export const USUAL_VOL_MOVES: VolMoves = { volDeviation: 0.6, correlation: -0.3 };

/** What is believed before anything was seen. @param vol  of spot, annualised */
export function firstVolMoves(vol: number): VolMoveState {
  const { volDeviation, correlation } = USUAL_VOL_MOVES;
  return { spotRate: vol * vol, volRate: volDeviation ** 2, sharedRate: correlation * vol * volDeviation };
}

/**
 * Counts one move of spot and of the vol at a strike that stood still meanwhile.
 * @param spotReturn  of the logarithm
 * @param halfLife    years after which what was seen counts half
 */
export function observeVolMove(
  state: VolMoveState,
  { spotReturn, volMove, years }: { readonly spotReturn: number; readonly volMove: number; readonly years: number },
  halfLife: number,
): VolMoveState {
  if (!(years > 0)) return state;
  const weight = 1 - 2 ** (-years / halfLife);
  const towards = (rate: number, product: number) => rate + weight * (product / years - rate);
  return {
    spotRate: towards(state.spotRate, spotReturn * spotReturn),
    volRate: towards(state.volRate, volMove * volMove),
    sharedRate: towards(state.sharedRate, spotReturn * volMove),
  };
}

/** The same as deviation and correlation. */
export function volMovesOf({ spotRate, volRate, sharedRate }: VolMoveState): VolMoves {
  const size = Math.sqrt(spotRate * volRate);
  return { volDeviation: Math.sqrt(volRate), correlation: size > 0 ? Math.min(1, Math.max(-1, sharedRate / size)) : 0 };
}
