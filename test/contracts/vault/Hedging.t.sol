// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionMarket} from "../../../contracts/interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {Action, GasRefund, IVaultEvents, Limits} from "../../../contracts/interfaces/IVault.sol";
import {Hedging} from "../../../contracts/vault/Hedging.sol";
import {Portfolio} from "../../../contracts/vault/Portfolio.sol";
import {ExactVenue} from "../fixture/ExactVenue.sol";
import {KeelTest} from "../fixture/KeelTest.sol";
import {BlacklistToken} from "../fixture/OddTokens.sol";
import {Token} from "../fixture/Tokens.sol";

/// The steps of a hedge one by one, for whom they are internal; whole hedges: rebalance.test.ts and emergencyHedge.test.ts.
contract HedgingSteps is Hedging {
    /// Who makes it is its oracle.
    constructor(address quote) Portfolio(msg.sender, IERC20(quote), IOptionMarket(quote), IRiskEngine(quote), IPriceOracle(msg.sender)) {}

    function set(Limits memory limits, address asset, uint104 cash, uint104 quoteCash, GasRefund memory refund) external {
        (_limits, _gasRefund, _refundsGas) = (limits, refund, refund.asset != address(0));
        (_assets[asset].decimals, _assets[asset].cash) = (18, cash);
        (_assets[address(quoteAsset)].decimals, _assets[address(quoteAsset)].cash) = (6, quoteCash);
    }

    function cashOf(address asset) external view returns (uint256) {
        return _assets[asset].cash;
    }

    function budgetLeft() external view returns (uint256) {
        return _budget.left(_limits.budgetWad, _limits.window);
    }

    function swap(Action memory action, uint256 priceWad, bool mayFail) external returns (uint256) {
        return _swap(action, priceWad, mayFail);
    }

    function moveAccount(Action memory action, bool mayFail) external returns (bool) {
        return _moveAccount(action, mayFail);
    }

    /// For `used` gas more than this call itself.
    function refundGas(uint256 used) external {
        _refundGas(gasleft() + used);
    }
}

