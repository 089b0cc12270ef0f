"""Summary and description of the explanation in the API document, the same for every audience."""

SUMMARY = "Why the balance is what it is"
DESCRIPTION = (
    "Each point traced to its sale, the rules it was earned under, what consumed it and what expires when. "
    "The numbers add up to the balance; the sentences tell them in the reader's language."
)
