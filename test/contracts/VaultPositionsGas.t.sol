// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "hardhat/console.sol";
import {IAggregatorProxy} from "../../contracts/interfaces/IAggregatorProxy.sol";
import {Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId, SeriesIdLibrary} from "../../contracts/interfaces/SeriesId.sol";
import {Boundaries} from "../../contracts/interfaces/IVault.sol";
import {Slice} from "../../contracts/interfaces/IVolSurface.sol";
import {OnePhaseFeed} from "./fixture/MarketFixture.sol";
import {Token} from "./fixture/Tokens.sol";
import {UniswapFixture} from "./fixture/UniswapFixture.sol";
import {WorldFixture} from "./fixture/WorldFixture.sol";

/// What a user's own step costs does not depend on how many positions the vault holds: only the strike, anyone's, reads the book.
contract VaultPositionsGasTest is WorldFixture {
    uint256 private constant UNDERLYINGS = 4;
    uint256 private constant LEGS = 32;
    uint256 private constant LEG_SIZE = 10_000;

    Token[] private tokens;
    OnePhaseFeed[] private feeds;
    uint256 private filled;
    uint256 private users;

    struct Cost {
        uint256 requestDeposit;
        uint256 mint;
        uint256 requestRedeem;
        uint256 redeem;
        uint256 strike;
    }

    function setUp() public {
        _deployWorld();
        tokens.push(weth);
        feeds.push(ethFeed);
        for (uint256 i = 1; i < UNDERLYINGS; ++i) _list();
        skip(2 hours);
        usdc.mint(address(this), 1e15);
        usdc.approve(address(vault), type(uint256).max);
        _invest(address(0xa11ce), 2_000_000e6);
    }

    function test_depositClaimAndRedeemCostTheSameFor1And32And128Positions() public {
        // Slots that only the very first users pay for.
        _with(0);
        _with(0);
        Cost memory one = _with(1);
        Cost memory book = _with(32);
        Cost memory books = _with(128);
        _flat(one, book);
        _flat(one, books);
        assertGt(books.strike, book.strike + 96 * 1000, "the strike reads every position");
    }

    function _with(uint256 positions) private returns (Cost memory cost) {
        for (; filled < positions; ++filled) _sell(filled);
        cost = _cycle(vm.addr(++users));
        console.log("positions: %d, requestDeposit: %d", positions, cost.requestDeposit);
        console.log("mint: %d, requestRedeem: %d, redeem: %d", cost.mint, cost.requestRedeem, cost.redeem);
        console.log("strike: %d", cost.strike);
    }

    function _cycle(address user) private returns (Cost memory cost) {
        usdc.mint(user, 1000e6);
        vm.startPrank(user);
        usdc.approve(address(queue), type(uint256).max);
        cost.requestDeposit = gasleft();
        queue.requestDeposit(1000e6, user, user);
        cost.requestDeposit -= gasleft();
        vm.stopPrank();
        cost.strike = _strike();
        vm.startPrank(user);
        uint256 shares = queue.maxMint(user);
        cost.mint = gasleft();
        queue.mint(shares, user);
        cost.mint -= gasleft();
        cost.requestRedeem = gasleft();
        queue.requestRedeem(shares / 2, user, user);
        cost.requestRedeem -= gasleft();
        vm.stopPrank();
        _strike();
        vm.startPrank(user);
        shares = queue.maxRedeem(user);
        cost.redeem = gasleft();
        queue.redeem(shares, user, user);
        cost.redeem -= gasleft();
        vm.stopPrank();
    }

    function _strike() private returns (uint256 gas) {
        (, uint256 cutoff) = queue.openEpoch();
        vm.warp(cutoff);
        _refresh();
        gas = gasleft();
        queue.strike();
        gas -= gasleft();
    }

    /// The positions lie in the last expiry of each underlying, one underlying after the other.
    function _sell(uint256 position) private {
        _refresh();
        SeriesId series =
            SeriesIdLibrary.pack(address(tokens[position / LEGS]), (2000 + position % LEGS) * 1e6, expiries[1], true);
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, series, true, _price(series), LEG_SIZE);
        vault.fill(quote, signature, LEG_SIZE);
    }

    function _price(SeriesId series) private view returns (uint256) {
        return uint256(_greeksOf(series, SPOT, 1e18).value) / 1e12 + 1;
    }

    function _refresh() private {
        _report(SPOT);
        for (uint256 i = 1; i < feeds.length; ++i) feeds[i].updateAnswer(int256(SPOT / 1e10));
        for (uint256 i; i < tokens.length; ++i) {
            vm.prank(poster);
            surface.post(address(tokens[i]), expiries[1], Slice(0.36e18, 0.05e18, -0.3e18, 0, 0.2e18, 0));
        }
    }

    function _list() private {
        (Token token, OnePhaseFeed feed) = (new Token("OTHER", 18), new OnePhaseFeed(8));
        feed.updateAnswer(int256(SPOT / 1e10));
        UniswapFixture pools = new UniswapFixture(usdc, token);
        pools.open(SPOT);
        oracle.setFeed(address(token), address(feed), 3 hours);
        oracle.setTwap(address(token), pools.pool(500), 1800, 300);
        market.list(address(token), IAggregatorProxy(address(feed)));
        vault.listUnderlying(address(token), Boundaries({delta: 150e18, gamma: 1e18, vega: 1_000_000e18, targetDelta: 0}));
        tokens.push(token);
        feeds.push(feed);
    }

    function _flat(Cost memory one, Cost memory more) private pure {
        assertApproxEqRel(more.requestDeposit, one.requestDeposit, 0.02e18, "requestDeposit");
        assertApproxEqRel(more.mint, one.mint, 0.02e18, "mint");
        assertApproxEqRel(more.requestRedeem, one.requestRedeem, 0.02e18, "requestRedeem");
        assertApproxEqRel(more.redeem, one.redeem, 0.02e18, "redeem");
    }
}
