# ruff: noqa: E501 - patterns and sentences are read as wholes
"""Real sentences, and whether they answer a field: what was quoted wrongly stands here, refused."""

import pytest

from bot.adapters.agents.extractive.rule import answers
from bot.adapters.agents.extractive.rules import RULES
from bot.adapters.agents.extractive.scope import Scope
from bot.core.evidence import Passage, PassageKind

ANYTHING = Scope(frozenset({"storage"}))

ANSWERS = [
    ("authentication", "Wrapper around requests that signs POSTs for authentication."),
    ("webhooks", "Configures an Auto Scaling group to send notifications when specified events take place."),
    ("authentication", "To authenticate with the Authorize.Net API, use your account's API Login ID and Transaction Key."),
    ("authentication", 'Authenticate your Client using a tuple of ("api", "YOUR_API_KEY").'),
    ("authentication", "The package needs to be configured with your site's API key, which is available under Configure Chargebee Section."),
    ("authentication", "While you can provide an `api_key` keyword argument, we recommend using python-dotenv to add it to your `.env` file."),
    ("authentication", "All CopyObject requests must be authenticated and signed by using IAM credentials (access key ID and secret access key for the IAM identities)."),
    ("authentication", "In order to authenticate with the Linode API, you will first need to create a Linode Personal Access Token with your desired account permissions."),
    ("authentication", "Vultr uses a PAT (Personal Access Token) to interact/authenticate with the APIs."),
    ("authentication", "A DigitalOcean API Token is required."),
    ("authentication", "To authenticate, you'll need an API key."),
    ("rate-limits", "CDN endpoints have a rate limit of 5 requests per 10 seconds."),
    ("rate-limits", "RunInstances is subject to both request rate limiting and resource rate limiting."),
    ("rate-limits", "The r2.dev domain is rate-limited and intended for development use."),
    ("rate-limits", "Supports up to 1,000 events per second in livemode."),
    ("rate-limits", "Unpaginated requests are susceptible to throttling and timeouts."),
    ("webhooks", "You can use Amazon S3 event notifications to notify you when a restore is initiated or completed."),
    ("webhooks", "Enables delivery of events to Amazon EventBridge."),
    ("webhooks", "The SDK includes a helper class to verify webhook signatures sent by Notifications from Paddle."),
    ("webhooks", "You must create an SNS topic to receive notifications."),
    ("regions", "Describes the Regions that are enabled for your account, or all Regions."),
    ("regions", "Retrieves the list of region resources available to the specified project."),
    ("regions", "Lists information about the supported locations for this service."),
    ("pricing", "Every time you start your instance, Amazon EC2 charges a one-minute minimum for instance usage, and thereafter charges per second for instance usage."),
    ("pricing", "When an instance is stopped, the compute resources are released and you are not billed for instance usage."),
    ("pricing", "Enabling automatic backups will increase the price of the server by 20%."),
    ("pricing", "Stopped instances do not incur VM usage charges while they are stopped."),
    ("versions", "The current version of the Amazon S3 API is 2006-03-01."),
    ("sdks", "The Telnyx Python library provides convenient access to the Telnyx REST API from any Python 3.9+ application."),
    ("licence", "This project is licensed under the MIT License - see the LICENSE file for details."),
    ("overview", "Google Cloud Storage is a managed service for storing unstructured data."),
]  # fmt: skip

