// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionMarket} from "../../../contracts/interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {Greeks, IRiskEngine, Leg} from "../../../contracts/interfaces/IRiskEngine.sol";
import {
    Boundaries,
    EmergencyRoute,
    EmergencySwap,
    GasRefund,
    IVaultEvents,
    Limits,
    VenueKind
} from "../../../contracts/interfaces/IVault.sol";
import {EmergencyHedge} from "../../../contracts/vault/EmergencyHedge.sol";
import {KeelTest} from "../fixture/KeelTest.sol";
import {Token} from "../fixture/Tokens.sol";

/// An emergency hedge with a state of one's choice.
contract NeglectedVault is EmergencyHedge {
    /// Who makes it is its oracle and its engine.
    constructor(address quote) EmergencyHedge(msg.sender, IERC20(quote), IOptionMarket(quote), IRiskEngine(msg.sender), IPriceOracle(msg.sender)) {
        _assets[quote].decimals = 6;
    }

    function set(address asset, Limits memory limits, Boundaries memory boundaries, EmergencyRoute memory route) external {
        _limits = limits;
        (_assets[asset].decimals, _assets[asset].legs) = (8, 1);
        (_assets[asset].onAccounts, _assets[address(quoteAsset)].onAccounts) = (true, true);
        _setBoundaries(asset, boundaries);
        EmergencyRoute storage stored = _emergencyRoutes[asset];
        (stored.silence, stored.deltaLimit) = (route.silence, route.deltaLimit);
        (stored.collateralWad, stored.account) = (route.collateralWad, route.account);
        delete stored.swaps;
        for (uint256 i; i < route.swaps.length; ++i) {
            stored.swaps.push(route.swaps[i]);
            _venues[route.swaps[i].venue] = VenueKind.Swap;
        }
        delete _accounts;
        if (route.account == address(0)) return;
        _venues[route.account] = VenueKind.Account;
        _accounts.push(route.account);
    }

    function delist(address venue) external {
        _venues[venue] = VenueKind.None;
    }

    function hold(address asset, uint112 cash, uint112 quoteCash) external {
        (_assets[asset].cash, _assets[address(quoteAsset)].cash) = (cash, quoteCash);
    }

    function lastHedged(uint64 byKeeper, uint64 byAnyone) external {
        (_lastRebalance, _lastEmergency) = (byKeeper, byAnyone);
    }

    function refund(GasRefund memory refund_) external {
        (_gasRefund, _refundsGas) = (refund_, true);
    }

    function cashOf(address asset) external view returns (uint256) {
        return _assets[asset].cash;
    }

    function left() external view returns (uint256 budget, uint256 turnover) {
        budget = _budget.left(_limits.budgetWad, _limits.window);
        turnover = _deltaTurnover.left(_limits.deltaTurnoverWad, _limits.window);
    }
}

/// Fills up to its depth at its price.
contract DepthVenue {
    Token private immutable _quote;
    uint256 public depth;
    uint256 public priceUnits;

    constructor(Token quote) {
        _quote = quote;
    }

    /// Quote units for a whole asset.
    function set(uint256 depth_, uint256 priceUnits_) external {
        (depth, priceUnits) = (depth_, priceUnits_);
    }

    function trade(Token asset, int256 quantity, uint256, bytes calldata) external returns (int256, int256) {
        require(depth != 0, "empty");
        bool buys = quantity > 0;
        uint256 amount = uint256(buys ? quantity : -quantity);
        if (amount > depth) amount = depth;
        uint256 paid = amount * priceUnits / 1e8;
        (Token given, Token taken) = buys ? (asset, _quote) : (_quote, asset);
        given.mint(msg.sender, buys ? amount : paid);
        require(taken.transferFrom(msg.sender, address(this), buys ? paid : amount));
        return (quantity, 0);
    }
}

/// A loan account whose health is one number after another: one more after each movement.
contract LoanAccount {
    mapping(address asset => int256) public exposure;
    uint256[] private _healths;
    uint256 private _moves;
    bool public lends = true;
    bool public credits = true;

    function set(uint256[] memory healths, bool lends_, bool credits_) external {
        (_healths, _moves, lends, credits) = (healths, 0, lends_, credits_);
    }

    function open(address asset, int256 amount) external {
        exposure[asset] = amount;
    }

    function health() external view returns (uint256) {
        return _healths[_moves < _healths.length ? _moves : _healths.length - 1];
    }

    function trade(Token asset, int256 quantity, uint256, bytes calldata) external returns (int256, int256) {
        require(quantity < 0 || lends || exposure[address(asset)] >= quantity, "lends nothing");
        ++_moves;
        if (quantity > 0 || credits) exposure[address(asset)] -= quantity;
        if (quantity > 0) asset.mint(msg.sender, uint256(quantity));
        else require(asset.transferFrom(msg.sender, address(this), uint256(-quantity)));
        return (quantity, 0);
    }
}

