"""Wordings in English about keys and tokens, and what they are not allowed, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_CREDENTIALS = Family(
    name="english",
    phrases={
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
            no authorization header
            not pass an authentication
            api key not found … environment
            not pass an api key
            not provide an api token
            not provide an authentication
            no credential for
            user is required to access
            not currently signed in
            not currently logged in
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
            header content ["authorization"]
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
            access to … models is not available in your region
            access to … models is not available in this region
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
            permission is required to access
            permission is required for
            permissions are required
            does not have permission … on
            do not have permission … on
            insufficient permissions
            do not have sufficient permissions
            does not have sufficient permissions
            not authorized to operate on
            not accessible by integration
            check your request permissions
            does not have … access to the
            only authorized for use with
            credential … cannot be used for other
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
            must be verified to generate reasoning
            header to match the
            permission denied for this workspace
            permission denied for this organization
            team has been blocked
            workspace has been
            organization has been blocked
            org not verified
            org is not verified
            deactivated_workspace
            require the openai-project header
            require the openai-organization header
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
            ip address … forbidden
            ip address … blocked
            blocked by … firewall
            firewall … intercepting
            firewall is blocking
            firewall blocked
        """,
        "permission_denied/other": """
            account has been terminated
            account has been banned
            account was banned
            account is banned
            your request was blocked
            permission to visit this site
            blocked by upstream provider
            blocked by the upstream provider
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
)