contract HedgingTest is KeelTest {
    uint256 private constant PRICE = 3000e18;
    uint104 private constant CASH = 50e18;
    uint104 private constant QUOTE_CASH = 100_000e6;

    BlacklistToken private quote = new BlacklistToken(6);
    Token private asset = new Token("ASSET", 18);
    ExactVenue private venue = new ExactVenue(quote);
    HedgingSteps private vault = new HedgingSteps(address(quote));
    Limits private limits;

    function price(address) external view returns (uint256, uint256) {
        return (PRICE, block.timestamp);
    }

    function setUp() public {
        vm.warp(1_800_000_000);
        (limits.oracleBandWad, limits.maxBorrowRateWad, limits.minCash) = (0.01e18, 0.2e18, 99_000e6);
        (limits.budgetWad, limits.window) = (1e25, 1 days);
        _refund(address(0), 0, 0);
        asset.mint(address(vault), 2 * uint256(CASH));
        quote.mint(address(vault), QUOTE_CASH);
        asset.mint(address(venue), 1e24);
        quote.mint(address(venue), 1e24);
    }

    function _refund(address priced, uint64 maxTip, uint96 most) private {
        vault.set(limits, address(asset), CASH, QUOTE_CASH, GasRefund(priced, maxTip, most));
    }

    function _action(int256 quantity, uint256 limitWad) private view returns (Action memory) {
        return Action(address(venue), address(asset), quantity, limitWad, "");
    }

    // ── Swaps ────────────────────────────────────────────────────────────────

    function _buys(int256 asked, int256 received, int256 paid) private returns (uint256) {
        venue.deals(received, paid);
        return vault.swap(_action(asked, 3030e18), PRICE, false);
    }

    function _sells(int256 asked, int256 received, int256 paid) private returns (uint256) {
        venue.deals(received, paid);
        return vault.swap(_action(asked, 2970e18), PRICE, false);
    }

    function test_buysAtTheBandAndNoUnitBeyond() public {
        assertEq(_buys(1e18, 1e18, -3030e6), 1e18);
        assertEq(_buys(1e18, 0.7e18, -2121e6), 0.7e18);
        assertEq(vault.cashOf(address(asset)), CASH + 1.7e18);
        assertEq(vault.cashOf(address(quote)), QUOTE_CASH - 5151e6);
        assertEq(quote.allowance(address(vault), address(venue)), 0);
        uint256 paid = uint256(3030e18) * (2121e6 + 1) / 2121e6;
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.PriceOutsideBand.selector, paid, 3030e18));
        this.buys(1e18, 0.7e18, -2121e6 - 1);
    }

    function test_sellsAtTheBandLessTheUnitThatRoundingCosts() public {
        assertEq(_sells(-1e18, -1e18, 2970e6), 1e18);
        assertEq(_sells(-1e18, -1e18, 2970e6 - 1), 1e18);
        assertEq(vault.cashOf(address(asset)), CASH - 2e18);
        assertEq(vault.cashOf(address(quote)), QUOTE_CASH + 5940e6 - 1);
        _refused(IVaultEvents.PriceOutsideBand.selector);
        this.sells(-1e18, -1e18, 2970e6 - 2);
        assertEq(_sells(-1e18, -0.3e18, 891e6), 0.3e18);
        assertEq(asset.allowance(address(vault), address(venue)), 0);
    }

    function test_aVenueGivesWhatWasAskedForAndNotMore() public {
        _refused(IVaultEvents.VenueMisbehaved.selector);
        this.buys(1e18, 1e18 + 1, -3000e6);
        _refused(IVaultEvents.VenueMisbehaved.selector);
        this.buys(1e18, 0, 0);
        _refused(IVaultEvents.VenueMisbehaved.selector);
        this.sells(-1e18, 0, 0);
        _refused(IVaultEvents.VenueMisbehaved.selector);
        this.sells(-1e18, 1, 0);
    }

    function test_noUnitOfQuoteBuysNothing() public {
        // a wei of the asset is worth less than a unit, which is what it may cost
        assertEq(_buys(1, 1, -1), 1);
    }

    function test_cashIsAllThereIs() public {
        assertEq(_sells(-int256(uint256(CASH)), -int256(uint256(CASH)), 150_000e6), CASH);
        _refund(address(0), 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, CASH, CASH + 1));
        this.sells(-int256(uint256(CASH)) - 1, -1e18, 3000e6);
        // what it cannot pay for it may still buy a part of
        assertEq(_buys(1000e18, 30e18, -90_000e6), 30e18);
    }

    function test_aVenueThatRevertsIsPassedOverWhereItMay() public {
        venue.breakIt();
        vm.expectRevert("broken");
        vault.swap(_action(1e18, 3030e18), PRICE, false);
        assertEq(vault.swap(_action(1e18, 3030e18), PRICE, true), 0);
        assertEq(vault.swap(_action(-1e18, 2970e18), PRICE, true), 0);
        assertFalse(vault.moveAccount(_action(-1e18, 0), true));
        assertFalse(vault.moveAccount(_action(1e18, 0), true));
        assertEq(quote.allowance(address(vault), address(venue)) + asset.allowance(address(vault), address(venue)), 0);
    }

    // ── Accounts ─────────────────────────────────────────────────────────────

    function test_anAccountMovesWhatItWasAskedTo() public {
        venue.deals(5e18, 0);
        vault.moveAccount(_action(5e18, 0.2e18), false);
        assertEq(vault.cashOf(address(asset)), CASH + 5e18);
        _refused(IVaultEvents.BorrowRateTooHigh.selector);
        vault.moveAccount(_action(5e18, 0.2e18 + 1), false);
        venue.deals(-7e18, 0);
        // no rate where nothing is borrowed
        vault.moveAccount(_action(-7e18, 1e18), false);
        assertEq(vault.cashOf(address(asset)), CASH - 2e18);
        venue.deals(5e18 + 1, 0);
        _refused(IVaultEvents.VenueMisbehaved.selector);
        vault.moveAccount(_action(5e18, 0), false);
        venue.deals(-5e18, 0);
        vault.moveAccount(_action(-7e18, 0), false);
        assertEq(asset.allowance(address(vault), address(venue)), 0);
        // a donation is no cash
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, CASH - 7e18, CASH));
        vault.moveAccount(_action(-int256(uint256(CASH)), 0), false);
    }

    // ── Gas ──────────────────────────────────────────────────────────────────

    /// 10^10 gas at (10 + 2) gwei are 120 ether, at 3000, of which four fifths are sure.
    function test_aRefundPaysForBaseFeeAndCappedTip() public {
        vm.fee(10 gwei);
        vm.txGasPrice(50 gwei);
        limits.minCash = 0;
        vault.set(limits, address(asset), CASH, 1e15, GasRefund(address(asset), 2 gwei, 1e24));
        quote.mint(address(vault), 1e15);
        uint256 left = vault.budgetLeft();
        vault.refundGas(1e10);
        assertApproxEqRel(quote.balanceOf(address(this)), 288_000e6, 1e14);
        assertEq(vault.cashOf(address(quote)), 1e15 - quote.balanceOf(address(this)));
        assertEq(left - vault.budgetLeft(), quote.balanceOf(address(this)) * 1e12);
        vm.txGasPrice(11 gwei);
        uint256 before_ = quote.balanceOf(address(this));
        vault.refundGas(1e10);
        assertApproxEqRel(quote.balanceOf(address(this)) - before_, 264_000e6, 1e14);
        // the start of a transaction counts
        before_ = quote.balanceOf(address(this));
        vault.refundGas(0);
        assertGt(quote.balanceOf(address(this)) - before_, 0.55e6);
    }

    function test_aRefundKeepsToItsCapTheBudgetAndTheCashAboveItsFloor() public {
        vm.fee(10 gwei);
        vm.txGasPrice(50 gwei);
        _refund(address(asset), 50 gwei, 7.0000019e18);
        vault.refundGas(1e10);
        assertEq(quote.balanceOf(address(this)), 7_000_001);
        _refund(address(asset), 50 gwei, 1e24);
        vault.refundGas(1e10);
        assertEq(vault.cashOf(address(quote)), 99_000e6);
        limits.budgetWad = 100e18;
        _refund(address(asset), 50 gwei, 1e24);
        uint256 before_ = quote.balanceOf(address(this));
        skip(30 days);
        vault.refundGas(1e10);
        assertEq(quote.balanceOf(address(this)) - before_, 50e6);
    }

    function test_whatCannotBePaidIsNotOwed() public {
        vm.fee(10 gwei);
        vm.txGasPrice(50 gwei);
        _refund(address(asset), 50 gwei, 7e18);
        quote.blacklist(address(this), true);
        vm.recordLogs();
        vault.refundGas(1e10);
        quote.blacklist(address(this), false);
        _refund(address(asset), 50 gwei, 1);
        vault.refundGas(1e10);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(vault.cashOf(address(quote)), QUOTE_CASH);
    }

    // ── Sums ─────────────────────────────────────────────────────────────────

    function _refused(bytes4 error) private {
        vm.expectPartialRevert(error);
    }

    /// From outside: the refusal expected is the next call's.
    function buys(int256 asked, int256 received, int256 paid) external {
        _buys(asked, received, paid);
    }

    function sells(int256 asked, int256 received, int256 paid) external {
        _sells(asked, received, paid);
    }
}
