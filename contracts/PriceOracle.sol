// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IPriceOracle} from "./interfaces/IPriceOracle.sol";
import {twapWad} from "./twapWad.sol";

/// @title Chainlink prices in quote, with a Uniswap v3 average and the quote's peg as second opinions
/// @notice Trust: the configuring role chooses feeds, pools and limits. A feed that reverts makes both grades revert.
contract PriceOracle is IPriceOracle, AccessManaged {
    struct Feed {
        AggregatorV3Interface aggregator;
        uint8 decimals;
        uint32 maxAge;
    }

    struct Twap {
        IUniswapV3Pool pool;
        uint32 window;
        uint32 maxDeviationBps;
    }

    struct Sequencer {
        AggregatorV3Interface feed;
        uint32 graceSeconds;
    }

    error DecimalsOutOfRange(address feed, uint8 decimals);
    error PoolMismatch(address pool, address asset);
    error WindowIsZero();

    event FeedSet(address indexed asset, address feed, uint32 maxAge);
    event TwapSet(address indexed asset, address pool, uint32 window, uint32 maxDeviationBps);
    event SequencerSet(address feed, uint32 graceSeconds);
    event DepegLimitSet(uint32 limitBps);

    /// @notice The token prices are quoted in.
    address public immutable quoteToken;

    /// @notice Asset/USD, or quote/USD under the quote token's own address.
    mapping(address asset => Feed) public feeds;

    /// @notice The asset/quote pool that must agree.
    mapping(address asset => Twap) public twaps;

    /// @notice L2 sequencer uptime; no check while the feed is zero.
    Sequencer public sequencer;

    /// @notice How far quote/USD may be from 1 for `strictPrice`; 0 until set: only an exact peg passes.
    uint32 public depegLimitBps;

    constructor(address authority, address quoteToken_) AccessManaged(authority) {
        quoteToken = quoteToken_;
    }

    /// @inheritdoc IPriceOracle
    function price(address asset) external view returns (uint256 priceWad, uint256 updatedAt) {
        (priceWad, updatedAt,) = _price(asset);
    }

    /// @inheritdoc IPriceOracle
    function strictPrice(address asset) external view returns (uint256 priceWad, uint256 updatedAt) {
        uint256 quoteUsdWad;
        (priceWad, updatedAt, quoteUsdWad) = _price(asset);
        if (FixedPointMathLib.dist(quoteUsdWad, 1e18) > uint256(depegLimitBps) * 1e14) revert QuoteDepegged(quoteUsdWad, depegLimitBps);

        Twap memory twap = twaps[asset];
        if (address(twap.pool) == address(0)) revert TwapMissing(asset);
        uint256 averageWad = twapWad(twap.pool, twap.window, asset, quoteToken);
        if (FixedPointMathLib.dist(averageWad, priceWad) > FixedPointMathLib.fullMulDiv(priceWad, twap.maxDeviationBps, 10_000)) {
            revert TwapDeviation(asset, priceWad, averageWad, twap.maxDeviationBps);
        }
    }

    /// @notice Sets the Chainlink feed (asset/USD) and the age in seconds beyond which its answer is stale. Restricted.
    function setFeed(address asset, AggregatorV3Interface aggregator, uint32 maxAge) external restricted {
        uint8 decimals = aggregator.decimals();
        if (decimals > 18) revert DecimalsOutOfRange(address(aggregator), decimals);
        feeds[asset] = Feed(aggregator, decimals, maxAge);
        emit FeedSet(asset, address(aggregator), maxAge);
    }

    /// @notice Sets the asset/quote pool, the averaging window in seconds and the largest deviation. Restricted.
    function setTwap(address asset, IUniswapV3Pool pool, uint32 window, uint32 maxDeviationBps) external restricted {
        if (window == 0) revert WindowIsZero();
        (address token0, address token1) = asset < quoteToken ? (asset, quoteToken) : (quoteToken, asset);
        if (pool.token0() != token0 || pool.token1() != token1) revert PoolMismatch(address(pool), asset);
        twaps[asset] = Twap(pool, window, maxDeviationBps);
        emit TwapSet(asset, address(pool), window, maxDeviationBps);
    }

    /// @notice Sets the sequencer uptime feed, zero on a chain without one. Restricted.
    function setSequencer(AggregatorV3Interface feed, uint32 graceSeconds) external restricted {
        sequencer = Sequencer(feed, graceSeconds);
        emit SequencerSet(address(feed), graceSeconds);
    }

    /// @notice Sets how far quote/USD may be from 1. Restricted.
    function setDepegLimit(uint32 limitBps) external restricted {
        depegLimitBps = limitBps;
        emit DepegLimitSet(limitBps);
    }

    function _price(address asset) private view returns (uint256 priceWad, uint256 updatedAt, uint256 quoteUsdWad) {
        _requireSequencer();
        uint256 assetUsdWad;
        (assetUsdWad, updatedAt) = _usd(asset);
        (quoteUsdWad,) = _usd(quoteToken);
        priceWad = FixedPointMathLib.fullMulDiv(assetUsdWad, 1e18, quoteUsdWad);
    }

    function _usd(address asset) private view returns (uint256 usdWad, uint256) {
        Feed memory feed = feeds[asset];
        address aggregator = address(feed.aggregator);
        if (aggregator == address(0)) revert UnknownAsset(asset);
        (uint80 roundId, int256 answer,, uint256 updatedAt,) = feed.aggregator.latestRoundData();

        if (updatedAt == 0) revert IncompleteRound(aggregator, roundId);
        if (answer <= 0) revert InvalidAnswer(aggregator, answer);
        if (updatedAt > block.timestamp) revert StalePrice(aggregator, type(uint256).max, feed.maxAge);
        uint256 age = block.timestamp - updatedAt;
        if (age > feed.maxAge) revert StalePrice(aggregator, age, feed.maxAge);
        return (uint256(answer) * 10 ** (18 - feed.decimals), updatedAt);
    }

    /// An uptime feed answers 0 = up, 1 = down since `startedAt`; `startedAt` 0 means it has never been told.
    function _requireSequencer() private view {
        Sequencer memory uptime = sequencer;
        if (address(uptime.feed) == address(0)) return;
        (, int256 down, uint256 startedAt,,) = uptime.feed.latestRoundData();
        if (down != 0 || startedAt == 0) revert SequencerDown(address(uptime.feed));
        if (block.timestamp <= startedAt + uptime.graceSeconds) {
            revert SequencerGracePeriod(address(uptime.feed), startedAt, uptime.graceSeconds);
        }
    }
}
