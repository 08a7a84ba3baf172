// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionMarket, Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId} from "../../contracts/interfaces/SeriesId.sol";
import {MarketFixture} from "./fixture/MarketFixture.sol";
import {Token} from "./fixture/Tokens.sol";

/// After every step of a random history: what the market holds covers what is locked, which covers the worst payoff of every
/// short; longs and shorts of each series are equal.
contract OptionMarketSolvencyTest is MarketFixture {
    uint256 private constant STEPS = 12;
    uint256 private constant SERIES = 8;

    SeriesId[] private series;
    uint256 private entropy;

    function setUp() public override {
        super.setUp();
        // Odd strikes so that collateral and payoffs do not divide evenly.
        series.push(_series(weth, 2_500_333_333, true));
        series.push(_series(weth, 2_500_333_333, false));
        series.push(_series(weth, 1, true));
        series.push(_series(weth, 7, false));
        series.push(_series(wbtc, 61_234_567_891, true));
        series.push(_series(wbtc, 61_234_567_891, false));
        series.push(_series(weth, 2_400_111_113, true));
        series.push(_series(weth, 2_999_777_777, false));
    }

    /// hardhat-config: fuzz.runs = 1000
    function testFuzz_solventAndConservedThroughAnyHistory(uint256 seed) public {
        entropy = seed;
        for (uint256 i; i < STEPS; ++i) {
            _trade();
            if (i % 4 == 3) _checkLive();
            else _checkBalances();
        }

        for (uint256 i; i < SERIES; ++i) _sell(0, 1, series[i], 1, 1_000 + i);
        _settle(weth, ethFeed, _answer(8));
        _settle(wbtc, btcFeed, _answer(18));

        for (uint256 i; i < STEPS; ++i) {
            _exit();
            _checkBalances();
        }
        _exitAll();
        for (uint256 actor; actor < ACTORS; ++actor) _releasePairs(actor);
        _checkBalances();

        // Everybody left; only the roundings (one unit for each position at most) stayed behind.
        for (uint256 i; i < SERIES; ++i) assertEq(market.openInterest(series[i]), 0, "longs left");
        uint256 dust = 4 * STEPS + 2 * ACTORS * SERIES;
        assertLe(_locked(usdc), dust, "usdc dust");
        assertLe(_locked(weth), dust, "weth dust");
        assertLe(_locked(wbtc), dust, "wbtc dust");
    }

    function _trade() private {
        uint256 action = _random(11);
        SeriesId s = series[_random(SERIES)];
        uint256 maker = _random(ACTORS);
        if (action > 7) {
            _netAll(action == 10);
        } else if (action == 0) {
            uint256 size = _min(_long(maker, s), market.shortOf(actors[maker], s));
            if (size == 0) return;
            vm.prank(actors[maker]);
            market.close(s, 1 + _random(size));
        } else if (action == 1) {
            uint256 size = _random(_long(maker, s) + 1);
            vm.prank(actors[maker]);
            assertTrue(market.transfer(actors[_random(ACTORS)], SeriesId.unwrap(s), size));
        } else {
            _fillRandomly(s, maker);
        }
    }

    /// Whatever anyone could pair or take apart, in random parts.
    function _netAll(bool apart) private {
        for (uint256 i; i < SERIES * SERIES; ++i) {
            (SeriesId short, SeriesId long) = (series[i / SERIES], series[i % SERIES]);
            if (short.underlying() != long.underlying() || short.isPut() != long.isPut()) continue;
            for (uint256 actor; actor < ACTORS; ++actor) {
                address account = actors[actor];
                uint256 most = apart ? market.nettedOf(account, short, long) : _min(market.shortOf(account, short), _long(actor, long));
                if (most == 0) continue;
                uint256 size = 1 + _random(most);
                (address asset,) = market.collateralFor(short, size);
                uint256 before = Token(asset).balanceOf(account);
                vm.prank(account);
                if (apart) {
                    uint256 added = market.unnet(short, long, size);
                    assertEq(before - Token(asset).balanceOf(account), added, "added");
                    continue;
                }
                try market.net(short, long, size) returns (uint256 freed) {
                    assertEq(Token(asset).balanceOf(account) - before, freed, "freed");
                } catch (bytes memory reason) {
                    assertEq(bytes4(reason), IOptionMarket.NettingFreesNothing.selector);
                }
            }
        }
    }

    function _releasePairs(uint256 actor) private {
        for (uint256 i; i < SERIES * SERIES; ++i) {
            (SeriesId short, SeriesId long) = (series[i / SERIES], series[i % SERIES]);
            uint256 size = market.nettedOf(actors[actor], short, long);
            if (size == 0) continue;
            (, uint256 backing) = market.spreadCollateral(short, long, size);
            (, uint256 full) = market.collateralFor(long, size);
            vm.prank(actors[actor]);
            assertLe(market.releaseNetted(short, long), backing + full, "more than the pair and its long");
        }
    }

    function _fillRandomly(SeriesId s, uint256 maker) private {
        uint256 taker = (maker + 1 + _random(ACTORS - 1)) % ACTORS;
        Quote memory quote = _quote(actors[maker], s, _random(2) == 0, _random(5e9), 1_000 + _random(9e6));
        uint256 size = 1_000 + _random(quote.size - 999);
        address receiver = quote.makerSells ? actors[maker] : actors[taker];
        address payer = quote.makerSells ? actors[taker] : actors[maker];
        uint256 locked = s.isPut() ? _locked(usdc) : 0;
        uint256 supply = usdc.totalSupply() - usdc.balanceOf(payer) - usdc.balanceOf(receiver);
        bytes memory signature = _sign(quote, keys[maker]);
        vm.prank(actors[taker]);
        uint256 premium = market.fill(quote, signature, size, actors[taker]);

        // Rounded against the taker, by less than one unit.
        if (quote.makerSells) {
            assertGe(premium * 1e6, quote.price * size, "taker paid too little");
            assertLt(premium * 1e6, quote.price * size + 1e6, "taker paid too much");
        } else {
            assertLe(premium * 1e6, quote.price * size, "taker was paid too much");
            assertGt(premium * 1e6 + 1e6, quote.price * size, "taker was paid too little");
        }
        uint256 collateral = s.isPut() ? _locked(usdc) - locked : 0;
        assertEq(usdc.totalSupply() - usdc.balanceOf(payer) - usdc.balanceOf(receiver), supply + collateral, "quote went astray");
    }

    function _exit() private {
        SeriesId s = series[_random(SERIES)];
        uint256 actor = _random(ACTORS);
        uint256 action = _random(4);
        if (action == 3) _releasePairs(actor);
        else if (action == 0) _release(s, actor);
        else if (action == 1) _redeem(s, actor, _random(_long(actor, s) + 1));
        else {
            uint256 size = _min(_long(actor, s), market.shortOf(actors[actor], s));
            vm.prank(actors[actor]);
            market.close(s, size);
        }
    }

    function _exitAll() private {
        bool releaseFirst = _random(2) == 0;
        for (uint256 i; i < SERIES; ++i) {
            for (uint256 actor; actor < ACTORS; ++actor) {
                if (releaseFirst == (i == 0)) _releasePairs(actor);
                if (releaseFirst) _release(series[i], actor);
                _redeem(series[i], actor, _long(actor, series[i]));
                _release(series[i], actor);
            }
        }
    }

    function _redeem(SeriesId s, uint256 actor, uint256 size) private {
        uint256 price = market.settlementPrice(s.underlying(), expiry);
        (address asset, uint256 most) = market.collateralFor(s, size);
        uint256 before = Token(asset).balanceOf(actors[actor]);
        vm.prank(actors[actor]);
        uint256 payoff = market.redeem(s, size, actors[actor]);
        assertEq(Token(asset).balanceOf(actors[actor]) - before, payoff, "paid");
        assertLe(payoff, most, "payoff above collateral");
        // Never more than the exact payoff, whichever side of the strike.
        uint256 strike = s.strike() * 1e12;
        if (s.isPut()) assertLe(payoff * 1e18, price < strike ? (strike - price) * size : 0, "put payoff rounded up");
        else assertLe(payoff * price, price > strike ? (price - strike) * most : 0, "call payoff rounded up");
    }

    function _release(SeriesId s, uint256 actor) private {
        (, uint256 backing) = market.collateralFor(s, market.shortOf(actors[actor], s));
        assertLe(market.release(s, actors[actor]), backing, "released above collateral");
        assertEq(market.shortOf(actors[actor], s), 0);
    }

    /// Shorts are the longs, those in escrow included; each asset's lock covers what it has to: full collateral of every short that stands
    /// alone, the worst case of every pair.
    function _checkLive() private view {
        _checkBalances();
        uint256[3] memory worst;
        for (uint256 i; i < SERIES; ++i) {
            SeriesId s = series[i];
            uint256 longs = market.balanceOf(address(market), SeriesId.unwrap(s));
            (uint256 alone, uint256 escrowed) = (0, 0);
            uint256 paired;
            for (uint256 actor; actor < ACTORS; ++actor) {
                longs += _long(actor, s);
                alone += market.shortOf(actors[actor], s);
                for (uint256 j; j < SERIES; ++j) {
                    if (series[j].underlying() != s.underlying() || series[j].isPut() != s.isPut()) continue;
                    paired += market.nettedOf(actors[actor], s, series[j]);
                    escrowed += market.nettedOf(actors[actor], series[j], s);
                }
            }
            assertEq(longs, alone + paired, "longs = shorts");
            assertEq(market.openInterest(s), longs, "open interest");
            assertEq(market.balanceOf(address(market), SeriesId.unwrap(s)), escrowed, "escrow");
            // At the extreme price, where every long outside escrow pays all it can.
            uint256 free = longs - escrowed;
            if (s.isPut()) worst[0] += free * s.strike();
            else if (s.underlying() == address(weth)) worst[1] += free * 1e12;
            else worst[2] += free * 1e2;
        }
        assertGe(_locked(usdc) * 1e6, worst[0], "puts");
        assertGe(_locked(weth), worst[1], "weth calls");
        assertGe(_locked(wbtc), worst[2], "wbtc calls");
    }

    function _checkBalances() private view {
        assertEq(usdc.balanceOf(address(market)), _locked(usdc), "usdc held");
        assertEq(weth.balanceOf(address(market)), _locked(weth), "weth held");
        assertEq(wbtc.balanceOf(address(market)), _locked(wbtc), "wbtc held");
    }

    function _locked(Token token) private view returns (uint256) {
        return market.locked(address(token));
    }

    /// A price anywhere from dust to 10^16 dollars or beside a strike, in the feed's decimals.
    function _answer(uint256 decimals) private returns (int256) {
        if (_random(3) == 0) return int256(series[_random(SERIES)].strike() * 10 ** (decimals - 6) + _random(3));
        return int256(1 + _random(10 ** _random(decimals + 17)));
    }

    function _random(uint256 below) private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % below;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
