// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IShareQueue, ShareTerms} from "../../contracts/interfaces/IShareQueue.sol";
import {QueueFixture} from "./fixture/QueueFixture.sol";
import {Token} from "./fixture/Tokens.sol";

/// After every step of a random history: what the queue holds covers every request and claim, no money appears or vanishes, and
/// what one user does changes nothing of another's.
contract ShareQueueConservationTest is QueueFixture {
    uint256 private constant STEPS = 16;
    uint256 private constant USERS = 3;

    /// What a user has in the queue: 0 assets asked for deposit, 1 shares to claim, 2 shares asked for redemption,
    /// 3 shares owned, 4 assets to claim.
    uint256 private constant SIDES = 5;

    address[USERS] private users = [address(0xa), address(0xb), address(0xc)];
    uint256 private entropy;
    /// Ghosts: tokens made, tokens lost by the vault.
    uint256 private minted;
    uint256 private lost;
    uint256[USERS] private paidIn;
    uint256[USERS] private paidOut;
    bool private moves;

    function _start(uint256 seed, bool isMoving) private {
        (entropy, moves) = (seed, isMoving);
        ShareTerms memory terms = _terms();
        if (isMoving) terms.spreadWad = _random(2) * 0.003e18;
        if (isMoving) (terms.managementFeeWad, terms.performanceFeeWad) = (_random(5) * 0.01e18, _random(4) * 0.1e18);
        uint8 decimals = uint8([6, 8, 18][_random(3)]);
        terms.minDeposit = 1 + _random(10 ** decimals);
        _open(new Token("T", decimals), decimals, terms);
        _invest(users[0], _give(0, terms.minDeposit * (1 + _random(1e6))));
    }

    /// hardhat-config: fuzz.runs = 1000
    function testFuzz_conservedThroughAnyHistory(uint256 seed) public {
        _start(seed, true);
        for (uint256 i; i < STEPS; ++i) {
            _step();
            _checkCovered();
        }
        _exitAll();
        // Only roundings stay behind: of shares a unit for each payment, of assets one for each claim.
        assertLe(token.balanceOf(address(queue)), 3 * STEPS, "assets left in the queue");
        assertLe(queue.balanceOf(address(queue)), STEPS * 1e13, "shares left in the queue");
    }

    /// hardhat-config: fuzz.runs = 1000
    function testFuzz_aClosedVaultPaysEverythingToItsShares(uint256 seed) public {
        _start(seed, true);
        for (uint256 i; i < STEPS; ++i) _step();
        // The spread of the last to leave is the next depositor's: a vault that closes without shares has it left.
        bool hasOwners = queue.totalSupply() != 0;
        ledger.setWindDown(block.timestamp, true);
        for (uint256 i; i < USERS; ++i) _leaveClosed(users[i]);
        _checkCovered();
        uint256 fees = queue.balanceOf(RECIPIENT);
        vm.prank(RECIPIENT);
        if (fees != 0) queue.redeemInKind(fees, RECIPIENT, RECIPIENT);
        uint256 supply = queue.totalSupply();
        assertLe(supply, STEPS * 1e13, "shares left");
        if (supply == 0 && hasOwners) assertEq(ledger.cash(), 0, "assets without an owner");
        assertLe(token.balanceOf(address(queue)), 3 * STEPS, "assets left in the queue");
    }

    function _leaveClosed(address user) private {
        vm.startPrank(user);
        if (queue.pendingDepositRequest(0, user) != 0) queue.cancelDepositRequest(0, user, user);
        if (queue.pendingRedeemRequest(0, user) != 0) queue.cancelRedeemRequest(0, user, user);
        vm.stopPrank();
        _claimShares(user);
        _claimAssets(user);
        uint256 shares = queue.balanceOf(user);
        if (shares == 0) return;
        uint256 due = ledger.cash() * shares / queue.totalSupply();
        uint256 before = token.balanceOf(user);
        vm.prank(user);
        queue.redeemInKind(shares, user, user);
        assertEq(token.balanceOf(user) - before, due, "its part");
    }

    /// hardhat-config: fuzz.runs = 1000
    function testFuzz_withoutGainsAndSpreadNobodyTakesOutMoreThanHePaidIn(uint256 seed) public {
        _start(seed, false);
        for (uint256 i; i < STEPS; ++i) _step();
        _exitAll();
        // But for a unit of the others' roundings at each step.
        for (uint256 user; user < USERS; ++user) assertLe(paidOut[user], paidIn[user] + STEPS, "round trip");
    }

    function _step() private {
        uint256 action = _random(moves ? 12 : 9);
        if (action == 8) return _strikeIfSolvent();
        if (action > 8) return _moveVault(action);
        uint256 actor = _random(USERS);
        uint256[SIDES * USERS] memory before = _sides();
        uint256 price = queue.convertToAssets(1e36);
        _act(action, actor);
        assertEq(queue.convertToAssets(1e36), price, "a user moved the price");
        uint256[SIDES * USERS] memory after_ = _sides();
        for (uint256 i; i < after_.length; ++i) {
            if (i / SIDES != actor) assertEq(after_[i], before[i], "another's side moved");
        }
        // Whatever the actor did, its own shares and claims never grew by more than it gave up elsewhere.
        uint256 own = actor * SIDES;
        assertLe(after_[own + 1] + after_[own + 2] + after_[own + 3], before[own + 1] + before[own + 2] + before[own + 3], "shares from nothing");
    }

    /// What waits may be past its cutoff: then, and only then, there is nothing to take back.
    function _onlyNothingToCancel(bytes memory reason) private pure {
        assertTrue(bytes4(reason) == IShareQueue.NothingToCancel.selector, "refused for another reason");
    }

    function _act(uint256 action, uint256 actor) private {
        address user = users[actor];
        uint256 shares = queue.balanceOf(user);
        vm.startPrank(user);
        if (action == 0) {
            vm.stopPrank();
            _request(user, _give(actor, _minimum() * (1 + _random(1e6))));
        } else if (action == 1 && shares != 0) {
            queue.requestRedeem(_random(2) == 0 ? shares : _atLeastMinimum(shares), user, user);
        } else if (action == 2 && queue.pendingDepositRequest(0, user) != 0) {
            try queue.cancelDepositRequest(0, user, user) returns (uint256 assets) {
                paidOut[actor] += assets;
            } catch (bytes memory reason) {
                _onlyNothingToCancel(reason);
            }
        } else if (action == 3 && queue.pendingRedeemRequest(0, user) != 0) {
            try queue.cancelRedeemRequest(0, user, user) returns (uint256 back) {
                assertGt(back, 0);
            } catch (bytes memory reason) {
                _onlyNothingToCancel(reason);
            }
        } else if (action == 4) {
            queue.deposit(_random(queue.maxDeposit(user) + 1), user);
        } else if (action == 5) {
            queue.mint(_random(queue.maxMint(user) + 1), user);
        } else if (action == 6) {
            paidOut[actor] += queue.redeem(_random(queue.maxRedeem(user) + 1), user, user);
        } else if (action == 7) {
            uint256 assets = _random(queue.maxWithdraw(user) + 1);
            queue.withdraw(assets, user, user);
            paidOut[actor] += assets;
        }
        vm.stopPrank();
    }

    function _moveVault(uint256 action) private {
        uint256 cash = ledger.cash();
        if (action == 9) {
            uint256 amount = _random(cash / 2 + 1);
            minted += amount;
            _gain(amount);
        } else if (action == 10) {
            uint256 amount = _random(cash / 2 + 1);
            lost += amount;
            ledger.lose(amount);
        } else {
            ledger.tieUp(_random(cash + 1));
            ledger.setPaused(_random(4) == 0);
        }
    }

    /// A vault that lost everything cannot price its shares.
    function _strikeIfSolvent() private {
        if (ledger.cash() == 0 && queue.totalSupply() != 0) return;
        uint256 free = ledger.freeLiquidity();
        uint256 before = token.balanceOf(address(queue));
        _strike();
        uint256 held = token.balanceOf(address(queue));
        if (held > before) assertLe(held - before, free, "more than was free");
    }

    /// What the queue has covers all it owes, in assets and in shares, and no token is unaccounted for.
    function _checkCovered() private view {
        uint256 assets;
        uint256 shares;
        uint256 owned;
        for (uint256 i; i < USERS; ++i) {
            assets += queue.pendingDepositRequest(0, users[i]) + queue.maxWithdraw(users[i]);
            shares += queue.maxMint(users[i]) + queue.pendingRedeemRequest(0, users[i]);
            owned += token.balanceOf(users[i]);
        }
        uint256 held = token.balanceOf(address(queue));
        assertLe(assets, held, "assets owed");
        assertLe(shares, queue.balanceOf(address(queue)), "shares owed");
        assertEq(held + ledger.cash() + owned + token.balanceOf(RECIPIENT) + lost, minted, "conservation");
        assertEq(token.balanceOf(address(ledger)), ledger.cash(), "the vault's own cash");
    }

    function _exitAll() private {
        ledger.tieUp(0);
        ledger.setPaused(false);
        _strikeAll();
        for (uint256 round; round < 2; ++round) {
            for (uint256 i; i < USERS; ++i) {
                _claimShares(users[i]);
                paidOut[i] += _claimAssets(users[i]);
                uint256 shares = queue.balanceOf(users[i]);
                if (shares != 0) _redeem(users[i], shares);
            }
            _strikeAll();
        }
        for (uint256 i; i < USERS; ++i) {
            paidOut[i] += _claimAssets(users[i]);
            assertEq(queue.pendingDepositRequest(0, users[i]), 0, "deposit stuck");
            assertEq(queue.balanceOf(users[i]), 0, "shares stuck");
        }
    }

    /// Deposits that waited for a pause to end are struck epoch by epoch.
    function _strikeAll() private {
        _strikeIfSolvent();
        while (ledger.cash() != 0 || queue.totalSupply() == 0) {
            (uint64 deposits,) = queue.struck();
            (uint64 open,) = queue.openEpoch();
            if (deposits + 1 >= open) return;
            queue.strike();
        }
    }

    function _sides() private view returns (uint256[SIDES * USERS] memory sides) {
        for (uint256 i; i < USERS; ++i) {
            sides[i * SIDES] = queue.pendingDepositRequest(0, users[i]);
            sides[i * SIDES + 1] = queue.maxMint(users[i]);
            sides[i * SIDES + 2] = queue.pendingRedeemRequest(0, users[i]);
            sides[i * SIDES + 3] = queue.balanceOf(users[i]);
            sides[i * SIDES + 4] = queue.maxWithdraw(users[i]);
        }
    }

    function _minimum() private view returns (uint256) {
        return queue.minDeposit();
    }

    /// Shares to redeem that are not too few, or all of them.
    function _atLeastMinimum(uint256 shares) private returns (uint256) {
        uint256 least = _minimum() * 10 ** (queue.decimals() - token.decimals());
        return shares <= least ? shares : least + _random(shares - least + 1);
    }

    function _give(uint256 user, uint256 amount) private returns (uint256) {
        minted += amount;
        paidIn[user] += amount;
        return amount;
    }

    function _random(uint256 below) private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % below;
    }
}
