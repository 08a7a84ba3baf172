// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./IERC7540.sol";

/// @title Shares of a vault, bought and sold once per epoch
/// @notice Requests join the epoch whose cutoff comes next. Once it has passed, anyone strikes the epoch at a price observed
/// after the cutoff: everyone in it gets the same. Deposits enter at that price plus a spread, redemptions leave at it minus the
/// spread, which stays with those who stay. What free liquidity cannot pay waits, pro rata, for the next strikes and their prices.
/// A controller's requests are one: `requestId` is always 0.
/// Warning: `totalAssets` and the conversions are at the last struck price; previews revert, as ERC-7540 wants.
interface IShareQueue is IERC7540Operator, IERC7540Deposit, IERC7540Redeem, IERC7575 {
    error NotAuthorized(address caller, address owner);
    error RequestTooSmall(uint256 asked, uint256 minimum);
    error ExceedsClaimable(uint256 asked, uint256 claimable);
    error TransferMismatch(uint256 received, uint256 asked);
    error EpochOpen(uint64 epoch, uint256 cutoff);
    error NotSolvent(int256 equityWad);
    error PreviewUnavailable();
    error ZeroAddress();
    error ParameterOutOfRange(string parameter, uint256 value);

    /// @notice One strike: at most one epoch of deposits and one of redemptions, 0 where none was due.
    /// @param assets the vault's equity in quote units, and `supply` its shares, before the strike; virtual ones not included
    event Struck(
        uint64 indexed depositEpoch,
        uint64 indexed redeemEpoch,
        uint256 assets,
        uint256 supply,
        uint256 deposited,
        uint256 minted,
        uint256 paid,
        uint256 burned
    );

    /// @notice Prices the oldest closed epoch, by anyone. While the vault is paused deposits wait and redemptions do not.
    function strike() external;

    /// @notice The epoch that requests join now, and when it closes.
    function openEpoch() external view returns (uint64 epoch, uint256 cutoff);

    /// @notice Last epochs struck.
    function struck() external view returns (uint64 deposits, uint64 redemptions);

    /// @notice Shares in struck epochs that still wait for liquidity.
    function carriedShares() external view returns (uint256);
}
