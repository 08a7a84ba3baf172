// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPool} from "@aave/core-v3/contracts/interfaces/IPool.sol";
import {IPoolAddressesProvider} from "@aave/core-v3/contracts/interfaces/IPoolAddressesProvider.sol";
import {IScaledBalanceToken} from "@aave/core-v3/contracts/interfaces/IScaledBalanceToken.sol";
import {DataTypes} from "@aave/core-v3/contracts/protocol/libraries/types/DataTypes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";

/// @title One vault's Aave v3 account
/// @notice Any asset supplied here secures any loan taken here, at variable rate. Supply is an internal ledger of scaled units, so
/// aTokens sent by others count for nothing; a debt someone else repays is a gift that cannot be refused.
/// Trusts Aave's pool and its oracle with whatever is supplied.
contract AaveV3Venue is IHedgeVenue {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;

    struct Reserve {
        IScaledBalanceToken aToken;
        IERC20 debtToken;
        uint256 scaledSupply;
    }

    uint256 private constant VARIABLE_RATE = 2;
    uint256 private constant RAY = 1e27;
    uint256 private constant RAY_PER_WAD = 1e9;

    address public immutable vault;
    IPool public immutable pool;

    mapping(address asset => Reserve) private _reserves;

    constructor(address vault_, IPoolAddressesProvider provider) {
        (vault, pool) = (vault_, IPool(provider.getPool()));
    }

    /// @inheritdoc IHedgeVenue
    function trade(address asset, int256 quantity, uint256 limitWad, bytes calldata)
        external
        returns (int256 assetDelta, int256 quoteDelta)
    {
        if (msg.sender != vault) revert NotVault(msg.sender);
        if (quantity == 0) revert NothingTraded();
        Reserve storage reserve = _reserve(asset);
        uint256 heldBefore = reserve.aToken.scaledBalanceOf(address(this));
        uint256 ownBefore = heldBefore.min(reserve.scaledSupply);
        uint256 amount = FixedPointMathLib.abs(quantity);
        if (quantity > 0) {
            _withdrawThenBorrow(reserve, asset, amount, limitWad);
        } else {
            _repayThenSupply(reserve, asset, amount);
        }
        // Rounding may take one scaled unit more than was put in.
        reserve.scaledSupply = (ownBefore + reserve.aToken.scaledBalanceOf(address(this))).zeroFloorSub(heldBefore);
        return (quantity, 0);
    }

    /// @notice Makes Aave use the asset as collateral if it lends against it, and else only if the vault supplied it: where it lends
    /// no more, a stranger's aTokens in use would bar the withdrawal of every other asset. An isolated one would bar their use: it stays out.
    /// Anyone may call; the outcome is Aave's and the vault's alone. Warning: health loses what a gift had added; Aave refuses below 1.
    function alignCollateral(address asset) external {
        // Bits 0-15 and 212-251, as DataTypes.ReserveConfigurationMap has them.
        uint256 configuration = pool.getConfiguration(asset).data;
        bool isLentAgainst = uint16(configuration) != 0;
        bool isIsolated = uint40(configuration >> 212) != 0;
        // Of a supply withdrawn whole, rounding may leave one scaled unit.
        bool isSupplied = _reserves[asset].scaledSupply > 1;
        pool.setUserUseReserveAsCollateral(asset, !isIsolated && (isLentAgainst || isSupplied));
    }

    /// @inheritdoc IHedgeVenue
    function exposure(address asset) external view returns (int256) {
        Reserve storage reserve = _reserves[asset];
        if (address(reserve.aToken) == address(0)) return 0;
        return int256(_supplied(reserve, asset)) - int256(reserve.debtToken.balanceOf(address(this)));
    }

    /// @inheritdoc IHedgeVenue
    function health() external view returns (uint256 healthWad) {
        (,,,,, healthWad) = pool.getUserAccountData(address(this));
    }

    function _withdrawThenBorrow(Reserve storage reserve, address asset, uint256 amount, uint256 limitWad) private {
        uint256 withdrawn = amount.min(_supplied(reserve, asset));
        if (withdrawn != 0) pool.withdraw(asset, withdrawn, vault);
        if (withdrawn == amount) return;
        pool.borrow(asset, amount - withdrawn, VARIABLE_RATE, 0, address(this));
        uint256 rateWad = pool.getReserveData(asset).currentVariableBorrowRate / RAY_PER_WAD;
        if (rateWad > limitWad) revert LimitExceeded(rateWad, limitWad);
        IERC20(asset).safeTransfer(vault, amount - withdrawn);
    }

    function _repayThenSupply(Reserve storage reserve, address asset, uint256 amount) private {
        IERC20(asset).safeTransferFrom(vault, address(this), amount);
        IERC20(asset).forceApprove(address(pool), amount);
        uint256 repaid = amount.min(reserve.debtToken.balanceOf(address(this)));
        if (repaid != 0) pool.repay(asset, repaid, VARIABLE_RATE, address(this));
        if (repaid != amount) pool.supply(asset, amount - repaid, address(this), 0);
    }

    /// Supplied units of the asset, interest included, rounded down; a liquidation may have taken some.
    function _supplied(Reserve storage reserve, address asset) private view returns (uint256) {
        uint256 scaled = reserve.scaledSupply;
        if (scaled == 0) return 0;
        scaled = scaled.min(reserve.aToken.scaledBalanceOf(address(this)));
        return scaled.fullMulDiv(pool.getReserveNormalizedIncome(asset), RAY);
    }

    /// A reserve's tokens never change; they are read once.
    function _reserve(address asset) private returns (Reserve storage reserve) {
        reserve = _reserves[asset];
        if (address(reserve.aToken) != address(0)) return reserve;
        DataTypes.ReserveData memory data = pool.getReserveData(asset);
        if (data.aTokenAddress == address(0)) revert NothingTraded();
        (reserve.aToken, reserve.debtToken) = (IScaledBalanceToken(data.aTokenAddress), IERC20(data.variableDebtTokenAddress));
    }
}
