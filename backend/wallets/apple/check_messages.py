"""Messages of the check of Apple Wallet: what was found, and what to do about it."""

from i18n.translator import N_, NN_

SKIPPED = N_("Not checked. Fix the previous step first.")

FILES_READABLE = N_("All three files can be read.")
FILE_UNREADABLE = (
    N_("%(file)s cannot be read: %(reason)s."),
    N_(
        "Put wwdr.pem, signer.pem and signer.key into the folder that ORION_APPLE_WALLET_DIR names, and let the user "
        "that runs Orion read them."
    ),
)
FOLDER_EMPTY = (
    N_("None of the three files is in %(folder)s."),
    N_("Mount the folder with wwdr.pem, signer.pem and signer.key, or unset ORION_APPLE_WALLET_DIR to do without."),
)
NO_CERTIFICATE = (
    N_("%(file)s is not a certificate."),
    N_("Export it from the keychain as PEM, or download it from Apple again."),
)
NO_KEY = (
    N_("signer.key is not an RSA key."),
    N_("Export the private key that the certificate was requested with, as PEM."),
)
KEY_LOCKED = (N_("signer.key is locked with a password."), N_("Set ORION_APPLE_WALLET_KEY_PASSWORD."))
OLD_CIPHER = (
    N_("signer.key is encrypted with a cipher that is no longer in use."),
    N_("Encrypt it anew: openssl rsa -provider legacy -provider default -aes256 -in signer.key -out signer.new"),
)
WEAK_KEY = (
    N_("signer.key has %(bits)s bits; Apple takes 2048."),
    N_("Make a certificate request with a key of 2048 bits, and with it a new certificate for the same Pass Type ID."),
)
TLS_REFUSES = (
    N_("signer.pem and signer.key cannot be used for TLS: %(reason)s."),
    N_("Make a new certificate for the same Pass Type ID, replace the files and restart Orion."),
)
WRONG_PASSWORD = (N_("The password does not open signer.key."), N_("Correct ORION_APPLE_WALLET_KEY_PASSWORD."))

FILES_PRIVATE = N_("Only the user that runs Orion can read the key.")
KEY_EXPOSED = (N_("Others can read signer.key (mode %(mode)s)."), N_("Run `chmod 600 signer.key`."))

PASS_TYPE = N_("Passes are of type %(pass_type)s, made by team %(team)s.")
NO_PASS_CERTIFICATE = (
    N_("signer.pem is not a certificate for passes."),
    N_("In Apple’s developer portal, make a certificate for a Pass Type ID; one for an app does not work."),
)

PAIR_MATCHES = N_("The key belongs to the certificate.")
NOT_A_PAIR = (
    N_("signer.key does not belong to signer.pem."),
    N_("Export certificate and key again from the same entry of the keychain."),
)

ISSUED_BY_WWDR = N_("The certificate was issued by the intermediate in wwdr.pem.")
OTHER_ISSUER = (
    N_("The certificate was not issued by the one in wwdr.pem."),
    N_("Download the intermediate certificate with this name from Apple: %(issuer)s."),
)

DAYS_LEFT = NN_(
    "The certificates are valid for %(days)s more day, until %(date)s.",
    "The certificates are valid for %(days)s more days, until %(date)s.",
)
ENDING_SOON = (
    NN_(
        "The certificates expire in %(days)s day, on %(date)s.",
        "The certificates expire in %(days)s days, on %(date)s.",
    ),
    N_("Make a new certificate for the same Pass Type ID, replace the files and restart Orion."),
)
EXPIRED = (
    N_("%(file)s expired on %(date)s."),
    N_("Make a new certificate for the same Pass Type ID, replace the files and restart Orion."),
)
INTERMEDIATE_EXPIRED = (
    N_("%(file)s expired on %(date)s."),
    N_("Your own certificate is fine. Download the current intermediate certificate from Apple: %(issuer)s."),
)
NOT_YET_VALID = (
    N_("%(file)s is not valid before %(date)s."),
    N_("Check the clock of this machine; if it is right, put the previous certificate back."),
)

PUBLIC_ADDRESS = N_("Phones reach us under %(address)s.")
NOT_HTTPS = (
    N_("Phones would be sent to %(address)s, and iPhones fetch passes over https only."),
    N_("Set ORION_BACKEND_PUBLIC_URL to the public address of the API, beginning with https://."),
)
NOT_PUBLIC = (
    N_("Phones would be sent to %(address)s, which only this machine or this network knows."),
    N_("Set ORION_BACKEND_PUBLIC_URL to the address under which the API is known outside."),
)

APNS_REACHABLE = N_("Apple’s push service accepts our certificate.")
APNS_SILENT = (
    N_("Apple’s push service cannot be reached: %(reason)s."),
    N_("Let this machine open connections to api.push.apple.com, port 443."),
)
APNS_REFUSED = (
    N_("Apple’s push service refuses our certificate: %(reason)s."),
    N_("Check in Apple’s developer portal that the certificate has not been revoked."),
)
