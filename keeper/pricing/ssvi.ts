import type { SviSlice } from "./svi.ts";
import { sviFromNatural } from "./sviForms.ts";

/**
 * SSVI with a power-law curvature: w(k,θ) = θ/2·(1 + ρφk + √((φk+ρ)² + 1−ρ²)), φ(θ) = η/(θ^γ·(1+θ)^(1−γ)), θ the total
 * variance at the money. Gatheral & Jacquier (2014), eq. (4.1) and (4.5).
 */
export type Ssvi = { readonly rho: number; readonly eta: number; readonly gamma: number };

/** Curvature φ(θ) of the power law. */
export function ssviPhi({ eta, gamma }: Ssvi, theta: number): number {
  return eta / (theta ** gamma * (1 + theta) ** (1 - gamma));
}

/** Total variance at log-moneyness k for at-the-money total variance θ. */
export function ssviTotalVariance(ssvi: Ssvi, theta: number, k: number): number {
  const x = ssviPhi(ssvi, theta) * k;
  const shifted = x + ssvi.rho;
  return 0.5 * theta * (1 + ssvi.rho * x + Math.sqrt(shifted * shifted + 1 - ssvi.rho * ssvi.rho));
}

/** The SSVI smile of at-the-money total variance θ at `years`, as an SVI slice. */
export function ssviSlice(ssvi: Ssvi, theta: number, years: number): SviSlice {
  return sviFromNatural({ delta: 0, mu: 0, rho: ssvi.rho, omega: theta, zeta: ssviPhi(ssvi, theta) }, years);
}

/**
 * The two quantities that bound butterfly arbitrage at θ: none when `wing` = θφ(1+|ρ|) < 4 and `centre` = θφ²(1+|ρ|) ≤ 4.
 * Gatheral & Jacquier (2014), theorem 4.2.
 */
export function ssviButterflyBounds(ssvi: Ssvi, theta: number): { wing: number; centre: number } {
  const phi = ssviPhi(ssvi, theta);
  const spread = 1 + Math.abs(ssvi.rho);
  return { wing: theta * phi * spread, centre: theta * phi * phi * spread };
}

/**
 * The largest η for which no θ whatever admits arbitrage when 0 ≤ γ ≤ ½: then θφ² ≤ η² and θφ ≤ η for every θ, so both bounds
 * of theorem 4.2 hold once η²(1+|ρ|) ≤ 4, and θφ grows in θ no faster than theorem 4.1 allows.
 */
export function ssviLargestEta(rho: number): number {
  return 2 / Math.sqrt(1 + Math.abs(rho));
}
