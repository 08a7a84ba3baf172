// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IPriceOracle} from "./interfaces/IPriceOracle.sol";

// ln 1.0001 in WAD: one tick.
int256 constant LN_TICK_WAD = 99_995_000_333_308;

/// @notice Geometric mean price of `asset` in `quote` over the last `window` seconds of a Uniswap v3 pool of the two, WAD per whole token.
/// A swap in the current block does not count: the pool's accumulator holds ticks as they stood before it.
/// @dev 1.0001^tick = exp(tick · ln 1.0001): relative error below 1e-12 over all ticks; the mean tick is rounded down (0.01 %).
function twapWad(IUniswapV3Pool pool, uint32 window, address asset, address quote) view returns (uint256) {
    uint32[] memory secondsAgos = new uint32[](2);
    secondsAgos[0] = window;
    int256 elapsed;
    try pool.observe(secondsAgos) returns (int56[] memory cumulatives, uint160[] memory) {
        elapsed = int256(cumulatives[1]) - cumulatives[0];
    } catch {
        revert IPriceOracle.TwapHistoryTooShort(address(pool), window);
    }

    int256 span = int256(uint256(window));
    int256 tick = elapsed / span;
    if (elapsed < 0 && elapsed % span != 0) --tick;

    // ratio ≥ 1 keeps every digit; a tick is the price of token0 in token1, both in their smallest units.
    uint256 ratioWad = uint256(FixedPointMathLib.expWad(int256(FixedPointMathLib.abs(tick)) * LN_TICK_WAD));
    uint256 assetUnit = 10 ** IERC20Metadata(asset).decimals();
    uint256 quoteUnit = 10 ** IERC20Metadata(quote).decimals();
    return (asset < quote) == (tick >= 0)
        ? FixedPointMathLib.fullMulDiv(ratioWad, assetUnit, quoteUnit)
        : FixedPointMathLib.fullMulDiv(1e18 * assetUnit, 1e18, ratioWad * quoteUnit);
}
