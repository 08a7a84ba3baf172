// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A place where a vault changes what it holds
/// @notice All quantities are seen from the vault and in the asset's own units: positive = the vault receives.
/// A venue keeps nothing between calls except what `exposure` reports; it takes tokens by exact allowance during `trade` only.
interface IHedgeVenue {
    error LimitExceeded(uint256 paid, uint256 limit);
    error NothingTraded();
    error NotVault(address caller);

    /// @notice Swaps (Uniswap) or moves between vault and account (Aave: positive withdraws, then borrows; negative repays, then supplies).
    /// @param quantity signed amount of `asset` the vault receives
    /// @param limitWad worst price in quote per unit of `asset` for a swap; highest variable borrow rate (WAD per year) for a loan
    /// @param data venue-specific: Uniswap `abi.encode(uint24 fee)`
    /// @return assetDelta signed asset units the vault really received; may be less than asked, never more
    /// @return quoteDelta signed quote units the vault received for it (0 where no price is paid)
    function trade(address asset, int256 quantity, uint256 limitWad, bytes calldata data)
        external
        returns (int256 assetDelta, int256 quoteDelta);

    /// @notice What the venue holds for the vault, net of debt, in the asset's units (interest included).
    function exposure(address asset) external view returns (int256);

    /// @notice Margin health, 1e18 = liquidation; type(uint256).max where nothing is owed.
    function health() external view returns (uint256);
}
