// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {IShareQueue, ShareTerms} from "../interfaces/IShareQueue.sol";
import {CarryPool, Pool, Stake} from "./CarryPool.sol";

/// @title Who asked for what, and what became of it
/// @notice A controller has a short list of requests whose epoch is not struck and one claim for each direction, into which struck
/// requests are settled whenever it acts. Shares that wait for liquidity are a stake in one pool.
abstract contract Ledger is IShareQueue {
    using FixedPointMathLib for uint256;
    using SafeCastLib for uint256;
    using CarryPool for Pool;

    struct Request {
        uint64 epoch;
        uint192 amount;
    }

    struct Claim {
        uint128 assets;
        uint128 shares;
    }

    /// Totals of an epoch; `minted` once its deposits are struck, `entry` once its redemptions are.
    struct Epoch {
        uint64 cutoff;
        uint128 deposited;
        uint128 minted;
        uint128 requested;
        Stake entry;
    }

    uint256 public immutable epochLength;

    uint64 internal _open = 1;
    uint64 internal _struckDeposits;
    uint64 internal _struckRedeems;
    Pool internal _pool;
    mapping(uint64 => Epoch) internal _epochs;
    mapping(address controller => Request[]) internal _depositRequests;
    mapping(address controller => Request[]) internal _redeemRequests;
    mapping(address controller => Claim) private _depositClaims;
    mapping(address controller => Claim) private _redeemClaims;
    mapping(address controller => Stake) private _stakes;

    constructor(ShareTerms memory terms) {
        if (terms.epochLength < 1 hours || terms.epochLength > 30 days) {
            revert ParameterOutOfRange("epochLength", terms.epochLength);
        }
        if (terms.firstCutoff <= block.timestamp) revert ParameterOutOfRange("firstCutoff", terms.firstCutoff);
        epochLength = terms.epochLength;
        _epochs[1].cutoff = terms.firstCutoff.toUint64();
    }

    // ── Epochs ───────────────────────────────────────────────────────────────

    /// @dev Closes the open epoch if its cutoff has passed.
    /// @return the epoch that requests join now
    function _roll() internal returns (uint64) {
        uint256 cutoff = _epochs[_open].cutoff;
        if (block.timestamp < cutoff) return _open;
        _epochs[++_open].cutoff = _nextCutoff(cutoff).toUint64();
        return _open;
    }

    function _nextCutoff(uint256 cutoff) internal view returns (uint256) {
        return cutoff + ((block.timestamp - cutoff) / epochLength + 1) * epochLength;
    }

    // ── A controller's requests ──────────────────────────────────────────────

    function _readDeposits(address controller) internal view returns (uint256 pending, Claim memory claim) {
        claim = _depositClaims[controller];
        Request[] storage requests = _depositRequests[controller];
        for (uint256 i; i < requests.length; ++i) {
            Request memory request = requests[i];
            if (request.epoch > _struckDeposits) {
                pending += request.amount;
                continue;
            }
            Epoch storage epoch = _epochs[request.epoch];
            claim.assets += uint128(request.amount);
            claim.shares += uint256(request.amount).fullMulDiv(epoch.minted, epoch.deposited).toUint128();
        }
    }

    /// @return queued shares whose epoch is not struck
    /// @return carried shares whose epoch is struck but which wait for liquidity
    function _readRedeems(address controller) internal view returns (uint256 queued, uint256 carried, Claim memory claim) {
        claim = _redeemClaims[controller];
        carried = _readStake(_stakes[controller], claim);
        Request[] storage requests = _redeemRequests[controller];
        for (uint256 i; i < requests.length; ++i) {
            Request memory request = requests[i];
            if (request.epoch > _struckRedeems) {
                queued += request.amount;
                continue;
            }
            Stake memory stake = _epochs[request.epoch].entry;
            stake.shares = request.amount;
            carried += _readStake(stake, claim);
        }
    }

    /// @dev Adds to the claim what the stake was paid.
    function _readStake(Stake memory stake, Claim memory claim) private view returns (uint256 unpaid) {
        uint256 assets;
        (unpaid, assets) = _pool.read(stake);
        claim.assets += assets.toUint128();
        claim.shares += (stake.shares - unpaid).toUint128();
    }

    function _settleDeposits(address controller) internal returns (Claim storage claim) {
        claim = _depositClaims[controller];
        (, _depositClaims[controller]) = _readDeposits(controller);
        _dropStruck(_depositRequests[controller], _struckDeposits);
    }

    function _settleRedeems(address controller) internal returns (Claim storage claim) {
        claim = _redeemClaims[controller];
        uint256 carried;
        (, carried, _redeemClaims[controller]) = _readRedeems(controller);
        _stakes[controller] = _pool.restake(carried);
        _dropStruck(_redeemRequests[controller], _struckRedeems);
    }

    /// @dev Requests are in order of epoch. Only unstruck epochs stay, so the list is as short as strikes are prompt.
    function _dropStruck(Request[] storage requests, uint64 struck_) private {
        uint256 length = requests.length;
        uint256 first;
        while (first < length && requests[first].epoch <= struck_) ++first;
        if (first == 0) return;
        for (uint256 i = first; i < length; ++i) {
            requests[i - first] = requests[i];
        }
        for (uint256 i; i < first; ++i) {
            requests.pop();
        }
    }

    /// @dev Takes settled requests back from the epoch `first` on.
    function _drop(Request[] storage requests, uint64 first, bool isDeposit) internal returns (uint256 amount) {
        for (uint256 i = requests.length; i != 0; --i) {
            Request memory request = requests[i - 1];
            if (request.epoch < first) break;
            requests.pop();
            Epoch storage epoch = _epochs[request.epoch];
            if (isDeposit) epoch.deposited -= uint128(request.amount);
            else epoch.requested -= uint128(request.amount);
            amount += request.amount;
        }
    }

    function _leavePool(address controller) internal returns (uint256 unpaid) {
        unpaid = _stakes[controller].shares;
        _pool.takeOut(unpaid);
        delete _stakes[controller];
    }

    function _append(Request[] storage requests, uint64 epoch, uint256 amount) internal {
        uint256 length = requests.length;
        if (length != 0 && requests[length - 1].epoch == epoch) {
            requests[length - 1].amount += amount.toUint192();
        } else {
            requests.push(Request(epoch, amount.toUint192()));
        }
    }
}
