/** A tablet with the generated client: it pairs, fetches its bootstrap, then earns and redeems, each request signed. */
import java.security.KeyPair
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.SecureRandom
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.util.Base64
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okio.Buffer
import orion.apis.DevicesApi
import orion.apis.LoyaltyStoreApi
import orion.infrastructure.ApiClient
import orion.models.AppVersion
import orion.models.Earn
import orion.models.Enroll
import orion.models.Hardware
import orion.models.OsVersion
import orion.models.Pairing
import orion.models.Redemption

/** As `docs/api.md` has it; on a tablet the key lies in the Android Keystore. */
class Signing(private val keys: KeyPair) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        val request = chain.request()
        if (request.header("Authorization") == null) return chain.proceed(request)
        val timestamp = System.currentTimeMillis().toString()
        val nonce = Base64.getUrlEncoder().withoutPadding().encodeToString(ByteArray(16).also(SecureRandom()::nextBytes))
        val message = "${request.method}|${target(request)}|${hash(request)}|$timestamp|$nonce"
        val signature = Signature.getInstance("SHA256withECDSA")
        signature.initSign(keys.private)
        signature.update(message.toByteArray())
        return chain.proceed(
            request.newBuilder()
                .header("Orion-Timestamp", timestamp)
                .header("Orion-Nonce", nonce)
                .header("Orion-Signature", Base64.getEncoder().encodeToString(signature.sign()))
                .build(),
        )
    }

    private fun target(request: Request) = request.url.encodedPath + (request.url.encodedQuery?.let { "?$it" } ?: "")

    private fun hash(request: Request): String {
        val body = Buffer().also { request.body?.writeTo(it) }.readByteArray()
        return MessageDigest.getInstance("SHA-256").digest(body).joinToString("") { "%02x".format(it) }
    }
}

object Tablet {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val (address, code, pin) = arguments
        val keys = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
        val http = OkHttpClient.Builder().addInterceptor(Signing(keys)).build()
        val devices = DevicesApi(address, http)
        val pairing = Pairing(
            code = code,
            handshakeVersion = 1,
            publicKey = Base64.getEncoder().encodeToString(keys.public.encoded),
            installationId = newKey(),
            app = AppVersion(versionCode = 42, versionName = "1.4.2"),
            os = OsVersion(sdk = 34, patchLevel = "2026-11-01"),
            hardware = Hardware(brand = "Lenovo", model = "Tab M9"),
        )
        // The key is kept with the request: sent again after a lost answer, it gets the same device.
        val key = newKey()
        val first = devices.pairDevice(idempotencyKey = key, pairing = pairing)
        val paired = devices.pairDevice(idempotencyKey = key, pairing = pairing)
        check(first.deviceId == paired.deviceId) { "Two devices: $first, $paired" }
        ApiClient.accessToken = paired.token

        val bootstrap = devices.getBootstrap()
        val anna = bootstrap.staff.first { it.name.startsWith("Anna") }.id
        val reward = bootstrap.rewards.first { it.pointsRequired == 100 }.id
        val store = LoyaltyStoreApi(address, http)
        val enroll = Enroll(email = "tablet@example.com", firstName = "Tabea", staffId = anna)
        val card = store.enrollCustomer(enroll, idempotencyKey = newKey())
        val categories = bootstrap.categories.map { it.id }.take(1)
        val earn = Earn(purchaseAmountCents = PURCHASE_CENTS, categoryIds = categories, staffId = anna, staffPin = pin)
        val earned = store.earnPoints(card.id, idempotencyKey = newKey(), earn = earn)
        check(earned.pointsEarned == 150) { "Not 150 points: $earned" }
        val redemption = Redemption(rewardId = reward, staffId = anna, staffPin = pin)
        val redeemed = store.redeemReward(card.id, idempotencyKey = newKey(), redemption = redemption)
        check(redeemed.card.pointsBalance == earned.card.pointsBalance - 100) { "Not redeemed: ${redeemed.card}" }
    }
}
