// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IShareQueue, ShareTerms} from "../interfaces/IShareQueue.sol";

/// @title What the manager earns: part of the assets by time, part of the gains above a high-water mark
/// @notice Fees are shares minted to the recipient at strikes, before anything is priced, so all holders bear them alike. A fee
/// of the fraction f of all assets is S·f/(1 − f) new shares beside S. All roundings are against the recipient.
/// The mark is one for all shares: who enters below it owes no performance fee until the price is back there.
abstract contract Fees is ERC20, IShareQueue {
    using FixedPointMathLib for uint256;

    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    uint256 private constant MAX_MANAGEMENT_FEE = 0.05e18;
    uint256 private constant MAX_PERFORMANCE_FEE = 0.3e18;
    /// Of the high-water mark: units of assets per unit of shares.
    uint256 private constant MARK_SCALE = 1e36;

    address public immutable feeRecipient;
    uint256 public immutable managementFeeWad;
    uint256 public immutable performanceFeeWad;

    /// @notice Highest price of a share after fees, asset units per share unit times 1e36. Nobody pays twice for a rise to it.
    uint256 public highWaterMark;
    uint256 private _feesTakenAt;

    constructor(ShareTerms memory terms) {
        if (terms.managementFeeWad > MAX_MANAGEMENT_FEE) revert ParameterOutOfRange("managementFeeWad", terms.managementFeeWad);
        if (terms.performanceFeeWad > MAX_PERFORMANCE_FEE) {
            revert ParameterOutOfRange("performanceFeeWad", terms.performanceFeeWad);
        }
        bool free = terms.managementFeeWad == 0 && terms.performanceFeeWad == 0;
        if (terms.feeRecipient == address(0) && !free) revert ZeroAddress();
        (managementFeeWad, performanceFeeWad, feeRecipient) =
            (terms.managementFeeWad, terms.performanceFeeWad, terms.feeRecipient);
    }

    /// @param assets of all shares, `virtualShares` beside the supply included
    function _takeFees(uint256 assets, uint256 virtualShares) internal {
        uint256 supply = totalSupply();
        uint256 elapsed = (block.timestamp - _feesTakenAt).min(YEAR);
        _feesTakenAt = block.timestamp;
        if (supply == 0) {
            // Nobody is left who gained or lost.
            highWaterMark = assets.fullMulDivUp(MARK_SCALE, virtualShares);
            return;
        }
        uint256 management = _newSharesDown(supply, managementFeeWad.fullMulDiv(elapsed, YEAR));
        uint256 performance = _takeGains(assets, supply + management, virtualShares);
        if (management + performance == 0) return;
        _mint(feeRecipient, management + performance);
        emit FeesTaken(management, performance, highWaterMark);
    }

    /// @dev Raises the mark to the price that is left after the fee.
    function _takeGains(uint256 assets, uint256 supply, uint256 virtualShares) private returns (uint256 shares) {
        uint256 mark = highWaterMark;
        uint256 price = assets.fullMulDiv(MARK_SCALE, supply + virtualShares);
        if (price <= mark) return 0;
        shares = _newSharesDown(supply, performanceFeeWad.fullMulDiv(price - mark, price));
        highWaterMark = assets.fullMulDivUp(MARK_SCALE, supply + shares + virtualShares);
    }

    function _newSharesDown(uint256 supply, uint256 fractionWad) private pure returns (uint256) {
        return supply.fullMulDiv(fractionWad, WAD - fractionWad);
    }
}
