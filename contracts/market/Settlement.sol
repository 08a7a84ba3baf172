// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAggregatorProxy} from "../interfaces/IAggregatorProxy.sol";
import {IOptionMarket} from "../interfaces/IOptionMarket.sol";

/// @title Listing, and one settlement price per underlying and expiry
/// @notice A round is valid when it can be read, its answer is positive and its time is not zero; `answeredInRound` is deprecated and ignored.
///
/// Which round settles. A retired aggregator may go on reporting, a new one may have reported for days before the proxy switches
/// to it, and the proxy does not tell when it switched: round data alone cannot say which phase was current at expiry. So every
/// fill before expiry records the proxy's phase, and the price comes from
///
///   the lowest phase, from the recorded one upward, that has a valid round within SILENCE after expiry:
///   its first valid round at or after expiry.
///
/// Once SILENCE has passed nothing can change which round that is, and before that only the recorded phase can settle.
/// If no phase reported within SILENCE, the newest phase settles with its first valid round after expiry, however late.
///
/// Trust: each aggregator's round times never decrease, and the ids of its valid rounds, counted from 0, never jump by more than MAX_GAP.
///
/// A feed that stops for good before expiry and is not given another aggregator. FALLBACK_AFTER past expiry, and only while the feed's
/// latest answer is still from before expiry or cannot be read, the admin may propose a price. It becomes final CHALLENGE later unless a
/// round has settled the expiry by then or the feed reports again, which voids it: while any round can settle, anyone can let it.
/// Trust: of a dead feed the admin's price is believed, after 21 days and its own delay in public; of a living one never.
abstract contract Settlement is AccessManaged, IOptionMarket {
    struct Listing {
        IAggregatorProxy feed;
        uint8 feedDecimals;
        uint8 decimals;
    }

    struct Fixing {
        uint16 phase;
        uint240 priceWad;
    }

    struct Fallback {
        uint192 priceWad;
        uint64 finalAt;
    }

    /// @notice Longer than the heartbeat of any price feed: an aggregator silent for so long after expiry is retired.
    uint256 public constant SILENCE = 26 hours;

    /// @notice Most ids by which a valid round may follow the last; the walk over invalid ids ends there.
    uint256 public constant MAX_GAP = 128;

    /// @notice How long past expiry a feed must have been dead before its price may be proposed: longer than SILENCE and an exit.
    uint256 public constant FALLBACK_AFTER = 14 days;

    /// @notice How long a proposed price waits for a round to void it.
    uint256 public constant CHALLENGE = 7 days;

    // With less than this a read could run out of gas inside the feed and pass for a missing round.
    uint256 private constant PROBE_GAS = 300_000;

    mapping(address underlying => Listing) internal _listings;
    mapping(address underlying => mapping(uint256 expiry => Fixing)) private _fixings;
    mapping(address underlying => mapping(uint256 expiry => Fallback)) private _fallbacks;

    /// @inheritdoc IOptionMarket
    function settle(address underlying, uint256 expiry, uint80 roundId, uint80 previousId) external {
        Fixing storage fixing = _unsettled(underlying, expiry);
        Listing memory listing = _listings[underlying];
        uint16 phase = fixing.phase;
        _requirePhase(roundId, phase);
        _requireBefore(listing.feed, previousId, phase, expiry);

        (bool valid, uint256 answer, uint256 updatedAt) = _round(listing.feed, roundId);
        if (!valid || updatedAt < expiry) revert RoundInvalid(roundId);
        if (updatedAt >= expiry + SILENCE && phase != listing.feed.phaseId()) revert RoundTooLate(roundId, expiry + SILENCE);

        if (roundId <= previousId) revert RoundNotFirst(roundId);
        if (roundId - previousId > MAX_GAP) revert GapTooLong(previousId, roundId);
        for (uint80 id = previousId + 1; id < roundId; ++id) {
            (valid,,) = _round(listing.feed, id);
            if (valid) revert RoundNotFirst(roundId);
        }

        uint256 priceWad = answer * 10 ** (18 - listing.feedDecimals);
        fixing.priceWad = SafeCast.toUint240(priceWad);
        emit Settled(underlying, expiry, priceWad, roundId);
    }

    /// @inheritdoc IOptionMarket
    function passPhase(address underlying, uint256 expiry, uint80 lastId) external {
        Fixing storage fixing = _unsettled(underlying, expiry);
        IAggregatorProxy feed = _listings[underlying].feed;
        uint16 phase = fixing.phase;
        uint256 end = expiry + SILENCE;
        if (block.timestamp < end || phase >= feed.phaseId()) revert PhaseNotSilent(phase);
        // A feed that refuses to be read at all would look empty.
        feed.latestRoundData();

        _requireBefore(feed, lastId, phase, expiry);
        for (uint256 step = 1; step <= MAX_GAP; ++step) {
            (bool valid,, uint256 updatedAt) = _round(feed, lastId + uint80(step));
            if (!valid) continue;
            if (updatedAt < end) revert PhaseNotSilent(phase);
            break;
        }

        fixing.phase = phase + 1;
        emit PhasePassed(underlying, expiry, phase);
    }

    /// @inheritdoc IOptionMarket
    function proposeFallback(address underlying, uint256 expiry, uint256 priceWad) external restricted {
        _unsettled(underlying, expiry);
        uint256 from = expiry + FALLBACK_AFTER;
        if (block.timestamp < from) revert FallbackTooEarly(from);
        if (priceWad == 0) revert FallbackMissing(underlying, expiry);
        _requireDead(underlying, expiry);
        uint256 finalAt = block.timestamp + CHALLENGE;
        _fallbacks[underlying][expiry] = Fallback(SafeCast.toUint192(priceWad), uint64(finalAt));
        emit FallbackProposed(underlying, expiry, priceWad, finalAt);
    }

    /// @inheritdoc IOptionMarket
    function settleFallback(address underlying, uint256 expiry) external {
        Fixing storage fixing = _unsettled(underlying, expiry);
        Fallback memory proposal = _fallbacks[underlying][expiry];
        if (proposal.priceWad == 0) revert FallbackMissing(underlying, expiry);
        if (block.timestamp < proposal.finalAt) revert FallbackTooEarly(proposal.finalAt);
        _requireDead(underlying, expiry);
        fixing.priceWad = proposal.priceWad;
        emit Settled(underlying, expiry, proposal.priceWad, 0);
    }

    /// @inheritdoc IOptionMarket
    function list(address underlying, IAggregatorProxy feed) external restricted {
        if (address(_listings[underlying].feed) != address(0)) revert AlreadyListed(underlying);
        uint8 decimals_ = IERC20Metadata(underlying).decimals();
        if (decimals_ < 6 || decimals_ > 18) revert DecimalsOutOfRange(underlying, decimals_);
        uint8 feedDecimals = feed.decimals();
        if (feedDecimals > 18) revert DecimalsOutOfRange(address(feed), feedDecimals);
        feed.phaseId();

        _listings[underlying] = Listing(feed, feedDecimals, decimals_);
        emit UnderlyingListed(underlying, address(feed));
    }

    /// @notice The Chainlink proxy of an underlying; zero if it is not listed.
    function feedOf(address underlying) external view returns (IAggregatorProxy) {
        return _listings[underlying].feed;
    }

    /// @inheritdoc IOptionMarket
    function settlementPhase(address underlying, uint256 expiry) external view returns (uint16) {
        return _fixings[underlying][expiry].phase;
    }

    /// @inheritdoc IOptionMarket
    function settlementPrice(address underlying, uint256 expiry) public view returns (uint256) {
        return _fixings[underlying][expiry].priceWad;
    }

    /// @inheritdoc IOptionMarket
    function fallbackPrice(address underlying, uint256 expiry) external view returns (uint256 priceWad, uint256 finalAt) {
        Fallback memory proposal = _fallbacks[underlying][expiry];
        return (proposal.priceWad, proposal.finalAt);
    }

    function _recordPhase(address underlying, uint256 expiry) internal {
        uint16 phase = _listed(underlying).feed.phaseId();
        Fixing storage fixing = _fixings[underlying][expiry];
        if (fixing.phase != phase) fixing.phase = phase;
    }

    function _listed(address underlying) internal view returns (Listing memory listing) {
        listing = _listings[underlying];
        if (address(listing.feed) == address(0)) revert NotListed(underlying);
    }

    function _unsettled(address underlying, uint256 expiry) private view returns (Fixing storage fixing) {
        _listed(underlying);
        if (block.timestamp < expiry) revert NotExpired(underlying, expiry);
        fixing = _fixings[underlying][expiry];
        if (fixing.phase == 0) revert NeverTraded(underlying, expiry);
        if (fixing.priceWad != 0) revert AlreadySettled(underlying, expiry);
    }

    function _requirePhase(uint80 roundId, uint16 phase) private pure {
        if (roundId >> 64 != phase) revert RoundOutOfPhase(roundId, phase);
    }

    /// Aggregator round 0 never exists: it stands before a phase's first round.
    function _requireBefore(IAggregatorProxy feed, uint80 id, uint16 phase, uint256 expiry) private view {
        _requirePhase(id, phase);
        if (uint64(id) == 0) return;
        (bool valid,, uint256 updatedAt) = _round(feed, id);
        if (!valid || updatedAt >= expiry) revert RoundInvalid(id);
    }

    /// Dead as far as this expiry goes: the latest answer cannot be read, is invalid, or is from before expiry.
    function _requireDead(address underlying, uint256 expiry) private view {
        if (gasleft() < PROBE_GAS) revert ProbeGasTooLow(gasleft());
        try _listings[underlying].feed.latestRoundData() returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80) {
            if (answer > 0 && updatedAt >= expiry) revert FeedAlive(underlying, updatedAt);
        } catch {
            return;
        }
    }

    function _round(IAggregatorProxy feed, uint80 id) private view returns (bool valid, uint256 answer, uint256 updatedAt) {
        if (gasleft() < PROBE_GAS) revert ProbeGasTooLow(gasleft());
        try feed.getRoundData(id) returns (uint80, int256 answer_, uint256, uint256 updatedAt_, uint80) {
            if (answer_ > 0 && updatedAt_ > 0) return (true, uint256(answer_), updatedAt_);
        } catch {
            return (false, 0, 0);
        }
    }
}
