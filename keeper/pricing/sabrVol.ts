export type SabrModel = {
  /** Instantaneous vol now, for β = 1 the vol at the money of a very short option. */
  readonly alpha: number;
  /** Vol of vol per √year. */
  readonly nu: number;
  readonly rho: number;
};

/**
 * Implied vol of a lognormal (β = 1) SABR model.
 * @see Hagan, Kumar, Lesniewski and Woodward 2002, eq. 2.17a
 */
export function sabrVol({ alpha, nu, rho }: SabrModel, forward: number, strike: number, years: number): number {
  const z = (nu / alpha) * Math.log(forward / strike);
  // z/χ(z) is 0/0 at the money; its expansion 1 − ρz/2 is exact to z² there.
  const smile = Math.abs(z) < 1e-5 ? 1 - (rho * z) / 2 : z / Math.log((Math.sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho));
  return alpha * smile * (1 + years * ((rho * nu * alpha) / 4 + ((2 - 3 * rho * rho) * nu * nu) / 24));
}
