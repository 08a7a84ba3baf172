// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "../interfaces/IERC7540.sol";
import {IShareQueue, ShareTerms} from "../interfaces/IShareQueue.sol";
import {IVault, IVaultEvents} from "../interfaces/IVault.sol";
import {CarryPool, Pool, Stake} from "./CarryPool.sol";

/// @title What users ask for, take back and claim
/// @notice A controller has a short list of requests whose epoch is not struck and one claim for each direction, into which struck
/// requests are settled whenever it acts. Shares that wait for liquidity are a stake in one pool.
abstract contract Requests is ERC20, IShareQueue, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
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

    IVault public immutable vault;
    uint256 public immutable epochLength;
    uint256 public immutable minDeposit;
    IERC20 internal immutable _asset;
    uint8 internal immutable _decimals;
    uint256 internal immutable _virtualShares;

    uint64 internal _open = 1;
    uint64 internal _struckDeposits;
    uint64 internal _struckRedeems;
    Pool internal _pool;
    mapping(uint64 => Epoch) internal _epochs;
    mapping(address controller => Request[]) private _depositRequests;
    mapping(address controller => Request[]) private _redeemRequests;
    mapping(address controller => Claim) private _depositClaims;
    mapping(address controller => Claim) private _redeemClaims;
    mapping(address controller => Stake) private _stakes;

    /// @inheritdoc IERC7540Operator
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    constructor(IVault vault_, IERC20 asset_, ShareTerms memory terms) {
        if (terms.epochLength < 1 hours || terms.epochLength > 30 days) {
            revert ParameterOutOfRange("epochLength", terms.epochLength);
        }
        if (terms.firstCutoff <= block.timestamp) revert ParameterOutOfRange("firstCutoff", terms.firstCutoff);
        if (terms.minDeposit == 0) revert ParameterOutOfRange("minDeposit", terms.minDeposit);
        uint8 assetDecimals = IERC20Metadata(address(asset_)).decimals();
        uint8 offset = assetDecimals < 12 ? 18 - assetDecimals : 6;
        (vault, _asset, _decimals) = (vault_, asset_, assetDecimals + offset);
        (epochLength, minDeposit) = (terms.epochLength, terms.minDeposit);
        _virtualShares = 10 ** offset;
        _epochs[1].cutoff = terms.firstCutoff.toUint64();
    }

    // ── Requests ─────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7540Deposit
    function requestDeposit(uint256 assets, address controller, address owner) external nonReentrant returns (uint256) {
        _authorize(owner);
        if (controller == address(0)) revert ZeroAddress();
        if (assets < minDeposit) revert RequestTooSmall(assets, minDeposit);
        if (_isWindingDown()) revert IVaultEvents.WindingDown();
        uint64 epoch = _roll();
        _settleDeposits(controller);
        _append(_depositRequests[controller], epoch, assets);
        _epochs[epoch].deposited += assets.toUint128();
        _pull(owner, assets);
        emit DepositRequest(controller, owner, 0, msg.sender, assets);
        return 0;
    }

    /// @inheritdoc IERC7540Redeem
    /// @dev A whole balance may be redeemed however small it is.
    function requestRedeem(uint256 shares, address controller, address owner) external nonReentrant returns (uint256) {
        _spend(owner, shares);
        if (controller == address(0)) revert ZeroAddress();
        uint256 least = minDeposit * _virtualShares;
        if (shares == 0 || (shares < least && shares != balanceOf(owner))) revert RequestTooSmall(shares, least);
        if (_isClosed()) revert IVaultEvents.VaultClosed();
        uint64 epoch = _roll();
        _settleRedeems(controller);
        _append(_redeemRequests[controller], epoch, shares);
        _epochs[epoch].requested += shares.toUint128();
        _transfer(owner, address(this), shares);
        emit RedeemRequest(controller, owner, 0, msg.sender, shares);
        return 0;
    }

    /// @inheritdoc IShareQueue
    function cancelDepositRequest(uint256 requestId, address receiver, address controller)
        external
        nonReentrant
        returns (uint256 assets)
    {
        _authorize(controller);
        uint64 open = _roll();
        _settleDeposits(controller);
        bool struckNow = !vault.paused() && !_isWindingDown();
        if (requestId == 0) assets = _drop(_depositRequests[controller], struckNow ? open : 0, true);
        if (assets == 0) revert NothingToCancel(controller);
        emit DepositRequestCancelled(controller, receiver, msg.sender, assets);
        _asset.safeTransfer(receiver, assets);
    }

    /// @inheritdoc IShareQueue
    function cancelRedeemRequest(uint256 requestId, address receiver, address controller)
        external
        nonReentrant
        returns (uint256 shares)
    {
        _authorize(controller);
        uint64 open = _roll();
        _settleRedeems(controller);
        bool closed = _isClosed();
        if (requestId == 0) shares = _drop(_redeemRequests[controller], closed ? 0 : open, false);
        if (closed) shares += _leavePool(controller);
        if (shares == 0) revert NothingToCancel(controller);
        emit RedeemRequestCancelled(controller, receiver, msg.sender, shares);
        _transfer(address(this), receiver, shares);
    }

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    // ── Claims ───────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7575
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        return deposit(assets, receiver, msg.sender);
    }

    /// @inheritdoc IERC7540Deposit
    function deposit(uint256 assets, address receiver, address controller) public nonReentrant returns (uint256 shares) {
        _authorize(controller);
        Claim storage claim = _settleDeposits(controller);
        shares = _otherSideDown(assets, claim.assets, claim.shares);
        _takeShares(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        return mint(shares, receiver, msg.sender);
    }

    /// @inheritdoc IERC7540Deposit
    function mint(uint256 shares, address receiver, address controller) public nonReentrant returns (uint256 assets) {
        _authorize(controller);
        Claim storage claim = _settleDeposits(controller);
        assets = _otherSideUp(shares, claim.shares, claim.assets);
        _takeShares(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function redeem(uint256 shares, address receiver, address controller) external nonReentrant returns (uint256 assets) {
        _authorize(controller);
        Claim storage claim = _settleRedeems(controller);
        assets = _otherSideDown(shares, claim.shares, claim.assets);
        _takeAssets(claim, assets, shares, receiver, controller);
    }

    /// @inheritdoc IERC7575
    function withdraw(uint256 assets, address receiver, address controller) external nonReentrant returns (uint256 shares) {
        _authorize(controller);
        Claim storage claim = _settleRedeems(controller);
        shares = _otherSideUp(assets, claim.assets, claim.shares);
        _takeAssets(claim, assets, shares, receiver, controller);
    }

    // ── Epochs and states ────────────────────────────────────────────────────

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

    function _isWindingDown() internal view returns (bool) {
        (uint256 startedAt,) = vault.windDown();
        return startedAt != 0;
    }

    function _isClosed() internal view returns (bool closed) {
        (, closed) = vault.windDown();
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

    function _settleDeposits(address controller) private returns (Claim storage claim) {
        claim = _depositClaims[controller];
        (, _depositClaims[controller]) = _readDeposits(controller);
        _dropStruck(_depositRequests[controller], _struckDeposits);
    }

    function _settleRedeems(address controller) private returns (Claim storage claim) {
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
    function _drop(Request[] storage requests, uint64 first, bool isDeposit) private returns (uint256 amount) {
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

    function _leavePool(address controller) private returns (uint256 unpaid) {
        unpaid = _stakes[controller].shares;
        _pool.takeOut(unpaid);
        delete _stakes[controller];
    }

    function _append(Request[] storage requests, uint64 epoch, uint256 amount) private {
        uint256 length = requests.length;
        if (length != 0 && requests[length - 1].epoch == epoch) {
            requests[length - 1].amount += amount.toUint192();
        } else {
            requests.push(Request(epoch, amount.toUint192()));
        }
    }

    // ── Transfers ────────────────────────────────────────────────────────────

    function _takeShares(Claim storage claim, uint256 assets, uint256 shares, address receiver, address controller) private {
        _reduce(claim, assets, shares);
        _transfer(address(this), receiver, shares);
        emit Deposit(controller, receiver, assets, shares);
    }

    function _takeAssets(Claim storage claim, uint256 assets, uint256 shares, address receiver, address controller) private {
        _reduce(claim, assets, shares);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        _asset.safeTransfer(receiver, assets);
    }

    function _reduce(Claim storage claim, uint256 assets, uint256 shares) private {
        if (assets > claim.assets) revert ExceedsClaimable(assets, claim.assets);
        if (shares > claim.shares) revert ExceedsClaimable(shares, claim.shares);
        claim.assets -= uint128(assets);
        claim.shares -= uint128(shares);
    }

    /// @dev A token that takes a fee is refused.
    function _pull(address owner, uint256 assets) private {
        uint256 before = _asset.balanceOf(address(this));
        _asset.safeTransferFrom(owner, address(this), assets);
        uint256 received = _asset.balanceOf(address(this)) - before;
        if (received != assets) revert TransferMismatch(received, assets);
    }

    function _authorize(address owner) private view {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) revert NotAuthorized(msg.sender, owner);
    }

    /// @dev Shares move by the owner, an operator or an allowance.
    function _spend(address owner, uint256 shares) internal {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) _spendAllowance(owner, msg.sender, shares);
    }

    function _otherSideDown(uint256 part, uint256 whole, uint256 other) private pure returns (uint256) {
        if (part > whole) revert ExceedsClaimable(part, whole);
        return whole == 0 ? 0 : part.fullMulDiv(other, whole);
    }

    function _otherSideUp(uint256 part, uint256 whole, uint256 other) private pure returns (uint256) {
        if (part > whole) revert ExceedsClaimable(part, whole);
        return whole == 0 ? 0 : part.fullMulDivUp(other, whole);
    }
}
