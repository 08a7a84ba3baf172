// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeriesId} from "./SeriesId.sol";
import {Quote} from "./IOptionMarket.sol";
import {Greeks, Leg} from "./IRiskEngine.sol";

/// @notice One venue call of a rebalance; fields as in IHedgeVenue.trade.
struct Action {
    address venue;
    address asset;
    int256 quantity;
    uint256 limitWad;
    bytes data;
}

/// @notice The portfolio of one underlying as the guard sees it, WAD.
struct Exposure {
    uint256 priceWad;
    /// Options, spot, locked collateral and venues together; delta includes all of them.
    Greeks greeks;
    /// greeks.delta − target delta.
    int256 hedgeError;
}

/// @title The vault: holds the option book, trades only between two measurements that prove it safe or safer
interface IVault {
    error VenueNotListed(address venue);
    error UnderlyingNotListed(address underlying);
    error GreekWorsened(address underlying, string greek, int256 before_, int256 after_, uint256 limit);
    error NothingImproved(address underlying);
    error BudgetExceeded(uint256 lossWad, uint256 leftWad);
    error TurnoverExceeded(uint256 tradedWad, uint256 leftWad);
    error PriceOutsideBand(uint256 priceWad, uint256 worstWad);
    error HealthTooLow(uint256 healthWad, uint256 floorWad);
    error CashTooLow(uint256 cash, uint256 floor);
    error CooldownActive(uint256 until);
    error SurfaceStale(address underlying, uint256 postedAt, uint256 maxAge);
    error NotQueue(address caller);
    error NotQuoter(address signer);
    error VaultPaused();
    error BookFull(uint256 legs);

    event Rebalanced(address indexed keeper, int256 equityBeforeWad, int256 equityAfterWad, uint256 budgetUsedWad);
    event HedgeErrorMoved(address indexed underlying, int256 beforeWad, int256 afterWad);
    event OptionFilled(address indexed taker, SeriesId indexed series, int256 sizeDelta, uint256 premium);
    event Collected(SeriesId indexed series, uint256 collateral);

    /// @notice Runs a bundle of venue calls under the guard. Restricted to the keeper role.
    function rebalance(Action[] calldata actions) external;

    /// @notice Fills an RFQ quote that names this vault as maker and carries a quoter's signature; the caller is the taker.
    /// The taker approves this vault for the premium (buying) or the option tokens (selling).
    function fill(Quote calldata quote, bytes calldata signature, uint256 size) external returns (uint256 premium);

    /// @notice Takes back the collateral of a settled series, by anyone.
    function collect(SeriesId series) external;

    /// @notice The whole vault in quote at `price()`, WAD; locked collateral and venue accounts included.
    function equity() external view returns (int256 equityWad);

    /// @notice Free quote tokens that redemptions may take now, in quote units.
    function freeLiquidity() external view returns (uint256);

    function exposureOf(address underlying) external view returns (Exposure memory);

    /// @notice The option legs on one underlying (RiskEngine words).
    function legsOf(address underlying) external view returns (Leg[] memory);

    function underlyings() external view returns (address[] memory);

    /// @notice Units of `asset` the vault itself accounts for (donations excluded).
    function cashOf(address asset) external view returns (uint256);

    /// @notice Execution budget left now, quote WAD.
    function budgetLeft() external view returns (uint256);
}
