"""Wordings in English about money: credit, plans and quotas, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_ACCOUNT = Family(
    name="english",
    phrases={
        "quota_exceeded/insufficient_quota": """
            exceeds your quota
            exceed your quota
            remaining, while … required for this request
            free tier limit reached
            free quota
            trial has ended
            trial expired
            monthly quota
            monthly usage limit
            monthly limit
            quota exhausted
            quota is exhausted
            quota has been exhausted
            quota has been exceeded
            quota was exceeded
            exceeded your quota
            exceeded the quota
            remaining credits
            plan limit reached
            out of quota
            free trial … ended
            free trial accounts
            free trial … expired
            subscription … expired
            no active subscription
            usage quota
            consumed all tokens quota
            exceeded your current quota
            exceeded current quota
            please check your plan and billing details
            reached the limit of your free
            upgrade your plan to continue
            bigger than the current available capacity
            bigger than available capacity
            bigger than … available capacity
            free tier … exhausted
            free tier … used up
            trial is over
            subscription … lapsed
            subscription … ended
            subscription … cancelled
            subscription … inactive
            allotment
            do not have an active … subscription
            sign up for a … subscription
        """,
        "quota_exceeded/spend_limit": """
            spending cap
            spend cap
            limit for the month
            monthly cap
            credit limit reached
            api key … credit limit
            billing hard limit has been reached
            reached your specified API usage limits
            reached your monthly usage limit
            monthly spending limit
            monthly budget
            exceeded budget
            budget has been exceeded
            exceeds … budget
            spending limit
            spend limit
            usage cap
            exceededbudget … over budget
            is over budget
        """,
        "quota_exceeded/insufficient_balance": """
            insufficient credit
            add a payment method
            purchase a plan
            payment method
            card was declined
            unpaid invoice
            outstanding balance
            balance exhausted
            credits exhausted
            credits have been exhausted
            credit exhausted
            run out of credits
            ran out of credits
            depleted
            your account is not active, please check your billing
            account is not active … billing
            credit balance is too low
            insufficient credits
            insufficient balance
            insufficient funds
            not enough credits
            not enough balance
            have enough balance
            have enough credit
            have enough funds
            out of credits
            no credits
            doesn't have any credits
            used all available credits
            negative balance
            balance is insufficient
            add credits
            purchase credits
            billing issue
            past due
            overdue balance
            account is in arrears
            top up your
            please top up
            please recharge
            exhausted your … credits
            out of … credits
            used up … credits
            credits … exhausted
            exhausted … credits
            unpaid
            no credit
            payment … failed
            credit left
            credits left
            arrearage
            no remaining credits
            no credits remaining
            credits have expired
        """,
    },
    words={
        "quota_exceeded": """
            quota
            billing
            subscription
        """,
        "quota_exceeded/insufficient_balance": """
            credits
            balance
            credit
            funds
            wallet
        """,
    },
    wrappers={
        "quota_exceeded/insufficient_balance": """
            payment required
        """,
        "quota_exceeded/insufficient_quota": """
            quota exceeded
        """,
    },
)
