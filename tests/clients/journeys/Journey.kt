/** A visit with the generated client: earn, lose the answer, repeat with the same key, redeem, return. */
import java.io.IOException
import java.util.UUID
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Response
import orion.apis.AuthApi
import orion.apis.IdempotencyApi
import orion.apis.LoyaltyStoreApi
import orion.infrastructure.ApiClient
import orion.infrastructure.ClientException
import orion.models.Earn
import orion.models.Enroll
import orion.models.Redemption
import orion.models.SignIn
import orion.models.Void

const val PURCHASE_CENTS = 15_000
const val RETURNED_CENTS = 5_000

/** Drops the answer of a request that the server has carried out. */
class LostAnswers : Interceptor {
    var isNextLost = false

    override fun intercept(chain: Interceptor.Chain): Response {
        val response = chain.proceed(chain.request())
        if (!isNextLost) return response
        isNextLost = false
        response.close()
        throw IOException("The answer was lost")
    }
}

fun main(arguments: Array<String>) {
    val (address, email, password, pin) = arguments
    val answers = LostAnswers()
    val http = OkHttpClient.Builder().addInterceptor(answers).build()
    ApiClient.accessToken = AuthApi(address, http).signIn(SignIn(email, password)).token
    val store = LoyaltyStoreApi(address, http)

    val program = store.getProgram()
    val category = program.categories.first().id
    val reward = program.rewards.first { it.pointsRequired == 100 }
    val joined = store.enrollCustomer(Enroll(email = "kotlin@example.com", firstName = "Kotlin"), idempotencyKey = newKey())

    // A key is made, and kept, before the request is sent.
    val key = newKey()
    val earn = Earn(purchaseAmountCents = PURCHASE_CENTS, categoryIds = listOf(category), staffPin = pin)
    answers.isNextLost = true
    val lost = runCatching { store.earnPoints(joined.id, idempotencyKey = key, earn = earn) }
    check(lost.exceptionOrNull() is IOException) { "The answer was not lost: $lost" }

    val state = IdempotencyApi(address, http).getIdempotencyKey(key)
    val earned = store.earnPoints(joined.id, idempotencyKey = key, earn = earn)
    check(earned.transaction?.id == state.transactionId) { "Two bookings: $earned, $state" }
    check(earned.card.pointsBalance == joined.pointsBalance + 150) { "Not 150 points: ${earned.card}" }

    val redemption = Redemption(rewardId = reward.id)
    val redeemed = store.redeemReward(joined.id, idempotencyKey = newKey(), redemption = redemption)
    check(redeemed.card.pointsBalance == earned.card.pointsBalance - 100) { "Not redeemed: ${redeemed.card}" }

    val sale = checkNotNull(earned.transaction).id
    val void = Void(amountCents = RETURNED_CENTS, reason = "Too small", staffPin = pin)
    val returned = store.voidTransaction(sale, idempotencyKey = newKey(), void = void)
    check(returned.card.pointsBalance == redeemed.card.pointsBalance - 50) { "Not returned: ${returned.card}" }

    val refused = runCatching { store.getCard(UUID(0, 0)) }.exceptionOrNull()
    check(refused is ClientException && refused.statusCode == 404) { "An unknown card was not refused: $refused" }
}

fun newKey() = UUID.randomUUID().toString()
