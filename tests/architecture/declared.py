"""Who may call what: every operation of the API is in one of these tables. A new one fails until it is."""

OPEN = {
    "/": "leads to the documentation",
    "/docs": "the documentation is public",
    "/docs/assets/{file_path:path}": "the documentation is public",
    "/health/live": "asked by what restarts the process",
    "/health/ready": "asked by what sends requests to the process",
    "/openapi.json": "the documentation is public",
    "/openapi.json/openapi.json": "the documentation is public",
    "/openapi.json/{path:str}": "the documentation is public",
    "/problems/{code:str}": "explains a problem to the client that got it",
    "acceptInvitation": "the token of the emailed address is the right",
    "askForPasswordReset": "nobody is signed in before, and the answer goes to the mailbox",
    "beginPasskeySignIn": "nobody is signed in before",
    "changeOwnCard": "the token of the address is the right",
    "chooseEmails": "the token of the address is the right",
    "disownSignIn": "the token of the emailed address is the right",
    "downloadApplePass": "the token of the address is the right",
    "enrollMyself": "customers join by themselves",
    "getBranding": "the name of the platform is public",
    "getCardPage": "the token of the address is the right",
    "getEmailChoices": "the token of the address is the right",
    "getOwnInvitation": "the token of the emailed address is the right",
    "getPass": "phones show the pass's own token",
    "getPassImage": "wallets fetch it without a token",
    "getPasswordReset": "the token of the emailed address is the right",
    "getPicture": "pictures of rewards are public",
    "getPublicProgram": "the poster shows it",
    "listChangedPasses": "phones know their library's id",
    "logFromPhone": "phones send no token with it",
    "registerPass": "phones show the pass's own token",
    "pairDevice": "the code from the office is the right",
    "requestCardLink": "the answer goes to the mailbox",
    "requestSignInCode": "no customer is signed in before, and the code goes to the mailbox",
    "resetPassword": "the token of the emailed address is the right",
    "saveToGoogleWallet": "the token of the address is the right",
    "signIn": "nobody is signed in before",
    "signInCustomer": "no customer is signed in before",
    "signInWithPasskey": "nobody is signed in before",
    "signInWithSecondFactor": "nobody is signed in before",
    "takeGoogleCallback": "Google signs it",
    "takeSendgridEvents": "SendGrid signs it",
    "unregisterPass": "phones show the pass's own token",
}
"""Operations without a guard, and why."""
DECLARED: dict[str, str] = {
    "signed in": "endOwnOtherSessions endOwnSession listOwnSessions renameOwnPasskey switchMerchant",
    "signed in and acting on behalf": "endOnBehalf",
    "signed in and also on behalf": "listPermissions",
    "signed in and confirmed": "changeOwnPassword removeOwnAuthenticator removeOwnPasskey replaceOwnRecoveryCodes",
    "signed in, also by PIN": "signOut",
    "signed in, also by PIN and also by API key": "getOwnApiKey",
    "signed in, also by PIN and also by API key and also by device": "getIdempotencyKey",
    "signed in, also by PIN and as device and also by device": "endGrant getBootstrap "
    "getDeviceOperation listDeviceChanges listDeviceOperations requestGrant rollDeviceToken sendHeartbeat "
    "uploadBatch waitForDeviceChanges holdAllowance releaseAllowance",
    "signed in, also by PIN and also on behalf": "getMe",
    "signed in, also without second factor": "beginOwnConfirmation changeMe confirmOwnSession getOwnSecondFactors",
    "signed in, also without second factor and confirmed": "addOwnPasskey beginOwnPasskey offerOwnAuthenticator "
    "setOwnAuthenticator",
    "at a store": "listColleagues switchPerson",
    "at a store and also by device": "verifyPin",
    "at a store and as device and also by device": "recordFailedAttempt",
    "as customer": "changeOwnAccount getOwnAccount signOutCustomer signOutCustomerEverywhere",
    "staff: loyalty.manage_pins and confirmed": "setOwnPin",
    "store: loyalty.adjust_points and also by API key": "adjustPoints",
    "store: loyalty.manage_cards and also by API key": "confirmHold releaseHold relinkCard replaceCard reserveReward",
    "store: loyalty.manage_cards and also by API key and also by device": "addStamp earnPoints enrollCustomer getCard "
    "lookupCards previewEarn redeemReward",
    "store: loyalty.manage_pins": "clearPin listPins unlockPin",
    "store: loyalty.view_programs and also by API key": "explainCard",
    "store: loyalty.view_programs and also by API key and also by device": "getProgram getTill getTransaction "
    "listCardTransactions listStoreTransactions",
    "store: loyalty.void_transactions and also by API key": "previewReturn returnOrder",
    "store: loyalty.void_transactions and also by API key and also by device": "voidTransaction",
    "some store: loyalty.manage_devices": "changeDevice createDevice decideReview getDevice listDevices "
    "listReview makePairingCode requestDeviceWipe resumeDevice revokeDevice sendDeviceMessage withdrawDeviceWipe",
    "merchant: api.manage": "changeApiKey changeWebhookEndpoint createWebhookEndpoint deleteWebhookEndpoint "
    "endFormerWebhookSecret getApiKey getWebhookDelivery getWebhookEndpoint listApiKeys listWebhookDeliveries "
    "listWebhookEndpoints listWebhookEventTypes replayFailedWebhooks replayWebhookDelivery revokeApiKey "
    "rotateWebhookSecret sendTestWebhook",
    "merchant: api.manage and confirmed": "createApiKey rotateApiKey",
    "merchant: audit.view": "getAuditEntry getAuditOverview listAuditEntries",
    "merchant: audit.view and not on behalf": "exportAuditEntries",
    "merchant: loyalty.adjust_points": "adjustPointsAsOwner",
    "merchant: loyalty.manage_cards": "deactivateCard markTestCustomer mergeCards reactivateCard reverseMerge",
    "merchant: loyalty.manage_cards and also by API key": "getCardAsOwner listCards listCustomers lookupCardsAsOwner",
    "merchant: loyalty.manage_cards and merchant: loyalty.adjust_points": "changeCards",
    "merchant: loyalty.manage_programs": "changeMarketingPlan changePolicy getMarketingPlan getPolicy "
    "getOfflineRules getProgramPreview listFeatures listFraudLimits previewProgram setFraudLimits setOfflineRules",
    "merchant: loyalty.manage_rewards": "archiveReward changeReward createReward getReward listRewards moveReward "
    "restoreReward uploadPicture",
    "merchant: loyalty.view_analytics and also by API key": "getToday",
    "merchant: loyalty.view_programs and also by API key": "explainCardAsOwner listCardTransactionsAsOwner "
    "listTransactions",
    "merchant: messaging.manage_templates": "changeOwnEmailTemplate getOwnEmailTemplate listOwnEmailTemplateVersions "
    "listOwnEmailTemplates previewOwnEmailTemplate resetOwnEmailTemplate restoreOwnEmailTemplate testOwnEmailTemplate",
    "merchant: staff.manage": "changeMember getMember inviteMember listInvitations listMembers removeMember "
    "resendInvitation withdrawInvitation",
    "platform: audit.view": "exportAuditEntriesOfChain getAuditEntryOfChain getAuditOverviewOfChain "
    "listAuditEntriesOfChain",
    "platform: loyalty.adjust_points": "restorePoints",
    "platform: loyalty.debug_wallets": "getCardPasses retryCardPass",
    "platform: loyalty.manage_cards": "deactivateCardOnBehalf getCardOnBehalf reactivateCardOnBehalf",
    "platform: loyalty.view_programs": "explainCardOnBehalf listCardTransactionsOnBehalf",
    "platform: merchants.manage": "addProgramOfMerchant beginOnBehalf changeMerchant changeStore getMerchant "
    "getPolicyOfMerchant inviteToMerchant listFeaturesOfMerchant listMerchants openMerchant openStore "
    "resendInvitationToMerchant setPolicyOfMerchant switchFeatureOfMerchant switchFeatureOfStore "
    "withdrawInvitationToMerchant",
    "platform: messaging.manage_emails": "countFailedEmails getEmail listEmails resendEmail resendFailedEmails",
    "platform: messaging.manage_templates": "changeEmailTemplate getEmailTemplate listEmailTemplateVersions "
    "listEmailTemplates previewEmailTemplate resetEmailTemplate restoreEmailTemplate testEmailTemplate",
    "platform: operations.run_tasks": "checkWallets getBacklogs getReadiness getTaskRun getWalletStatus "
    "listParkedEvents listTaskRuns listTasks releaseParkedEvent releaseParkedEvents retryTaskRun startTask syncWallets "
    "watchTaskRun",
    "platform: settings.manage": "changeSettings checkSettings getLastEmailConnectionTest getSettings listSettings "
    "resetSetting resetSettings testEmailConnection",
    "platform: users.manage": "changeAdminRole inviteAdmin removeAdmin resendAdminInvitation withdrawAdminInvitation",
    "platform: users.view": "listAdminInvitations listAdmins",
    "guard: may_see_metrics": "/metrics",
}
"""Operations by what they require, in the words of `guards.py`."""
REQUIRED = {name: what for what, names in DECLARED.items() for name in names.split()} | dict.fromkeys(OPEN, "")
