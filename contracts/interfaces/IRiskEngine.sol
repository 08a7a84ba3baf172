// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVolSurface} from "./IVolSurface.sol";
import {SeriesId} from "./SeriesId.sol";

/// @notice Value and Greeks of a book on one underlying, WAD: value in quote, delta in units of underlying,
/// gamma in units per 1 of price, vega in quote per 1.00 of vol.
struct Greeks {
    int256 value;
    int256 delta;
    int256 gamma;
    int256 vega;
}

/// @notice One leg in one word (layout in RiskEngine.sol): ln K, strike, expiry, signed size (1e-6 options, |size| < 2^47), put flag.
type Leg is uint256;

/// @title Values the option book of one underlying in one pass
interface IRiskEngine {
    error LegSizeOutOfRange(int256 size);

    /// @notice The surface everything is valued on.
    function surface() external view returns (IVolSurface);

    /// @notice The word that stands for `size` (signed, 1e-6 options; shorts negative) of `series` in a book.
    function leg(SeriesId series, int256 size) external pure returns (Leg);

    /// @notice Reads a leg back.
    function decode(address underlying, Leg leg_) external pure returns (SeriesId series, int256 size);

    /// @notice Value and Greeks of `legs`, Black-76 on the posted surface with every vol multiplied by `volScaleWad`, no discounting of quote.
    /// From expiry on legs count as what they pay at P, the settlement price or, until there is one, `spotWad`: a put (K − P)⁺ of quote;
    /// a call (P − K)⁺/P units of the underlying, which are its delta and are worth `spotWad` each. Neither has gamma or vega.
    /// @return greeks the sums over the legs
    /// @return oldestPost when the oldest slice in use was posted; type(uint256).max if no live leg
    function measure(address underlying, uint256 spotWad, uint256 volScaleWad, Leg[] calldata legs)
        external
        view
        returns (Greeks memory greeks, uint256 oldestPost);

    /// @notice Delta, gamma and vega as `measure` gives them, without the value, and the delta with every vol at 0.7 and at
    /// 1.4 times the posted one, in one pass: what a trade of spot is judged by. What expired calls pay is in all three deltas alike.
    /// @dev The two other deltas are within 2e-7 of the sum of absolute sizes: they decide a sign, not an amount.
    function exposures(address underlying, uint256 spotWad, Leg[] calldata legs)
        external
        view
        returns (Greeks memory greeks, int256 calmDelta, int256 wildDelta, uint256 oldestPost);
}
