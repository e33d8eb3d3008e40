"""Wordings in English about money, keys and rights, whoever sends them."""

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
        """,
        "authentication/invalid_key": """
            authorization failed
            invalid api token
            invalid auth
            authentication error
            authentication failed
            failed to authenticate
            invalid_auth
            incorrect api key
            invalid api key
            api key not valid
            invalid x-api-key
            api key is invalid
            api key … is invalid
            api key you provided … invalid
            api key provided is invalid
            invalid authentication
            invalid token
            invalid access token
            invalid credentials
            invalid bearer token
            bad credentials
            key not found
            api key not found
            unrecognized api key
            no such api key
            unknown api key
            wrong api key
            user not found
            api key has been disabled
            api key … revoked
            token … revoked
            has been deactivated
            could not validate credentials
            could not verify your credentials
            not a valid api key
            hmac signature
            signature cannot be verified
            signature does not match
            api key or ak/sk … invalid
            invalid username or password
            token_not_found_in_db
            api_key not valid
            api_key is not valid
            api_key is invalid
            invalid api_key
            api_key is not registered
            signature check failed
        """,
        "authentication/missing_key": """
            not authenticated
            auth credentials found
            you didn't provide an api key
            didn't provide an API key
            no api key provided
            no api key found
            missing api key
            missing credentials
            api key is missing
            api key is required
            api_key client option must be set
            api key must be set
            no api key
            missing bearer
            missing authorization header
            missing authentication header
            missing or invalid authorization
            no auth credentials found
            no authentication
            no credentials
            authorization header is missing
            could not resolve authentication method
            could not load the default credentials
            default credentials were not found
            unable to locate credentials
            could not load credentials
            credentials not found
            api key not set
            api key is not set
            api key not configured
            environment variable … is not set
            missing required authentication
            request is missing required authentication credential
            must provide an api key
            please provide an api key
            please provide a valid api key
            secret with the name
            authentication required
            login required
            not logged in
            x-api-key header is required
            authorization header is required
            api-key header is required
            no key was
            without a key
            without an api key
            resolve … credential
            could not find credentials
            retrieve … credentials
        """,
        "authentication/expired": """
            token could not be refreshed
            refresh token was already used
            could not refresh
            token refresh failed
            please log in again
            sign in again
            your session has ended
            session has ended … log in
            session has ended … sign in
            invalidated
            token has expired
            token expired
            token is expired
            api key has expired
            api key expired
            key has expired
            credentials have expired
            session has expired
            security token … expired
            expired token
            refresh token … expired
            signature expired
            invalid_rapt
            reauth related error
            invalid_grant
            reauthentication is needed
            re-authenticate
            reauthenticate
            please authenticate again
            refresh your credentials
            session … expired
        """,
        "authentication/malformed": """
            incorrect api key provided: http
            illegal header value
            expected to start with
            malformed api key
            malformed authorization
            malformed token
            invalid authorization header
            authorization header is badly formatted
            header … bearer … malformed
            not a valid jwt
            invalid header value
            api key contains
            leading or trailing whitespace
            invalid api key format
            api key … must start with
            api key should start with
            key format is invalid
            in header value
        """,
        "permission_denied/region": """
            not available in your location
            not supported in your location
            your location
            unsupported location
            restricted region
            region … not allowed
            your region
            country, region, or territory not supported
            not available in your country
            not available in your region
            not supported in your country
            not supported in your region
            serve your region
            user location is not supported
            unsupported countries, regions
            your country
            unsupported region
            geographic restriction
            unavailable for legal reasons
            not available in this region
        """,
        "permission_denied/scope": """
            scope requirement
            insufficient permissions for this operation
            missing scopes
            insufficient authentication scopes
            missing permissions
            api key does not have the required
            restricted api key
            key … does not have permission
            not authorized to perform
            missing the required scope
            does not have the necessary scope
        """,
        "permission_denied/org": """
            not available for your organization
            not enabled for your organization
            not allowed for this organization
            disabled for this organization
            must be a member of an organization
            header should match organization
            access to the organization
            organization has been disabled
            no such organization
            not a member of
            organization … disabled
            project … archived
            not allowed … organization
            blocked by your organization
            no longer a member of
        """,
        "permission_denied/ip": """
            check your network settings
            ip not authorized
            ip allowlist
            ip address … not allowed
            ip … whitelist
            your ip
            ip is not allowed
            virtual network is configured
            virtual network/firewall rules
            sorry, you have been blocked
            attention required! | cloudflare
            just a moment
            cloudflare detected
            cloudflareerror
            public access is disabled
            allow list
            allowlist
        """,
        "permission_denied/other": """
            account has been terminated
            account has been banned
            account was banned
            account is banned
            your request was blocked
        """,
    },
    words={
        "authentication/invalid_key": """
            api key
            unauthorized
            authentication
            authenticate
            credentials
            signature … not match
        """,
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
        "permission_denied": """
            permission
            forbidden
            access denied
            not allowed
            not authorized
            privileges
            privilege
            administrator
            switched off api access
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
