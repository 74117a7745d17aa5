import pytest

from bot.core.support import unsupported

QUOTE = "The free plan allows up to 1,000 requests per minute and 5 GB in 10 regions; RunInstances needs OAuth2."


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Requests are signed with signature version v4.", "signatureVersion: v4"),
        ("It allows 1000 requests per minute.", QUOTE),
        ("It allows 1,000 requests/minute and 5GB.", QUOTE),
        ("Up to 1000 requests are let through.", QUOTE),
        ("ten regions", QUOTE),
        ("AWS EC2 needs OAuth2.", QUOTE),
        ("EC2 has 10 regions", QUOTE),
        ("RunInstances is the call.", "action ec2:RunInstances"),
        ("Storage costs $0.023 per GB.", "Storage is priced at $0.023/GB"),
        ("Webhooks aren't supported.", "We do not support webhooks."),
        ("Licence: Apache-2.0", "License: Apache-2.0"),
        ("Kostet 5 €", "5 €"),
        ("any", "all of it"),
        ("", QUOTE),
    ],
)
def test_g27_a_claim_whose_facts_stand_in_the_quote_is_supported(claim: str, quote: str) -> None:
    assert unsupported(claim, quote, "aws-ec2") == ""


@pytest.mark.parametrize(
    ("claim", "quote", "why"),
    [
        ("It allows 100 requests per minute.", QUOTE, "100 request per minute is not in the quote"),
        ("It allows 1000 requests per second.", QUOTE, "1000 request per second is not in the quote"),
        ("It has 10 GB.", QUOTE, "10 GB is not in the quote"),
        ("It has 5.", QUOTE, "5 is not in the quote"),
        ("5 GB and 1000 requests", QUOTE, "1000 request is not in the quote in this order"),
        ("5 GB and 5 GB", QUOTE, "5 GB is not in the quote in this order"),
        ("six regions", QUOTE, "6 region is not in the quote"),
        ("79% of them", "79 of them", "79 % is not in the quote"),
        ("version 1.2", "version 1.2.3", "1.2 is not in the quote"),
        ("the call RunInstance", QUOTE, "'RunInstance' is not in the quote"),
        ("needs OAuth1", QUOTE, "OAuth1 is not in the quote"),
        ("the Enterprise plan", QUOTE, "'enterprise' is not in the quote"),
        ("not free", "it is free", "the claim says 'not', which the quote doesn't"),
        ("supports webhooks", "doesn't support webhooks", 'the quote says "n\'t", which the claim leaves out'),
        ("only keys", "keys", "the claim says 'only', which the quote doesn't"),
        ("unlimited calls", "calls", "the claim says 'unlimited', which the quote doesn't"),
        ("at least 5 GB", "5 GB", "the claim says 'least', which the quote doesn't"),
        ("p\u0430yment by key", "payment by key", "'p\\u0430yment' mixes alphabets"),
        ("v٤", "v4", "v٤ is not in the quote"),
        ("AWS EC3 signs", "signs", "EC3 is not in the quote"),
    ],
)
def test_g27_a_claim_that_says_more_than_its_quote_is_not(claim: str, quote: str, why: str) -> None:
    assert unsupported(claim, quote, "aws-ec2") == why


def test_g27_a_counted_number_need_not_stand_in_the_quote() -> None:
    assert unsupported("EC2 has 615 operations", "RunInstances", "aws-ec2", counted=615) == ""
    assert unsupported("EC2 has 616 operations", "RunInstances", "aws-ec2", counted=615) != ""


def test_a5_a_word_that_mixes_alphabets_is_fine_when_the_source_has_it() -> None:
    assert unsupported("the \u0430b sign", "say \u0430b sign", "x") == ""
