// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IUniswapV3SwapCallback} from "@uniswap/v3-core/contracts/interfaces/callback/IUniswapV3SwapCallback.sol";
import {IUniswapV3Factory} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";

/// @title Spot on Uniswap v3, straight on the pool
/// @notice Buys or sells an exact quantity of the underlying and stops at the limit price: what is filled is reported as filled and
/// what was not needed never leaves the caller. Holds nothing and is shared by every vault of one quote asset.
/// Trusts the factory to name the pool and the pool not to ask for tokens outside a swap of this venue.
contract UniswapV3Venue is IHedgeVenue, IUniswapV3SwapCallback {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;

    error FeeTierNotListed(uint24 fee);
    error PoolMissing(address asset, uint24 fee);
    error SwapInProgress();
    error CallbackRefused(address caller);

    uint160 private constant MIN_SQRT_RATIO = 4295128739;
    uint160 private constant MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342;
    uint256 private constant FEE_UNIT = 1e6;

    IUniswapV3Factory public immutable factory;
    address public immutable quoteAsset;
    uint256 private immutable _quoteUnit;

    mapping(uint24 fee => bool) public feeListed;

    /// What trading an asset on one fee tier needs, looked up at the first trade: neither ever changes.
    struct Listing {
        IUniswapV3Pool pool;
        uint8 decimals;
    }

    mapping(address asset => mapping(uint24 fee => Listing)) private _listings;

    /// The pool that may call back, and who pays it in what, while a swap runs.
    address private transient _pool;
    address private transient _payer;
    address private transient _token;

    constructor(IUniswapV3Factory factory_, address quote, uint24[] memory fees) {
        (factory, quoteAsset) = (factory_, quote);
        _quoteUnit = 10 ** IERC20Metadata(quote).decimals();
        for (uint256 i; i < fees.length; ++i) {
            feeListed[fees[i]] = true;
        }
    }

    /// @inheritdoc IHedgeVenue
    /// @dev `limitWad` includes the pool's fee. Only the caller's own tokens are moved, by its allowance.
    function trade(address asset, int256 quantity, uint256 limitWad, bytes calldata data)
        external
        returns (int256 assetDelta, int256 quoteDelta)
    {
        if (_pool != address(0)) revert SwapInProgress();
        uint24 fee = abi.decode(data, (uint24));
        Listing memory listing = _listingOf(asset, fee);
        IUniswapV3Pool pool = listing.pool;
        uint256 unit = 10 ** listing.decimals;
        bool assetIsToken0 = asset < quoteAsset;
        bool zeroForOne = assetIsToken0 == (quantity < 0);
        uint160 limit = _sqrtLimit(unit, _withoutFee(limitWad, fee, quantity > 0), assetIsToken0);
        (uint160 current,,,,,,) = pool.slot0();
        if (quantity == 0 || (zeroForOne ? limit >= current : limit <= current)) revert NothingTraded();

        (_pool, _payer, _token) = (address(pool), msg.sender, quantity > 0 ? quoteAsset : asset);
        // Uniswap: a positive amount is what the pool takes, a negative one what it gives.
        (int256 amount0, int256 amount1) = pool.swap(msg.sender, zeroForOne, -quantity, limit, "");
        _pool = address(0);

        (assetDelta, quoteDelta) = assetIsToken0 ? (-amount0, -amount1) : (-amount1, -amount0);
        if (assetDelta == 0) revert NothingTraded();
        _requireLimit(unit, assetDelta, quoteDelta, limitWad);
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        if (msg.sender != _pool) revert CallbackRefused(msg.sender);
        IERC20(_token).safeTransferFrom(_payer, msg.sender, uint256(amount0Delta > 0 ? amount0Delta : amount1Delta));
    }

    /// @inheritdoc IHedgeVenue
    function exposure(address) external pure returns (int256) {
        return 0;
    }

    /// @inheritdoc IHedgeVenue
    function health() external pure returns (uint256) {
        return type(uint256).max;
    }

    function _listingOf(address asset, uint24 fee) private returns (Listing memory listing) {
        listing = _listings[asset][fee];
        if (address(listing.pool) != address(0)) return listing;
        if (!feeListed[fee]) revert FeeTierNotListed(fee);
        listing = Listing(IUniswapV3Pool(factory.getPool(asset, quoteAsset, fee)), IERC20Metadata(asset).decimals());
        if (address(listing.pool) == address(0)) revert PoolMissing(asset, fee);
        _listings[asset][fee] = listing;
    }

    /// The pool's own price that, with its fee, is worth the limit; rounded against the trade.
    function _withoutFee(uint256 limitWad, uint24 fee, bool buys) private pure returns (uint256) {
        return buys ? limitWad.fullMulDiv(FEE_UNIT - fee, FEE_UNIT) : limitWad.fullMulDivUp(FEE_UNIT, FEE_UNIT - fee);
    }

    /// √(token1 units per token0 unit) · 2^96 at a price in quote per whole asset, clamped to what a pool accepts.
    function _sqrtLimit(uint256 unit, uint256 priceWad, bool assetIsToken0) private view returns (uint160) {
        uint256 quoteSide = priceWad * _quoteUnit;
        uint256 assetSide = 1e18 * unit;
        (uint256 top, uint256 bottom) = assetIsToken0 ? (quoteSide, assetSide) : (assetSide, quoteSide);
        if (bottom == 0) return MAX_SQRT_RATIO - 1;
        // 192 fraction bits while the ratio leaves room for them, else 128
        uint256 root = top / bottom < 1 << 63
            ? top.fullMulDiv(1 << 192, bottom).sqrt()
            : top.fullMulDiv(1 << 128, bottom).sqrt() << 32;
        return uint160(root.clamp(MIN_SQRT_RATIO + 1, MAX_SQRT_RATIO - 1));
    }

    function _requireLimit(uint256 unit, int256 assetDelta, int256 quoteDelta, uint256 limitWad) private view {
        bool buys = assetDelta > 0;
        uint256 amount = FixedPointMathLib.abs(assetDelta);
        uint256 paid = FixedPointMathLib.abs(quoteDelta);
        uint256 atLimit = amount.fullMulDivUp(limitWad * _quoteUnit, 1e18 * unit);
        // one unit of quote is the finest a price can be kept to
        if (buys ? paid > atLimit : paid + 1 < atLimit) revert LimitExceeded(paid, atLimit);
    }
}
