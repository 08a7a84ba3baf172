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
import {Ledger} from "./Ledger.sol";

/// @title What users ask for, take back and claim
abstract contract Requests is ERC20, Ledger, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using SafeCastLib for uint256;

    IVault public immutable vault;
    uint256 public immutable minDeposit;
    IERC20 internal immutable _asset;
    uint8 internal immutable _decimals;
    uint256 internal immutable _virtualShares;

    /// @inheritdoc IERC7540Operator
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    constructor(IVault vault_, IERC20 asset_, ShareTerms memory terms) Ledger(terms) {
        if (terms.minDeposit == 0) revert ParameterOutOfRange("minDeposit", terms.minDeposit);
        uint8 assetDecimals = IERC20Metadata(address(asset_)).decimals();
        uint8 offset = assetDecimals < 12 ? 18 - assetDecimals : 6;
        (vault, _asset, _decimals) = (vault_, asset_, assetDecimals + offset);
        minDeposit = terms.minDeposit;
        _virtualShares = 10 ** offset;
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

    // ── Vault ────────────────────────────────────────────────────────────────

    function _isWindingDown() internal view returns (bool) {
        (uint256 startedAt,) = vault.windDown();
        return startedAt != 0;
    }

    function _isClosed() internal view returns (bool closed) {
        (, closed) = vault.windDown();
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