WRONG = [
    ("webhooks", "Describes the tag keys that are registered to appear in scheduled event notifications for resources in the current Region."),
    ("authentication", "By default, Microsoft Entra token authentication depends on correct configuration of the following environment variables."),
    ("rate-limits", "You can have up to 1,000 inventory configurations per bucket."),
    ("authentication", "Credentials for authentication of an app via any external auth method."),
    ("overview", "(Required) A valid URL of the endpoint that should receive webhook events."),
    ("rate-limits", "You can have up to 100 policies per account in each Amazon Web Services Region, plus one additional policy per network resource type created by a declarative policy, for a maximum of 103 policies in an Amazon Web Services Region."),
    ("rate-limits", "You can create a maximum of 50 tag associations for each application status check."),
    ("rate-limits", "You can create a maximum of 50 application status checks for each account."),
    ("rate-limits", "You can create a maximum of 1000 versions of a traffic policy."),
    ("webhooks", "Registers a set of tag keys to include in scheduled event notifications for your resources."),
    ("webhooks", "You can change the SNS topic for the notification, or the events for which to be notified."),
    ("webhooks", "A container for specifying the configuration for publication of messages to an Amazon Simple Notification Service (Amazon SNS) topic when Amazon S3 detects specified events."),
    ("webhooks", "By default, your bucket has no event notifications configured."),
    ("webhooks", "Amazon SNS topic to which Amazon S3 will publish a message to report the specified events for the bucket."),
    ("webhooks", "An array of URLs to webhook endpoints that will receive events related to this action."),
    ("webhooks", "The payload delivered to this URL will be an Input webhook event with a single DTMF digit every time the callee enters DTMF into the call."),
    ("webhooks", "The Cloud PubSub topic to which this subscription publishes."),
    ("webhooks", "Send a message to the specified thread within a webhook's channel."),
    ("webhooks", "Send a Run Task result to Terraform's callback URL."),
    ("webhooks", "(Required) A valid URL of the endpoint that should receive webhook events."),
    ("pricing", "You are not billed for the compute resources that this virtual machine uses."),
    ("pricing", "Additional charges apply when multipath resilience is in effect."),
    ("pricing", "The cancellation charge depends on how close the reservation is to its start date."),
    ("pricing", "Smaller objects can be stored, but they are always charged at the Frequent Access tier rates in the S3 Intelligent-Tiering storage class."),
    ("regions", "The primary location exists in the region you choose at the time you create an account via the Azure Management Azure classic portal, for example, North Central US."),
    ("licence", "The package needs to be configured with your site's API key, which is available under Configure Chargebee Section."),
    ("overview", "This library offers two ways to initialize and use the Acme Storage services."),
    ("authentication", "Includes additional parameters necessary to define basic authentication."),
    ("authentication", "Create an HMAC key for a service account."),
    ("versions", "To use Vultr API V1, please use the version of the library on the V1 branch, or any version of this library before 2.0.0."),
    ("pricing", "Project ID to be billed for API requests made via this bucket."),
    ("pricing", "If unset, API requests are billed to the bucket owner."),
    ("webhooks", "An optional list of additional attributes to attach to each Cloud PubSub message published for this notification subscription."),
    ("overview", "Though StorageObject is not a dict, there are helper methods to let you do operations you'd commonly do with a dict."),
    ("rate-limits", "The limit parameter is the number of items to return, up to 200 results per page."),
    ("rate-limits", "The default timeout is 600 seconds, up to 5 requests per minute."),
    ("rate-limits", "Requests that fail with a 429 rate limit error are retried by default."),
    ("rate-limits", "To help prevent throttling, you can set the IncludeInstances parameter to false."),
    ("rate-limits", "The target number of requests per second per instance is limited to 100."),
    ("rate-limits", "The number of I/O operations per second (IOPS) to provision for the volume is limited to 16000."),
    ("rate-limits", "Raised when the rate limit request threshold is exceeded."),
    ("rate-limits", "Lists the active quotas applied to your account, up to 100 per account."),
    ("rate-limits", "An opaque string that represents a user for quota purposes."),
    ("webhooks", "The event loop receives a callback whenever an upload makes progress."),
    ("webhooks", "Valid only if the notification target is an Amazon SNS topic or an Amazon SQS queue."),
    ("webhooks", "The ARN of the SNS topic where notifications are published."),
    ("webhooks", "Logs may be exported to BigQuery or Pub/Sub."),
    ("webhooks", "If set to true, then a Connect webhook endpoint that notifies the specified url is created."),
    ("webhooks", "A variant of StripeEventNotificationHandler that parses events without verifying webhook signatures."),
    ("webhooks", "The HTTP method to use for event notifications (optional)."),
    ("authentication", "The dictionary key is used to authenticate the request with an API key."),
    ("authentication", "Service accounts generate access tokens that can be accessed through the metadata server and used to authenticate applications on the instance."),
    ("authentication", "The access key can be used to authenticate requests to the namespace's functions."),
    ("authentication", "Describes the authentication methods used by a Client VPN endpoint."),
    ("authentication", "An OAuthClient object that can be used to authenticate apps with this account."),
    ("authentication", "You must use IAM credentials again to make a CreateSession API request that generates a new set of temporary credentials for use."),
    ("authentication", "To create an agent API key, send a POST request to that endpoint."),
    ("regions", "Crops the image to the available regions of the image that were stored."),
    ("regions", "Retrieves the list of interconnect locations available to the specified project."),
    ("regions", "Returns VPC availability data for all regions."),
    ("regions", "Represents the monitor services available in a region."),
    ("regions", "Directory buckets - For directory buckets, you must make requests for this API operation to the Regional endpoint."),
    ("regions", "You must specify an instance type that is supported in your requested Region and Availability Zones."),
    ("pricing", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software."),
    ("pricing", "The maximum hourly price to be paid for any Spot Instance launched to fulfill the request."),
    ("pricing", "You are still charged for this virtual machine."),
    ("pricing", "The project to be billed for this request."),
    ("pricing", "The buffer is free when no more memory is needed by the caller."),
    ("versions", "Copyright 2019 by the vendor, all rights reserved in this version."),
    ("overview", "Amazon S3 supports the REST API."),
    ("overview", "Python 3.10+ is required to use this package."),
    ("overview", "The replacements for these exceptions are google.cloud.storage.exceptions.InvalidResponse and others."),
    ("licence", "The bundled dependency package is licensed under the GPL version 3 by its author."),
]  # fmt: skip


def passage(text: str, locator: str = "Usage", kind: PassageKind = "prose", path: str = "README.md") -> Passage:
    return Passage(f"pypi:x==1.0#{path}", locator, kind, text, "0" * 64)


@pytest.mark.parametrize(("field", "sentence"), ANSWERS)
def test_a_sentence_that_answers(field: str, sentence: str) -> None:
    scope = Scope(frozenset({"storage"}))
    assert [one.sentence.text for one in answers(RULES[field], [passage(sentence)], scope)] == [sentence]


@pytest.mark.parametrize(("field", "sentence"), WRONG)
def test_a_sentence_that_only_looks_like_an_answer(field: str, sentence: str) -> None:
    assert answers(RULES[field], [passage(sentence)], ANYTHING) == []


GOOD = "CDN endpoints have a rate limit of 5 requests per 10 seconds."


@pytest.mark.parametrize(
    ("locator", "path"),
    [
        ("Usage", "LICENSE.md"),
        ("Usage", "CHANGELOG.md"),
        ("Usage", "tests/readme.md"),
        ("Release notes > 2.0", "README.md"),
        ("/schemas/CachePolicy/properties/x/description", "api.json"),
    ],
)
def test_places_that_answer_nothing(locator: str, path: str) -> None:
    assert answers(RULES["rate-limits"], [passage(GOOD, locator, path=path)], ANYTHING) == []


def test_a_parameter_is_no_answer() -> None:
    assert answers(RULES["rate-limits"], [passage(f"limit: {GOOD}")], ANYTHING) == []


def test_an_operation_answers_without_its_name() -> None:
    found = answers(RULES["rate-limits"], [passage(f"purge: {GOOD}", kind="operation")], ANYTHING)
    assert [one.sentence.text for one in found] == [GOOD]


def test_the_best_comes_first_and_nothing_twice() -> None:
    weak = "Purging is throttled for customers of every account."
    texts = [weak, GOOD, "CDN endpoints have a rate limit of 5 requests per 10 seconds each.", weak]
    found = answers(RULES["rate-limits"], [passage(text) for text in texts], ANYTHING)
    assert [one.sentence.text for one in found] == [GOOD, weak]


def test_no_more_than_the_limit() -> None:
    names = "alpha bravo charlie delta echo foxtrot golf hotel india juliet".split()
    texts = [
        f"{n.title()} {n}{n} {n}{n}{n} {n}ish {n}ness: at most 1{i} requests per minute."
        for i, n in enumerate(names)
    ]
    found = answers(RULES["rate-limits"], [passage(text) for text in texts], ANYTHING)
    assert len(found) == 8