/// Sizes and limits to the unit; the same on Uniswap and Aave: emergencyHedge.test.ts. A whole asset has 10^8 units.
contract EmergencyHedgeTest is KeelTest {
    uint256 private constant NOW = 1_800_000_000;

    Token private quote = new Token("USDC", 6);
    Token private asset = new Token("ASSET", 8);
    DepthVenue private first = new DepthVenue(quote);
    DepthVenue private second = new DepthVenue(quote);
    LoanAccount private account = new LoanAccount();
    NeglectedVault private vault = new NeglectedVault(address(quote));

    Limits private limits;
    EmergencyRoute private route;
    uint128 private inside = 5e18;
    uint256 private priceWad = 3000e18;
    int256[3] private deltas = [int256(20e18), 20e18, 20e18];

    // ── Its oracle and its engine ────────────────────────────────────────────

    function price(address) external view returns (uint256, uint256) {
        return (priceWad, block.timestamp);
    }

    function strictPrice(address) external view returns (uint256, uint256) {
        return (priceWad, block.timestamp);
    }

    function exposures(address, uint256, Leg[] calldata) external view returns (Greeks memory greeks, int256, int256, uint256) {
        greeks.delta = deltas[0];
        return (greeks, deltas[1], deltas[2], block.timestamp);
    }

    // ── What it starts from ──────────────────────────────────────────────────

    /// 20 too long, 30 held against a target of 30, an hour after the keeper's last trade.
    function setUp() public {
        vm.warp(NOW);
        (limits.budgetWad, limits.deltaTurnoverWad, limits.window, limits.cooldown) = (1e24, 1e24, 1 days, 60);
        (limits.oracleBandWad, limits.healthFloorWad, limits.maxBorrowRateWad, limits.minCash) = (0.01e18, 1.3e18, 0.2e18, 1000e6);
        limits.maxSurfaceAge = 1 hours;
        (route.silence, route.deltaLimit, route.collateralWad, route.account) = (3600, 10e18, 2e18, address(account));
        route.swaps.push(EmergencySwap(address(first), ""));
        route.swaps.push(EmergencySwap(address(second), ""));
        first.set(1000e8, 3000e6);
        second.set(1000e8, 3000e6);
        _healths(type(uint256).max, type(uint256).max);
        vault.lastHedged(uint64(NOW - 3600), 0);
        asset.mint(address(vault), 1e20);
        quote.mint(address(vault), 1e20);
        _hold(30e8, 100_000e6, 30e18);
    }

    function _set(int128 target) private {
        vault.set(address(asset), limits, Boundaries(inside, 1e18, 1e18, target), route);
    }

    function _hold(uint112 cash, uint112 quoteCash, int128 target) private {
        vault.hold(address(asset), cash, quoteCash);
        _set(target);
    }

    function _healths(uint256 before_, uint256 after_) private {
        uint256[] memory healths = new uint256[](2);
        (healths[0], healths[1]) = (before_, after_);
        account.set(healths, true, true);
    }

    function _deltas(int256 posted, int256 calm, int256 wild) private {
        deltas = [posted, calm, wild];
    }

    function _moves(int256 moved) private {
        assertEq(vault.emergencyHedge(address(asset)), moved);
    }

    function _refused(bytes4 error) private {
        vm.expectPartialRevert(error);
        vault.emergencyHedge(address(asset));
    }

    // ── Whether ──────────────────────────────────────────────────────────────

    function test_silenceIsOverOnItsSecondAndOnlyBeyondTheLimit() public {
        vm.warp(NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NoEmergency.selector, address(asset), 20e18, 10e18, NOW));
        vault.emergencyHedge(address(asset));
        vm.warp(NOW);
        route.deltaLimit = 20e18;
        _set(30e18);
        _refused(IVaultEvents.NoEmergency.selector);
        route.deltaLimit = 20e18 - 1;
        _set(30e18);
        vm.expectEmit();
        emit IVaultEvents.EmergencyHedged(address(this), address(asset), -20e18, -20e18, 0);
        _moves(-20e18);
        assertEq(vault.cashOf(address(asset)), 10e8);
    }

    function test_itsCooldownEndsOnItsSecond() public {
        vault.lastHedged(uint64(NOW - 3600), uint64(NOW - 59));
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CooldownActive.selector, NOW + 1));
        vault.emergencyHedge(address(asset));
        vault.lastHedged(uint64(NOW - 3600), uint64(NOW - 60));
        _moves(-20e18);
    }

    function test_itTradesWhatAllThreeVolsAgreeOn() public {
        _deltas(20e18, 15e18, 25e18);
        _moves(-15e18);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        _deltas(20e18, 25e18, 12e18);
        _moves(-12e18);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        _deltas(20e18, -1, 20e18);
        _refused(IVaultEvents.NothingImproved.selector);
        _deltas(20e18, 20e18, -1);
        _refused(IVaultEvents.NothingImproved.selector);
    }

    function test_itBuysWhatIsShort() public {
        _hold(0, 100_000e6, 0);
        _deltas(-20e18, -15e18, -25e18);
        _moves(15e18);
        assertEq(vault.cashOf(address(quote)), 55_000e6);
        assertEq(vault.cashOf(address(asset)), 15e8);
    }

    // ── How much ─────────────────────────────────────────────────────────────

    function test_turnoverAndBudgetAreKeptToTheUnit() public {
        limits.deltaTurnoverWad = 60_000e18;
        _set(30e18);
        _moves(-10e18);
        (, uint256 turnover) = vault.left();
        assertEq(turnover, 0);
        skip(1 days);
        _hold(30e8, 100_000e6, 30e18);
        // 300 pay a band of 30 on each of ten; both legs may round by a unit
        (limits.deltaTurnoverWad, limits.budgetWad) = (1e24, 600e18 + 4e12);
        _set(30e18);
        _moves(-10e18);
    }

    function test_whatItCostsAndTurnsOverIsSpent() public {
        first.set(1000e8, 2980e6);
        priceWad = 3000e18 + 1;
        _deltas(15.5e18, 15.5e18, 15.5e18);
        (uint256 budget, uint256 turnover) = vault.left();
        _moves(-15.5e18);
        (uint256 budgetAfter, uint256 turnoverAfter) = vault.left();
        assertApproxEqAbs(budget - budgetAfter, 310e18, 20);
        assertEq(turnover - turnoverAfter, 46_500e18 + 15);
    }

    function test_itBuysWhatTheCashAboveItsFloorIsSureToPay() public {
        _hold(0, 31_300e6, 0);
        _deltas(-20e18, -20e18, -20e18);
        first.set(1000e8, 3030e6);
        _moves(10e18);
        assertEq(vault.cashOf(address(quote)), 1000e6);
    }

    function test_aTradeThatImprovesNothingIsRefusedWhoeverIsToBlame() public {
        // the account takes what was bought to repay it, and credits nothing
        inside = 25e18;
        account.open(address(asset), -40e8);
        uint256[] memory healths = new uint256[](1);
        healths[0] = 2e18;
        account.set(healths, true, false);
        _hold(0, 100_000e6, -40e18);
        _deltas(-20e18, -20e18, -20e18);
        _refused(IVaultEvents.NothingImproved.selector);
    }

    // ── Where ────────────────────────────────────────────────────────────────

    function test_eachVenueIsAskedForWhatTheOnesBeforeDidNotFill() public {
        first.set(12e8, 3000e6);
        _moves(-20e18);
        assertEq(asset.balanceOf(address(first)), 12e8);
        assertEq(asset.balanceOf(address(second)), 8e8);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        vault.delist(address(first));
        second.set(3e8, 3000e6);
        _moves(-3e18);
    }

    function test_withoutAnAccountItSellsWhatItHolds() public {
        route.account = address(0);
        _hold(4e8, 100_000e6, 4e18);
        _moves(-4e18);
    }

    function test_itWithdrawsThenBorrowsOnFreshCollateral() public {
        account.open(address(asset), 5e8);
        _hold(10e8, 100_000e6, 15e18);
        _moves(-20e18);
        assertEq(account.exposure(address(asset)), -5e8);
        assertEq(account.exposure(address(quote)), 30_000e6);
        assertEq(vault.cashOf(address(quote)), 130_000e6);
    }

    function test_itBorrowsWhatTheSpareQuoteSecures() public {
        account.open(address(asset), 5e8);
        _hold(10e8, 11_000e6, 15e18);
        _moves(-16.66666666e18);
        assertEq(account.exposure(address(asset)), -1.66666666e8);
        assertEq(account.exposure(address(quote)), 10_000e6);
    }

    function test_whereNothingIsLentTheCollateralComesBack() public {
        uint256[] memory healths = new uint256[](1);
        healths[0] = type(uint256).max;
        account.set(healths, false, true);
        _hold(10e8, 100_000e6, 10e18);
        _moves(-10e18);
        assertEq(account.exposure(address(quote)), 0);
        assertEq(vault.cashOf(address(quote)), 130_000e6);
    }

    // ── Health ───────────────────────────────────────────────────────────────

    /// The keeper is awake; the account owes 10 and a unit with a health of 1.04 where 1.3 is the floor.
    function _unhealthy(int256 delta, uint112 cash, uint256 after_) private {
        vault.lastHedged(uint64(NOW), 0);
        account.open(address(asset), -10e8 - 1);
        _healths(1.04e18, after_);
        _hold(cash, 100_000e6, int128(uint128(cash)) * 1e10 - 10e18 - 1e10);
        _deltas(delta, delta, delta);
    }

    /// (10^9 + 1) · 0.26 / 1.3 rounded up, and one.
    function test_itRepaysWhatTheFloorAsksFor() public {
        _unhealthy(5e18, 30e8, 1.3e18);
        _moves(0);
        assertEq(account.exposure(address(asset)), -10e8 - 1 + 200_000_002);
        // on its floor it needs no collateral
        assertEq(account.exposure(address(quote)), 0);
        _healths(1.3e18, 1.3e18);
        skip(60);
        _refused(IVaultEvents.NoEmergency.selector);
    }

    function test_itBuysBackWhatItCannotRepayWhereDeltaIsShort() public {
        _unhealthy(-5e18, 0.5e8, 1.3e18);
        _moves(1.50000002e18);
        assertEq(account.exposure(address(asset)), -10e8 - 1 + 200_000_002);
        skip(60);
        _unhealthy(-1e18, 0, 1.3e18);
        _moves(1e18);
    }

    function test_whereDeltaIsLongItRepaysFromCashAndTradesNothing() public {
        _unhealthy(5e18, 1e8, 1.2e18);
        _moves(0);
        assertEq(account.exposure(address(asset)), -9e8 - 1);
    }

    /// (30000.00003 + 600) · 0.26 · 2, each step rounded up.
    function test_elseItAddsCollateral() public {
        _unhealthy(5e18, 0, 1.3e18);
        account.open(address(quote), -600e6);
        vault.hold(address(asset), 0, 100_600e6);
        _moves(0);
        assertEq(account.exposure(address(quote)) + 600e6, 15_912_000_016);
        skip(60);
        _unhealthy(5e18, 0, 1.3e18);
        account.open(address(quote), 0);
        vault.hold(address(asset), 0, 1500e6);
        _moves(0);
        assertEq(account.exposure(address(quote)), 500e6);
    }

    function test_anUnhealthyAccountLendsNothing() public {
        _unhealthy(20e18, 2e8, 1.1e18);
        vault.lastHedged(uint64(NOW - 3600), 0);
        _moves(-2e18);
        assertEq(account.exposure(address(asset)), -10e8 - 1);
    }

    function test_anAccountBelowItsFloorIsNoWorseAfterwards() public {
        _hold(10e8, 100_000e6, 10e18);
        _healths(2e18, 1.3e18 - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.HealthTooLow.selector, 1.3e18 - 1, 1.3e18));
        vault.emergencyHedge(address(asset));
        _healths(2e18, 1.3e18);
        _moves(-20e18);
        skip(60);
        _unhealthy(20e18, 5e8, 1.04e18);
        vault.lastHedged(uint64(NOW - 3600), 0);
        _moves(-5e18);
    }

    function test_healthThatStaysIsNoImprovement() public {
        _unhealthy(5e18, 30e8, 1.04e18);
        _refused(IVaultEvents.NothingImproved.selector);
        _unhealthy(5e18, 30e8, 1.04e18 + 1);
        _moves(0);
    }

    // ── Whom it pays ─────────────────────────────────────────────────────────

    function _paid() private returns (bool) {
        vm.fee(10 gwei);
        vm.txGasPrice(11 gwei);
        vault.refund(GasRefund(address(asset), 1 gwei, 1e18));
        uint256 before_ = quote.balanceOf(address(this));
        vault.emergencyHedge(address(asset));
        skip(60);
        return quote.balanceOf(address(this)) != before_;
    }

    function test_itPaysForAnEighthOfWhatWasWantedOrAHealthierAccount() public {
        route.swaps.pop();
        _set(30e18);
        first.set(2.5e8, 3000e6);
        assertTrue(_paid());
        _hold(30e8, 100_000e6, 30e18);
        first.set(2.5e8 - 1, 3000e6);
        assertFalse(_paid());
        // health that rises where none was wanting is no use
        _hold(0, 100_000e6, -1e18);
        account.open(address(asset), -1e8);
        _deltas(-20e18, -20e18, -20e18);
        first.set(1e8, 3000e6);
        _healths(2e18, 3e18);
        assertFalse(_paid());
        _unhealthy(5e18, 30e8, 1.3e18);
        assertTrue(_paid());
    }
}
