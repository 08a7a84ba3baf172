// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IOptionMarket} from "../interfaces/IOptionMarket.sol";
import {SeriesId} from "../interfaces/SeriesId.sol";
import {WindDown} from "./WindDown.sol";

/// @title What becomes of legs without a trade
/// @notice They are paired into spreads and out of them, and collected once they have expired.
abstract contract Legs is WindDown {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// @notice IVault.collect.
    function collect(SeriesId series) external nonReentrant {
        int256 size = _unnetted(series);
        if (size == 0) revert LegMissing(series);
        if (market.settlementPrice(series.underlying(), series.expiry()) == 0) {
            revert IOptionMarket.NotSettled(series.underlying(), series.expiry());
        }
        int256 received = size > 0 ? _redeem(series, uint256(size)) : _release(series);
        _changeLeg(series, -size);
        emit Collected(series, received.abs());
    }

    /// @notice IVault.collectNetted.
    function collectNetted(SeriesId short, SeriesId long) external nonReentrant {
        uint256 size = market.nettedOf(address(this), short, long);
        if (size == 0) revert LegMissing(short);
        (address asset, uint256 backing) = market.spreadCollateral(short, long, size);
        uint256 balanceBefore = _balance(asset);
        market.releaseNetted(short, long);
        int256 received = _book(asset, balanceBefore);
        _lockAsset(asset, -int256(backing));
        _changeLeg(short, int256(size));
        _changeLeg(long, -int256(size));
        (_holdings[short].netted, _holdings[long].netted) =
            (uint64(_holdings[short].netted - size), uint64(_holdings[long].netted - size));
        emit CollectedNetted(short, long, received.abs());
    }

    /// @notice IVault.net.
    function net(SeriesId short, SeriesId long, uint256 size) external restricted nonReentrant {
        _requireNotClosed();
        address asset = _collateralAsset(short);
        uint256 balanceBefore = _balance(asset);
        market.net(short, long, size);
        _rebook(short, asset, balanceBefore);
        _holdings[short].netted += uint64(size);
        _holdings[long].netted += uint64(size);
        emit LegsNetted(short, long, int256(size));
    }

    /// @notice IVault.unnet.
    function unnet(SeriesId short, SeriesId long, uint256 size) external restricted nonReentrant {
        _requireNotClosed();
        (address asset, uint256 most) = market.collateralFor(short, size);
        uint256 quoteBefore = _assets[address(quoteAsset)].cash;
        uint256 balanceBefore = _balance(asset);
        IERC20(asset).forceApprove(address(market), most.min(_assets[asset].cash));
        market.unnet(short, long, size);
        IERC20(asset).forceApprove(address(market), 0);
        _rebook(short, asset, balanceBefore);
        _holdings[short].netted -= uint64(size);
        _holdings[long].netted -= uint64(size);
        _requireMinCash(quoteBefore);
        emit LegsNetted(short, long, -int256(size));
    }

    /// @dev The part of a leg that is not paired with another.
    function _unnetted(SeriesId series) internal view returns (int256) {
        (int256 size, uint256 netted) = (_holdings[series].size, _holdings[series].netted);
        return size < 0 ? size + int256(netted) : size - int256(netted);
    }

    /// @dev Books what pairing changed: `collateral` backs what is left of the short alone.
    function _rebook(SeriesId short, address asset, uint256 balanceBefore) private {
        _lockAsset(asset, -_book(asset, balanceBefore));
        (, uint256 backing) = market.collateralFor(short, market.shortOf(address(this), short));
        _holdings[short].collateral = uint112(backing);
    }

    function _redeem(SeriesId series, uint256 size) private returns (int256) {
        address asset = _collateralAsset(series);
        uint256 balanceBefore = _balance(asset);
        market.redeem(series, size, address(this));
        return _book(asset, balanceBefore);
    }

    /// @dev Someone else may have released the collateral before: then it lies here outside the ledger, and at most
    /// what the series owed the vault is taken up.
    function _release(SeriesId series) private returns (int256 received) {
        address asset = _collateralAsset(series);
        uint256 collateral = _holdings[series].collateral;
        uint256 balanceBefore = _balance(asset);
        if (market.shortOf(address(this), series) != 0) {
            market.release(series, address(this));
            received = _book(asset, balanceBefore);
        } else {
            uint256 surplus = balanceBefore.zeroFloorSub(_assets[asset].cash);
            received = int256(surplus.min(collateral.zeroFloorSub(_payoffUp(series))));
            _move(asset, received);
        }
        _lock(series, asset, -int256(collateral));
    }

    /// @dev Payoff of the vault's short in units of its collateral, rounded up.
    function _payoffUp(SeriesId series) private view returns (uint256) {
        uint256 priceWad = market.settlementPrice(series.underlying(), series.expiry());
        uint256 strikeWad = series.strike() * 1e12;
        uint256 sizeWad = _unnetted(series).abs() * 1e12;
        uint256 value = sizeWad.fullMulDivUp(
            series.isPut() ? strikeWad.zeroFloorSub(priceWad) : priceWad.zeroFloorSub(strikeWad), series.isPut() ? WAD : priceWad
        );
        uint256 unit = 10 ** (18 - _assets[_collateralAsset(series)].decimals);
        return value.divUp(unit);
    }
}
