// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IHedgeVenue} from "../../../contracts/interfaces/IHedgeVenue.sol";
import {deployed, KeelTest} from "../fixture/KeelTest.sol";
import {Token} from "../fixture/Tokens.sol";

interface IUniswapVenue is IHedgeVenue {
    error SwapInProgress();

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external;
}

/// Limits to the last unit: this test is the factory, the pool and the vault. On real pools: UniswapV3Venue.test.ts.
contract UniswapV3VenueTest is KeelTest {
    uint24 private constant FEE = 500;
    uint160 private constant MIN_SQRT_RATIO = 4295128739;
    uint160 private constant MAX_SQRT_RATIO = 1461446703485210103287273052203988822378723970342;

    Token private quote;
    Token private asset;
    IUniswapVenue private venue;
    uint160 private current;
    int256 private amount0;
    int256 private amount1;
    bool private reenters;
    /// What the pool was asked for.
    bool private zeroForOne;
    uint160 private limit;

    // ── The pool ─────────────────────────────────────────────────────────────

    function getPool(address, address, uint24) external view returns (address) {
        return address(this);
    }

    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (current, 0, 0, 0, 0, 0, true);
    }

    function swap(address recipient, bool zeroForOne_, int256, uint160 limit_, bytes calldata) external returns (int256, int256) {
        assertEq(recipient, address(this));
        (zeroForOne, limit) = (zeroForOne_, limit_);
        if (reenters) venue.trade(address(asset), 1, 1e24, abi.encode(FEE));
        venue.uniswapV3SwapCallback(amount0, amount1, "");
        return (amount0, amount1);
    }

    // ── Its vault ────────────────────────────────────────────────────────────

    function _deploy(bool assetIsToken0) private {
        quote = new Token("USDC", 6);
        do asset = new Token("ASSET", 18);
        while ((address(asset) < address(quote)) != assetIsToken0);
        uint24[] memory fees = new uint24[](1);
        fees[0] = FEE;
        venue = IUniswapVenue(deployed("UniswapV3Venue", abi.encode(address(this), address(quote), fees)));
        for (uint256 i; i < 2; ++i) {
            Token token = i == 0 ? quote : asset;
            token.mint(address(this), 1e30);
            token.approve(address(venue), 1e30);
        }
    }

    /// As the pool has it: positive is what it takes.
    function _deals(int256 ofAsset, int256 ofQuote) private {
        (amount0, amount1) = address(asset) < address(quote) ? (ofAsset, ofQuote) : (ofQuote, ofAsset);
    }

    function _trade(int256 quantity, uint256 limitWad) private returns (int256, int256) {
        bool falls = (address(asset) < address(quote)) == (quantity < 0);
        current = falls ? MAX_SQRT_RATIO : MIN_SQRT_RATIO;
        return venue.trade(address(asset), quantity, limitWad, abi.encode(FEE));
    }

    // ── Limits ───────────────────────────────────────────────────────────────

    /// √(price · 0.9995) bought, √(price / 0.9995) sold, rounded to the vault's side, · 2^96; worked out in whole numbers.
    function test_thePoolsLimitIsTheVaultsLessTheFee() public {
        _deploy(true);
        _deals(-1e18, 3000e6);
        _trade(1e18, 3000e18);
        assertEq(limit, 4338420167936360941050000);
        assertFalse(zeroForOne);
        _deals(1e18, -3000e6);
        _trade(-1e18, 3000e18);
        assertEq(limit, 4340590463167944913506827);
        assertTrue(zeroForOne);
        _deploy(false);
        _deals(-1e18, 3000e6);
        _trade(1e18, 3000e18 + 1);
        assertEq(limit, 1446863487722648304502251373967229);
        assertTrue(zeroForOne);
        _deals(1e18, -3000e6);
        _trade(-1e18, 3000e18);
        assertEq(limit, 1446140055978786980349975784410965);
        assertFalse(zeroForOne);
    }

    function test_noLimitIsThePoolsOwn() public {
        _deploy(true);
        _deals(1e18, 0);
        _trade(-1e18, 0);
        assertEq(limit, MIN_SQRT_RATIO + 1);
        _deals(-1e18, 3000e6);
        // 0.99997 of 2^128, between the pool's highest price and the end of the word
        _trade(1e18, uint256(2 ** 128 * 1e30) / 9995 * 10_000 / 100_000 * 99_997);
        assertEq(limit, MAX_SQRT_RATIO - 1);
        _deploy(false);
        _deals(1e18, 0);
        _trade(-1e18, 0);
        assertEq(limit, MAX_SQRT_RATIO - 1);
        _deals(-1e18, 3000e6);
        _trade(1e18, 1e69);
        assertEq(limit, MIN_SQRT_RATIO + 1);
    }

    function test_aPoolAtTheLimitTradesNothing() public {
        for (uint256 i; i < 4; ++i) {
            int256 quantity = i < 2 ? int256(1e18) : -1e18;
            _deploy(i % 2 == 0);
            _deals(-quantity, quantity / 1e18 * 3000e6);
            _trade(quantity, 3000e18);
            current = limit;
            vm.expectRevert(IHedgeVenue.NothingTraded.selector);
            venue.trade(address(asset), quantity, 3000e18, abi.encode(FEE));
        }
        vm.expectRevert(IHedgeVenue.NothingTraded.selector);
        this.trade(0, 3000e18);
    }

    function test_whatIsPaidIsWithinTheLimitToTheUnit() public {
        for (uint256 i; i < 2; ++i) {
            _deploy(i == 0);
            _bought(-1e18, 3000e6);
            _bought(-0.3e18, 900e6);
            _refused(-1e18, 3000e6 + 1, 3000e6);
            // a wei costs a unit at most
            _bought(-1, 1);
            _refused(-1, 2, 1);
            _sold(1e18, -3000e6);
            _sold(1e18, -3000e6 + 1);
            _refused(1e18, -3000e6 + 2, 3000e6);
        }
    }

    function test_whatThePoolDidNotFillIsNothing() public {
        _deploy(true);
        _deals(0, 1);
        vm.expectRevert(IHedgeVenue.NothingTraded.selector);
        this.trade(1e18, 3000e18);
    }

    function test_thePoolIsPaidWhatItTakesWhereItGivesNothing() public {
        _deploy(false);
        _deals(5, 0);
        _trade(-5, 1);
        assertEq(asset.allowance(address(this), address(venue)), 1e30 - 5);
    }

    function test_noSwapRunsInsideAnother() public {
        _deploy(true);
        _deals(-1e18, 3000e6);
        reenters = true;
        vm.expectRevert(IUniswapVenue.SwapInProgress.selector);
        this.trade(1e18, 3000e18);
        reenters = false;
        _trade(1e18, 3000e18);
        _trade(1e18, 3000e18);
    }

    // ── Sums ─────────────────────────────────────────────────────────────────

    function _bought(int256 ofAsset, int256 ofQuote) private {
        _deals(ofAsset, ofQuote);
        (int256 received, int256 paid) = _trade(1e18, 3000e18);
        assertEq(received, -ofAsset);
        assertEq(paid, -ofQuote);
    }

    function _sold(int256 ofAsset, int256 ofQuote) private {
        _deals(ofAsset, ofQuote);
        (int256 received, int256 paid) = _trade(-1e18, 3000e18);
        assertEq(received, -ofAsset);
        assertEq(paid, -ofQuote);
    }

    function _refused(int256 ofAsset, int256 ofQuote, uint256 atLimit) private {
        _deals(ofAsset, ofQuote);
        uint256 paid = uint256(ofQuote < 0 ? -ofQuote : ofQuote);
        vm.expectRevert(abi.encodeWithSelector(IHedgeVenue.LimitExceeded.selector, paid, atLimit));
        this.trade(ofAsset < 0 ? int256(1e18) : -1e18, 3000e18);
    }

    /// From outside: the refusal expected is the next call's.
    function trade(int256 quantity, uint256 limitWad) external {
        _trade(quantity, limitWad);
    }
}
