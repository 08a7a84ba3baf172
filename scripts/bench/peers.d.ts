declare module "black-scholes" {
  export function blackScholes(spot: number, strike: number, years: number, vol: number, rate: number, type: string): number;
}

declare module "greeks" {
  type Greek = (spot: number, strike: number, years: number, vol: number, rate: number, type: string, scale?: number) => number;
  export const getDelta: Greek;
  export const getGamma: Greek;
  export const getVega: Greek;
  export const getTheta: Greek;
  export const getRho: Greek;
}

declare module "implied-volatility" {
  export function getImpliedVolatility(
    price: number,
    spot: number,
    strike: number,
    years: number,
    rate: number,
    type: string,
    estimate?: number,
  ): number;
}
