"""Who may call what: every operation of the API is in one of these tables. A new one fails until it is."""

from tests.architecture.guards import AT_A_STORE, SIGNED_IN

OPEN = {
    "/": "leads to the documentation",
    "/docs": "the documentation is public",
    "/docs/assets/{file_path:path}": "the documentation is public",
    "/health/live": "asked by whatever restarts the process",
    "/health/ready": "asked by whatever sends requests to the process",
    "/openapi.json": "the documentation is public",
    "/openapi.json/openapi.json": "the documentation is public",
    "/openapi.json/{path:str}": "the documentation is public",
    "/problems/{code:str}": "explains a problem to whoever got it",
    "changeOwnCard": "the token of the address is the right",
    "chooseEmails": "the token of the address is the right",
    "downloadApplePass": "the token of the address is the right",
    "enrollMyself": "customers join by themselves",
    "getBranding": "the name of the platform is public",
    "getCardPage": "the token of the address is the right",
    "getEmailChoices": "the token of the address is the right",
    "getPass": "phones show the pass's own token",
    "getPassImage": "wallets fetch it without a token",
    "getPicture": "pictures of rewards are public",
    "getPublicProgram": "the poster shows it",
    "listChangedPasses": "phones know their library's id",
    "logFromPhone": "phones send no token with it",
    "registerPass": "phones show the pass's own token",
    "requestCardLink": "the answer goes to the mailbox",
    "saveToGoogleWallet": "the token of the address is the right",
    "signIn": "nobody is signed in before",
    "takeGoogleCallback": "Google signs it",
    "takeSendgridEvents": "SendGrid signs it",
    "unregisterPass": "phones show the pass's own token",
}
"""Operations without a guard, and why."""
DECLARED: dict[str, str] = {
    SIGNED_IN: "changeMe getIdempotencyKey getMe listPermissions signOut switchMerchant",
    AT_A_STORE: "verifyPin",
    "guard: may_see_metrics": "/metrics",
    "staff: loyalty.manage_pins": "setOwnPin",
    "store: loyalty.manage_cards": "addStamp confirmHold earnPoints enrollCustomer getCard lookupCards redeemReward "
    "releaseHold relinkCard replaceCard reserveReward",
    "store: loyalty.view_programs": "explainCard getProgram getTill getTransaction listCardTransactions "
    "listStoreTransactions",
    "store: loyalty.adjust_points": "adjustPoints",
    "store: loyalty.void_transactions": "previewReturn returnOrder voidTransaction",
    "merchant: loyalty.adjust_points": "adjustPointsAsOwner",
    "merchant: loyalty.manage_cards": "deactivateCard getCardAsOwner lookupCardsAsOwner mergeCards reactivateCard "
    "reverseMerge",
    "merchant: loyalty.view_programs": "explainCardAsOwner listCardTransactionsAsOwner",
    "merchant: loyalty.manage_cards and merchant: loyalty.adjust_points": "changeCards",
    "merchant: loyalty.view_analytics": "getToday",
    "merchant: loyalty.manage_programs": "changeMarketingPlan getMarketingPlan getProgramPreview listFraudLimits "
    "previewProgram setFraudLimits",
    "merchant: loyalty.manage_rewards": "archiveReward changeReward createReward getReward listRewards moveReward "
    "restoreReward uploadPicture",
    "merchant: messaging.manage_templates": "changeOwnEmailTemplate getOwnEmailTemplate listOwnEmailTemplateVersions "
    "listOwnEmailTemplates previewOwnEmailTemplate resetOwnEmailTemplate restoreOwnEmailTemplate testOwnEmailTemplate",
    "platform: loyalty.debug_wallets": "getCardPasses retryCardPass",
    "platform: operations.run_tasks": "checkWallets getTaskRun getWalletStatus listTaskRuns syncWallets",
    "platform: loyalty.manage_cards": "deactivateCardOnBehalf getCardOnBehalf reactivateCardOnBehalf",
    "platform: loyalty.view_programs": "explainCardOnBehalf listCardTransactionsOnBehalf",
    "platform: loyalty.adjust_points": "restorePoints",
    "platform: messaging.manage_emails": "countFailedEmails getEmail listEmails resendEmail resendFailedEmails",
    "platform: settings.manage": "changeSettings checkSettings getLastEmailConnectionTest getSettings listSettings "
    "resetSetting resetSettings testEmailConnection",
    "platform: messaging.manage_templates": "changeEmailTemplate getEmailTemplate listEmailTemplateVersions "
    "listEmailTemplates previewEmailTemplate resetEmailTemplate restoreEmailTemplate testEmailTemplate",
}
"""Operations by what they require."""
REQUIRED = {name: what for what, names in DECLARED.items() for name in names.split()} | dict.fromkeys(OPEN, "")
